"""People: all their credentials at once, and only by a permission that reaches everybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.admin.actor import Actor
from gateway.errors import Kind
from tests.admin.test_keys import LEAD, OS, Office, opened, refusal


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened(tmp_path) as made:
        yield made


def test_a_user_is_disabled_and_enabled_again(office: Office):
    office.make(user="anna")
    disabled = office.to.users.disable(OS, "anna")
    assert (disabled.user, disabled.keys, disabled.disabled_at is not None) == ("anna", 1, True)
    assert [one.user for one in office.to.users.disabled(OS).users] == ["anna"]
    enabled = office.to.users.enable(OS, "anna")
    assert (enabled.disabled_at, enabled.changed) == (None, True)
    assert office.to.users.enable(OS, "anna").changed is False
    assert office.to.users.disabled(OS).users == []


def test_revoked_keys_are_not_counted(office: Office):
    office.to.keys.revoke(OS, office.make(user="anna"))
    assert office.to.users.disable(OS, "anna").keys == 0


@pytest.mark.parametrize("actor", [LEAD, Actor("key", roles=("boss",))])
def test_who_may_not_disable_everybody_disables_nobody(office: Office, actor: Actor):
    refusal(Kind.FORBIDDEN, office.to.users.disable, actor, "anna")
    assert office.installation.users.disabled() == {}
    assert [told[0] for told in office.acts.told] == ["begun", "refused"]


def test_a_permission_within_ones_own_team_does_not_list_people(office: Office):
    assert refusal(Kind.FORBIDDEN, office.to.users.disabled, LEAD).rule == "keys:read"


def test_a_name_that_steers_a_terminal_is_refused(office: Office):
    refused = refusal(Kind.INVALID_REQUEST, office.to.users.disable, OS, "anna\x1b[2J")
    assert refused.problem.param == "user"
