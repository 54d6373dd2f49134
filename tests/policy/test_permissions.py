"""May they administer: nothing but what one role lists, within its team where it says so."""

from __future__ import annotations

import pytest

from gateway.policy.hours import Hours
from gateway.policy.models.hours import HoursEntry
from gateway.policy.models.permissions import PERMISSIONS, Permission
from gateway.policy.permissions import Denied, Permitted, permitted, permitted_somewhere
from gateway.policy.roles import Role, Team
from gateway.policy.snapshot import Policy

NOW: int = 1_700_000_000_000
READER = Role("reader", permissions=frozenset({"usage:read"}))
LEAD = Role("lead", permissions=frozenset({"usage:read", "keys:create"}), within_own_team=True)
AUDITOR = Role("auditor", permissions=frozenset({"audit:read", "audit:content"}))
APPROVER = Role("approver", permissions=frozenset({"policy:approve", "policy:read"}))
OFFICE = Role(
    "office",
    permissions=frozenset({"system:freeze"}),
    hours=Hours.of([HoursEntry.model_validate({"days": "sat"})]),
)
HOUSE = Role("house", permissions=frozenset({"system:reload"}), networks=("10.0.0.0/8",))
HEAD = Role("head", inherited=(READER,))
CALLER = Role("caller", models=("*",))
TEAMS = {
    "sales": Team("sales"),
    "north": Team("north", above=("sales",)),
    "legal": Team("legal"),
    "bound": Team("bound", roles=frozenset({"caller"})),
}
ROLES = (OFFICE, HOUSE, READER, LEAD, AUDITOR, APPROVER, HEAD, CALLER)
POLICY = Policy("r", teams=TEAMS, roles={role.name: role for role in ROLES})


def asked(roles: str, team: str | None, wanted: Permission, about: str | None = None) -> Permitted | Denied:
    return permitted(POLICY, tuple(roles.split()), team, wanted, about, at_ms=NOW, address=None)


@pytest.mark.parametrize(
    ("roles", "team", "wanted", "about", "yes"),
    [
        ("reader", None, "usage:read", None, True),
        ("reader", None, "usage:read", "legal", True),
        ("reader", None, "usage:read_people", None, False),
        ("head", None, "usage:read", None, True),
        ("caller", None, "usage:read", None, False),
        ("trial", None, "usage:read", None, False),
        ("gone", None, "usage:read", None, False),
        ("", None, "usage:read", None, False),
        ("reader", "bound", "usage:read", None, False),
        ("reader", "gone", "usage:read", None, False),
        ("lead", "sales", "usage:read", "sales", True),
        ("lead", "sales", "usage:read", "north", True),
        ("lead", "north", "usage:read", "sales", False),
        ("lead", "sales", "usage:read", "legal", False),
        ("lead", "sales", "usage:read", None, False),
        ("lead", None, "usage:read", None, False),
        ("lead", None, "usage:read", "sales", False),
        ("lead reader", "sales", "usage:read", "legal", True),
        ("lead reader", "sales", "keys:create", "legal", False),
        ("lead reader", "sales", "keys:create", "north", True),
        ("auditor", None, "audit:content", None, True),
        ("approver", None, "policy:approve", None, True),
        ("auditor approver", None, "audit:content", None, False),
        ("auditor approver", None, "policy:approve", None, False),
        ("auditor approver", None, "audit:read", None, True),
        ("auditor approver", None, "policy:read", None, True),
    ],
)
def test_one_role_must_permit_all_of_it(
    roles: str, team: str | None, wanted: Permission, about: str | None, yes: bool
):
    assert isinstance(asked(roles, team, wanted, about), Permitted) is yes


@pytest.mark.parametrize("wanted", PERMISSIONS)
def test_a_role_that_lists_nothing_permits_nothing(wanted: Permission):
    assert isinstance(asked("caller trial", None, wanted), Denied)


def test_the_role_that_permits_it_is_named():
    found = asked("caller head", None, "usage:read")
    assert isinstance(found, Permitted)
    assert found.role is READER


@pytest.mark.parametrize(
    ("roles", "team", "wanted", "said"),
    [
        ("caller", None, "usage:read", "none of your roles permits 'usage:read'"),
        ("caller", "gone", "usage:read", "the team 'gone' is not declared"),
        (
            "lead",
            "sales",
            "usage:read",
            "the role 'lead' permits 'usage:read' only within its holder's own team",
        ),
        (
            "lead",
            None,
            "usage:read",
            "the role 'lead' permits 'usage:read' only within its holder's own team, and you have none",
        ),
        (
            "auditor approver",
            None,
            "policy:approve",
            "your roles permit both audit:content and policy:approve: who has both may do neither",
        ),
    ],
)
def test_a_no_says_what_is_missing(roles: str, team: str | None, wanted: Permission, said: str):
    assert asked(roles, team, wanted) == Denied(said)


@pytest.mark.parametrize(
    ("roles", "team", "teams"),
    [
        ("lead", "sales", {"sales", "north"}),
        ("lead", "north", {"north"}),
        ("lead reader", "sales", None),
        ("reader", None, None),
    ],
)
def test_a_list_shows_the_teams_about_which_it_is_permitted(
    roles: str, team: str | None, teams: set[str] | None
):
    found = permitted_somewhere(POLICY, tuple(roles.split()), team, "usage:read", at_ms=NOW, address=None)
    assert isinstance(found, Permitted)
    assert found.teams == teams


def test_a_role_permits_only_where_it_holds():
    there = [
        permitted(POLICY, ("house",), None, "system:reload", at_ms=NOW, address=a)
        for a in ("10.0.0.1", "8.8.8.8", None)
    ]
    no = Denied("the role 'house' does not hold where you are")
    assert there == [Permitted(HOUSE), no, no]


def test_a_role_permits_only_when_it_holds():
    """1,700,000,000 is a Tuesday in November 2023."""
    saturday = NOW + 4 * 86_400_000
    asked = [
        permitted(POLICY, ("office",), None, "system:freeze", at_ms=ms, address=None)
        for ms in (NOW, saturday)
    ]
    later = "again on Saturday 2023-11-18 at 00:00 (UTC)"
    assert asked == [Denied(f"the role 'office' does not hold now: {later}"), Permitted(OFFICE)]
