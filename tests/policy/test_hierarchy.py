"""What a role brings with it, and what a team and all above it leave."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.policy.hierarchy import ancestors
from tests.policy.folder import ECHO, loaded

ROLES = (
    ECHO
    + """
roles:
  reader: {models: [echo], permissions: ["usage:read"]}
  writer: {models: [echo], extends: [reader], max_output_tokens: 9}
  auditor: {permissions: ["audit:*"]}
  head: {extends: [writer, auditor], hours: {days: mon-fri}, networks: [10.0.0.0/8], require: [use_case], tags: ["a=*"]}
"""
)


@pytest.mark.parametrize(
    ("parents", "above"),
    [
        ({}, ()),
        ({"a": ("b",)}, ("b",)),
        ({"a": ("b",), "b": ("c",)}, ("b", "c")),
        ({"a": ("b", "c"), "b": ("d",), "c": ("d",)}, ("b", "c", "d")),
        ({"a": ("b", "b")}, ("b",)),
        ({"a": ("b",), "b": ("a",)}, ("b",)),
        ({"a": ("gone",)}, ("gone",)),
    ],
)
def test_all_above_a_name_come_once_and_the_nearest_first(
    parents: dict[str, tuple[str, ...]], above: tuple[str, ...]
):
    assert ancestors("a", parents) == above


def test_a_role_brings_all_that_it_extends_each_as_it_is(tmp_path: Path):
    roles = loaded(tmp_path, ROLES).roles
    assert [role.name for role in roles["head"].inherited] == ["writer", "auditor", "reader"]
    assert roles["head"].inherited[0].max_output_tokens == 9
    assert [role.hours for role in roles["head"].inherited] == [None, None, None]


def test_what_a_role_extends_adds_nothing_to_what_it_says_itself(tmp_path: Path):
    head = loaded(tmp_path, ROLES).roles["head"]
    assert (head.models, head.permissions) == ((), frozenset())
    assert head.require == {"use_case"}
    assert (head.tags, head.networks) == (("a=*",), ("10.0.0.0/8",))
    assert head.hours is not None


def test_a_wildcard_is_what_it_means(tmp_path: Path):
    assert loaded(tmp_path, ROLES).roles["auditor"].permissions == {
        "audit:read",
        "audit:content",
        "audit:export",
    }


@pytest.mark.parametrize(
    ("teams", "roles", "regions", "above"),
    [
        ("t: {}", None, None, ()),
        ("t: {roles: [writer]}", {"writer", "reader"}, None, ()),
        ("{p: {roles: [writer]}, t: {parent: p}}", {"writer", "reader"}, None, ("p",)),
        ("{p: {roles: [reader]}, t: {parent: p, roles: [writer]}}", {"reader"}, None, ("p",)),
        ("{p: {roles: [writer]}, t: {parent: p, roles: [reader]}}", {"reader"}, None, ("p",)),
        ("{p: {roles: [auditor]}, t: {parent: p, roles: [reader]}}", set(), None, ("p",)),
        ("{p: {roles: []}, t: {parent: p}}", set(), None, ("p",)),
        ("{p: {regions: [eu, us]}, t: {parent: p, regions: [us, asia]}}", None, {"us"}, ("p",)),
        ("{p: {regions: [eu]}, t: {parent: p}}", None, {"eu"}, ("p",)),
        ("{q: {regions: [eu]}, p: {parent: q}, t: {parent: p, regions: [eu, us]}}", None, {"eu"}, ("p", "q")),
        ("{p: {regions: [eu]}, t: {parent: p, regions: [us]}}", None, set(), ("p",)),
    ],
)
def test_a_team_has_what_it_and_all_above_it_leave(
    teams: str, roles: set[str] | None, regions: set[str] | None, above: tuple[str, ...], tmp_path: Path
):
    written = teams if teams.startswith("{") else f"{{{teams}}}"
    team = loaded(tmp_path, ROLES + f"teams: {written}\n").teams["t"]
    assert (team.roles, team.regions, team.above) == (roles, regions, above)
