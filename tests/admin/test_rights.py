"""Nobody hands on what they don't have: permissions, their reach, and the roles of a team."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.admin.actor import Actor
from gateway.admin.rights import reach, reaches, require, require_no_more_than_own
from gateway.errors import Kind, Refused
from gateway.policy.hours import Hours, Window
from gateway.policy.models.permissions import PERMISSIONS
from gateway.policy.networks import within
from gateway.policy.permissions import Permitted, permitted
from gateway.policy.roles import Role, Team
from gateway.policy.snapshot import Policy

NOON_MS = 1_800_000_000_000
OFFICE = ("10.0.0.0/8",)
ALL_KEYS = frozenset({"keys:read", "keys:create", "keys:rotate", "keys:revoke"})


def role(name: str, *permissions: str, **facts: object) -> Role:
    return Role(name, permissions=frozenset(permissions), **facts)  # type: ignore[arg-type]


ROLES = (
    Role("caller", models=("*",)),
    Role("other", models=("*",)),
    role("boss", *ALL_KEYS, "policy:read"),
    role("lead", *ALL_KEYS, within_own_team=True),
    role("office", *ALL_KEYS, "usage:read", networks=OFFICE),
    role("desk", "usage:read", networks=("10.1.0.0/16",)),
    role("reader", "usage:read"),
    role("own-reader", "keys:read", within_own_team=True),
    role("maker", "keys:create"),
    role("own-usage", "usage:read", within_own_team=True),
    role("approver", "policy:approve"),
    Role("heir", inherited=(role("approver", "policy:approve"),)),
)
TEAMS = (
    Team("sales"),
    Team("north", above=("sales",), roles=frozenset({"caller", "lead"})),
    Team("legal"),
)
POLICY = Policy("rev-1", roles={one.name: one for one in ROLES}, teams={one.name: one for one in TEAMS})


def actor(roles: str, team: str | None = None, **facts: object) -> Actor:
    return Actor("key", key="key_1", roles=tuple(roles.split()), team=team, address="10.0.0.7", **facts)  # type: ignore[arg-type]


def away(roles: str, team: str | None = None) -> Actor:
    """Not in the office."""
    return replace(actor(roles, team), address="192.168.0.1")


def objection(who: Actor, roles: str, team: str | None = None, networks: tuple[str, ...] = ()) -> str | None:
    """The rule by which a key may not be handed out; None: it may."""
    try:
        where = reach(POLICY, who, "keys:create", NOON_MS)
        require_no_more_than_own(
            POLICY, who, where, NOON_MS, roles=tuple(roles.split()), team=team, networks=networks
        )
    except Refused as refused:
        assert refused.problem.kind is Kind.FORBIDDEN
        return refused.rule
    return None


@pytest.mark.parametrize(
    ("who", "roles", "team", "networks", "rule"),
    [
        (actor("boss"), "caller other", "legal", (), None),
        (actor("boss"), "boss", None, (), None),
        (actor("boss"), "own-reader", "legal", (), None),
        (actor("boss"), "approver", None, (), "permission"),
        (actor("boss"), "caller approver", None, (), "permission"),
        (actor("boss"), "heir", None, (), "permission"),
        (actor("boss"), "reader", "north", (), "permission"),  # above its ceiling today, and tomorrow?
        (actor("boss reader"), "reader", None, (), None),
        (actor("lead", "sales"), "lead", "sales", (), None),
        (actor("lead", "sales"), "lead", "north", (), None),
        (actor("lead", "sales"), "own-reader", "sales", (), "role"),
        (actor("lead own-reader", "sales"), "own-reader", "sales", (), None),
        (actor("lead", "sales"), "boss", "sales", (), "permission"),
        (actor("lead", "sales"), "caller", "sales", (), "role"),  # no ceiling: what one has oneself
        (actor("lead caller", "sales"), "caller", "sales", (), None),
        (actor("lead", "sales"), "caller", "north", (), None),  # the team's ceiling names it
        (actor("lead", "sales"), "other", "north", (), "role"),
        (actor("caller", "sales"), "caller", "sales", (), "keys:create"),
        (actor("office"), "reader", None, (), "permission"),  # it would hold from anywhere
        (actor("office"), "desk", None, (), None),
        (actor("office"), "office", None, (), None),
        (actor("office reader"), "reader", None, (), None),
        (actor("maker own-usage", "sales"), "own-usage", "north", (), None),
        (actor("maker own-usage", "sales"), "own-usage", "legal", (), "permission"),
        (away("maker own-usage office", "sales"), "desk", None, (), "permission"),
        (actor("boss", key_networks=OFFICE), "caller", None, (), None),
        (actor("boss", key_networks=OFFICE), "boss", None, (), "networks"),
        (actor("boss", key_networks=OFFICE), "boss", None, ("192.168.0.0/16",), "networks"),
        (actor("boss", key_networks=OFFICE), "boss", None, ("10.1.0.0/16", "192.168.0.0/16"), "networks"),
        (actor("boss", key_networks=OFFICE), "boss", None, ("10.1.0.0/16",), None),
        (actor("boss", key_networks=OFFICE), "boss", None, ("::/0",), "networks"),
        (actor("lead", "sales", key_networks=OFFICE), "caller", "north", (), "networks"),
        (actor("lead", "sales", key_networks=OFFICE), "caller", "north", ("10.0.0.7/32",), None),
        (Actor("os"), "approver", None, (), None),
        (Actor("admin_key"), "approver", None, (), None),
    ],
)
def test_what_may_be_handed_on(
    who: Actor, roles: str, team: str | None, networks: tuple[str, ...], rule: str | None
):
    assert objection(who, roles, team, networks) == rule


def test_a_role_that_does_not_hold_from_here_permits_nothing():
    assert objection(away("office"), "caller") == "keys:create"


@pytest.mark.parametrize(("given", "rule"), [("shift", None), ("always", "permission")])
def test_a_permission_of_some_hours_is_not_handed_on_for_all_hours(given: str, rule: str | None):
    all_day = Hours((Window(frozenset(range(7)), 0, 24 * 60, ZoneInfo("UTC")),))
    roles = {
        "shift": role("shift", *ALL_KEYS, hours=all_day),
        "always": role("always", "keys:read"),
    }
    policy = Policy("rev-1", roles=roles)
    who, refused = actor("shift"), None
    try:
        require_no_more_than_own(policy, who, None, NOON_MS, roles=(given,), team=None, networks=())
    except Refused as no:
        refused = no.rule
    assert refused == rule


def test_own_team_reaches_the_teams_below_it_and_nothing_else():
    where = reach(POLICY, actor("lead", "sales"), "keys:read", NOON_MS)
    assert [reaches(where, team) for team in ("sales", "north", "legal", None)] == [True, True, False, False]


def test_everywhere_reaches_what_belongs_to_no_team():
    assert reaches(reach(POLICY, actor("boss"), "keys:read", NOON_MS), None)


@pytest.mark.parametrize(("who", "allowed"), [(actor("boss"), True), (actor("lead", "sales"), False)])
def test_what_is_of_no_team_needs_a_permission_that_reaches_everything(who: Actor, allowed: bool):
    refused = None
    try:
        require(POLICY, who, "keys:read", NOON_MS)
    except Refused as no:
        refused = no.problem
    assert (refused is None) == allowed
    assert refused is None or refused.code == "permission_denied"


# ---------------------------------------------------------------- whatever the policy

NETWORKS = ("10.0.0.0/8", "10.1.0.0/16", "192.168.0.0/16")
ADDRESSES = ("10.0.0.7", "10.1.0.7", "192.168.0.7", "198.51.100.7")
SOME = ("keys:create", "keys:read", "usage:read", "audit:content", "policy:approve")
NAMES = ("a", "b", "c", "d")
bounds = st.none() | st.lists(st.sampled_from(NETWORKS), min_size=1, max_size=2).map(tuple)
made_roles = st.builds(
    Role,
    name=st.just(""),
    permissions=st.frozensets(st.sampled_from(SOME)),
    within_own_team=st.booleans(),
    networks=bounds,
)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    roles = {name: replace(draw(made_roles), name=name) for name in NAMES}
    heirs = draw(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(NAMES)))
    roles |= {name: replace(roles[name], inherited=(roles[of],)) for name, of in heirs.items() if name != of}
    ceiling = st.none() | st.frozensets(st.sampled_from(NAMES))
    teams = (
        Team("upper", roles=draw(ceiling)),
        Team("lower", roles=draw(ceiling), above=("upper",)),
        Team("apart", roles=draw(ceiling)),
    )
    return Policy("r", roles=roles, teams={team.name: team for team in teams})


some_roles = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True).map(tuple)
some_team = st.sampled_from((None, "upper", "lower", "apart"))
some_networks = st.lists(st.sampled_from(NETWORKS), max_size=2).map(tuple)


def may(policy: Policy, roles: tuple[str, ...], team: str | None, networks: tuple[str, ...]) -> set[object]:
    """All that a key may: which permission about which team from which address."""
    return {
        (wanted, about, address)
        for wanted in PERMISSIONS
        if wanted in SOME
        for about in (None, "upper", "lower", "apart")
        for address in ADDRESSES
        if (not networks or within(address, networks))
        and isinstance(
            permitted(policy, roles, team, wanted, about, at_ms=NOON_MS, address=address), Permitted
        )
    }


@given(policies(), some_roles, some_team, some_networks, some_roles, some_team, some_networks)
def test_no_key_that_may_be_handed_out_permits_more_than_its_maker_may(
    policy: Policy,
    roles: tuple[str, ...],
    team: str | None,
    key_networks: tuple[str, ...],
    given_roles: tuple[str, ...],
    given_team: str | None,
    networks: tuple[str, ...],
):
    address = "10.1.0.7"
    who = Actor("key", roles=roles, team=team, address=address, key_networks=key_networks)
    try:
        where = reach(policy, who, "keys:create", NOON_MS)
        require_no_more_than_own(
            policy, who, where, NOON_MS, roles=given_roles, team=given_team, networks=networks
        )
    except Refused:
        return
    without_ceilings = Policy(
        "r", roles=policy.roles, teams={name: replace(one, roles=None) for name, one in policy.teams.items()}
    )
    beyond = may(without_ceilings, given_roles, given_team, networks) - may(policy, roles, team, key_networks)
    assert not beyond
