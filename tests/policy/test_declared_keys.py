"""A declared key in force is found by its hash, under a name that no key of a database has."""

from __future__ import annotations

from pathlib import Path

from gateway.policy.declared_keys import DeclaredKey
from tests.policy.folder import loaded

HASH = "sha256:" + "0a" * 32


def test_a_declared_key_has_all_that_was_declared(tmp_path: Path):
    policy = loaded(
        tmp_path,
        f"roles: {{r: {{}}}}\nteams: {{t: {{}}}}\nuse_cases: {{faq: {{}}}}\nkeys:\n  ci:\n    hash: {HASH}\n    roles: [r]\n"
        "    expires: 2027-01-15T08:00Z\n    team: t\n    user: anna\n    use_case: faq\n"
        "    networks: [10.0.0.0/8]\n",
    )
    assert policy.keys == {
        HASH: DeclaredKey(
            "policy:ci", HASH, ("r",), "t", "anna", "faq", ("10.0.0.0/8",), ends_at=1_800_000_000_000
        )
    }


def test_a_declared_key_may_be_bare(tmp_path: Path):
    policy = loaded(tmp_path, f"keys: {{ci: {{hash: {HASH}, roles: [trial], expires: never}}}}\n")
    assert policy.keys[HASH] == DeclaredKey("policy:ci", HASH, ("trial",))
