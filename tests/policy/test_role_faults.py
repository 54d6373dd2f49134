"""What can be wrong with roles and teams that lean on others, each at its place and with its remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.policy.models.document import PolicyDocument
from gateway.policy.nodes import Mapping, data
from gateway.policy.role_faults import doubt_roles
from tests.policy.folder import faults, loaded, tree

HASH = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "roles: {a: {extends: [analist]}, analyst: {}}",
            "a.yaml:1:23: there is no role `analist`: expected a or analyst; did you mean `analyst`?",
        ),
        (
            "roles: {a: {extends: [a]}}",
            "a.yaml:1:23: these roles extend each other in a circle: a → a; remove one of them",
        ),
        (
            "roles: {a: {extends: [b]}, b: {extends: [c]}, c: {extends: [a]}}",
            "a.yaml:1:23: these roles extend each other in a circle: a → b → c → a; remove one of them",
        ),
        (
            "teams: {a: {parent: b}}",
            "a.yaml:1:21: there is no team `b`: expected a",
        ),
        (
            "teams: {a: {parent: b}, b: {parent: a}}",
            "a.yaml:1:21: these teams belong to each other in a circle: a → b → a; remove one `parent`",
        ),
        (
            "use_cases: {faq: {}}\nroles: {a: {use_cases: [faq, fax]}}",
            "a.yaml:2:30: there is no use case `fax`: expected faq; did you mean `faq`?",
        ),
        (
            "use_cases: {faq: {}}\nroles: {a: {use_cases: ['t-*']}}",
            "a.yaml:2:25: there is no use case that matches `t-*`: expected faq",
        ),
        (
            "roles: {a: {use_cases: ['*']}}",
            "a.yaml:1:25: there is no use case that matches `*`: no use case that matches is declared",
        ),
        (
            "roles: {a: {within: own_team}}",
            "a.yaml:1:21: roles.a has no permissions of its own that `within` could bound: what it extends "
            "has its own reach; remove it, or list permissions",
        ),
    ],
)
def test_what_leads_nowhere_or_round_is_an_error(text: str, line: str, tmp_path: Path):
    assert faults(tmp_path, text + "\n") == [line]


APART = "has audit:content and policy:approve"


@pytest.mark.parametrize(
    ("roles", "name"),
    [
        ('x: {permissions: ["audit:content", "policy:approve"]}', "x"),
        ('x: {permissions: ["audit:*", "policy:approve"]}', "x"),
        ('x: {permissions: ["audit:content", "policy:*"]}', "x"),
        ('a: {permissions: ["audit:*"]}, x: {permissions: ["policy:*"], extends: [a]}', "x"),
        ('a: {permissions: ["audit:*"]}, b: {permissions: ["policy:*"]}, x: {extends: [a, b]}', "x"),
        (
            'a: {permissions: ["audit:*"]}, m: {extends: [a]}, x: {permissions: ["policy:*"], extends: [m]}',
            "x",
        ),
        ('x: {permissions: ["audit:*", "policy:*"]}, y: {extends: [x]}', "x"),
    ],
)
def test_no_role_reads_contents_and_approves_policies_and_it_is_said_once(
    roles: str, name: str, tmp_path: Path
):
    (line,) = faults(tmp_path, f"roles: {{{roles}}}\n")
    assert f"roles.{name} {APART}" in line


@pytest.mark.parametrize(
    "roles",
    [
        'x: {permissions: ["audit:read", "audit:export", "policy:*"]}',
        'x: {permissions: ["audit:*", "policy:read", "policy:propose"]}',
        'a: {permissions: ["audit:*"]}, b: {permissions: ["policy:*"]}',
    ],
)
def test_what_is_near_to_both_is_allowed(roles: str, tmp_path: Path):
    assert loaded(tmp_path, f"roles: {{{roles}}}\n").roles


def test_no_key_has_roles_that_have_both_together(tmp_path: Path):
    roles = 'roles: {a: {permissions: ["audit:*"]}, b: {permissions: ["policy:*"]}}\n'
    (line,) = faults(tmp_path, roles + f"keys: {{k: {{hash: '{HASH}', roles: [a, b], expires: never}}}}\n")
    assert line == (
        "a.yaml:2:100: the roles of keys.k together have audit:content and policy:approve: no one key can have both"
    )


def doubts(text: str) -> list[str]:
    root = tree(text)
    assert isinstance(root, Mapping)
    document = PolicyDocument.model_validate(data(root))
    return [str(fault) for fault in doubt_roles(document, root)]


@pytest.mark.parametrize(
    ("teams", "said"),
    [
        ("p: {roles: [a]}, t: {parent: p, roles: [a]}", None),
        ("p: {roles: [b]}, t: {parent: p, roles: [a]}", None),  # b extends a
        ("p: {roles: [a]}, t: {parent: p, roles: [b]}", None),  # of b, a is left
        ("p: {}, t: {parent: p, roles: [a]}", None),
        ("p: {roles: [a]}, t: {parent: p, roles: [c]}", "the role `c` counts for nothing here: the team `p`"),
        ("p: {regions: [eu]}, t: {parent: p, regions: [eu, us]}", None),
        ("p: {regions: [eu]}, t: {parent: p, regions: [us]}", "no region is left for teams.t"),
    ],
)
def test_a_doubt_is_what_a_team_may_never_have(teams: str, said: str | None):
    found = doubts(f"roles: {{a: {{}}, b: {{extends: [a]}}, c: {{}}}}\nteams: {{{teams}}}\n")
    assert [said in line for line in found if said is not None] == [True] * len(found)
    assert len(found) == (0 if said is None else 1)


def test_a_doubt_is_a_key_above_its_teams_ceiling():
    text = "roles: {a: {}, c: {}}\nteams: {t: {roles: [a]}}\nkeys:\n  k: {hash: '%s', roles: [a, c], team: t, expires: never}\n"
    (line,) = doubts(text % HASH)
    assert line == ("a.yaml:4:99: the role `c` counts for nothing here: the team `t` may not have it")
