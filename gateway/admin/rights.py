"""May they? Which permission reaches how far, and what may be handed on. Pure.

Nobody hands on a permission that they don't hold, nor one that reaches further than theirs: to other teams, from
other networks, at other hours. A key that is made, or that gets a new secret, is judged by all that its roles could
ever permit, the team's ceiling of today left aside. Who makes keys for everybody may otherwise give any role. Who
makes them for their own team gives the roles that the team's ceiling names; where it has none, those they have
themselves; and where their own key is bound to networks, so are theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from ipaddress import ip_network

from gateway.admin.actor import Actor
from gateway.errors import Kind, Problem, Refused
from gateway.policy.models.permissions import PERMISSIONS, Permission
from gateway.policy.permissions import Denied, permitted_somewhere
from gateway.policy.roles import Role
from gateway.policy.snapshot import Policy

Reach = frozenset[str] | None
"""The teams that a permission is about; None: each of them, and what belongs to none."""


def reach(policy: Policy, actor: Actor, wanted: Permission, at_ms: int) -> Reach:
    """How far the actor's permission goes. Refuses with 403 who has none."""
    if actor.may_all:
        return None
    found = permitted_somewhere(policy, actor.roles, actor.team, wanted, at_ms=at_ms, address=actor.address)
    if isinstance(found, Denied):
        raise forbidden(wanted, found.message)
    return found.teams


def reaches(where: Reach, team: str | None) -> bool:
    """Whether what belongs to `team` (None: to nobody) is within it."""
    return where is None or team in where


def require(
    policy: Policy, actor: Actor, wanted: Permission, at_ms: int, *, about_team: str | None = None
) -> None:
    """Refuses with 403 who may not do `wanted` with what belongs to `about_team`; None: to nobody, or all."""
    if not reaches(reach(policy, actor, wanted, at_ms), about_team):
        raise forbidden(wanted, f"your roles permit '{wanted}' only within your own team")


def require_no_more_than_own(
    policy: Policy,
    actor: Actor,
    where: Reach,
    at_ms: int,
    *,
    roles: tuple[str, ...],
    team: str | None,
    networks: tuple[str, ...],
) -> None:
    """Refuses to hand out a key that can do more than the actor may hand on. `where` is how far the permission
    to hand out goes; `roles`, `team` and `networks` are the key's."""
    if actor.may_all:
        return
    given = tuple(_all(policy, roles))
    for role in given:
        _require_held(policy, actor, role, team, at_ms)
    bound = not actor.key_networks or _inside(networks, actor.key_networks)
    if not bound and (where is not None or any(role.permissions for role in given)):
        raise _beyond("your own key is bound to networks: bind this one to them too", "networks")
    if where is not None:
        may_be_given = _may_be_given(policy, actor, team)
        for name in roles:
            if name not in may_be_given:
                raise _beyond(f"within your own team you may not give the role '{name}'", "role")


def forbidden(wanted: str, why: str) -> Refused:
    problem = Problem(Kind.FORBIDDEN, why, code="permission_denied")
    return Refused(problem, stage="administer", rule=wanted)


def _require_held(policy: Policy, actor: Actor, role: Role, team: str | None, at_ms: int) -> None:
    """Each permission of the role, as far as it reaches there."""
    if role.within_own_team and team is None:
        return  # it never reaches anything
    for wanted in (each for each in PERMISSIONS if each in role.permissions):
        found = permitted_somewhere(
            policy, actor.roles, actor.team, wanted, at_ms=at_ms, address=actor.address
        )
        if isinstance(found, Denied):
            raise _beyond(f"the role '{role.name}' permits '{wanted}', which you do not have", "permission")
        held = (each for each in policy.held(actor.team, actor.roles) or () if wanted in each.permissions)
        if not any(_covers(policy, actor, one, role, team, at_ms) for one in held):
            raise _beyond(f"the role '{role.name}' permits '{wanted}' further than yours do", "permission")


def _covers(policy: Policy, actor: Actor, own: Role, given: Role, team: str | None, at_ms: int) -> bool:
    """Whether the actor's role holds wherever and whenever the given one would, for a key of `team`."""
    if not (own.holds_from(actor.address) and own.holds_at(datetime.fromtimestamp(at_ms / 1000, UTC))):
        return False
    if own.within_own_team and not (given.within_own_team and _is_under(policy, team, actor.team)):
        return False
    if own.networks is not None and not _inside(given.networks or (), own.networks):
        return False
    return own.hours is None or own.hours == given.hours


def _is_under(policy: Policy, team: str | None, upper: str | None) -> bool:
    """Whether the team is this one, or below it."""
    known = None if team is None else policy.team(team)
    return known is not None and (team == upper or upper in known.above)


def _may_be_given(policy: Policy, actor: Actor, team: str | None) -> frozenset[str]:
    known = None if team is None else policy.team(team)
    if known is not None and known.roles is not None:
        return known.roles
    return frozenset(role.name for role in _all(policy, actor.roles))


def _all(policy: Policy, names: Iterable[str]) -> Iterator[Role]:
    """The roles and those that they extend."""
    for name in names:
        role = policy.role(name)
        if role is not None:
            yield role
            yield from role.inherited


def _inside(networks: tuple[str, ...], bounds: tuple[str, ...]) -> bool:
    return bool(networks) and all(any(_within(one, bound) for bound in bounds) for one in networks)


def _within(network: str, bound: str) -> bool:
    inner, outer = ip_network(network), ip_network(bound)
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]  # of one version


def _beyond(why: str, rule: str) -> Refused:
    problem = Problem(Kind.FORBIDDEN, why, code="beyond_own_rights")
    return Refused(problem, stage="administer", rule=rule)
