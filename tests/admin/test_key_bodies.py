"""What is told of a key: everything but what could be used as one."""

from __future__ import annotations

import pytest

from gateway.admin.key_bodies import of_declared, of_record
from gateway.policy.declared_keys import DeclaredKey
from tests.parts.calls import key_record

NOW = 1_000_000


@pytest.mark.parametrize(
    ("facts", "disabled", "state"),
    [
        ({}, set(), "in force"),
        ({"expires_at": NOW + 1}, set(), "in force"),
        ({"expires_at": NOW}, set(), "expired"),
        ({"revoked_at": 5, "expires_at": NOW}, set(), "revoked"),
        ({"user": "anna"}, {"anna"}, "user disabled"),
        ({"user": "anna"}, {"ben"}, "in force"),
        ({"user": "anna", "revoked_at": 5}, {"anna"}, "revoked"),
    ],
)
def test_the_state_is_what_ended_it_for_good(facts: dict[str, object], disabled: set[str], state: str):
    assert of_record(key_record(**facts), NOW, disabled).state == state


def test_a_former_secret_is_told_of_while_it_is_good():
    assert of_record(key_record(previous_until=NOW + 1), NOW, ()).replaced_until is not None
    assert of_record(key_record(previous_until=NOW), NOW, ()).replaced_until is None


def test_no_hash_is_told():
    assert "hash" not in of_record(key_record(), NOW, ()).model_dump()


@pytest.mark.parametrize(
    ("ends_at", "disabled", "state"),
    [(None, set(), "in force"), (NOW, set(), "expired"), (NOW + 1, {"anna"}, "user disabled")],
)
def test_a_key_of_the_policy_is_told_likewise(ends_at: int | None, disabled: set[str], state: str):
    key = DeclaredKey("policy:ci", "sha256:00", ("caller",), user="anna", ends_at=ends_at)
    told = of_declared(key, 0, NOW, disabled)
    assert (told.name, told.state, told.last_used_at) == ("ci", state, "1970-01-01T00:00:00+00:00")
