"""May they? Which permission reaches how far, and what may be handed on. Pure.

Nobody hands on a permission that they don't hold, nor one that reaches further than theirs: a key that is
made or that gets a new secret is judged by all its roles could ever permit, the team's ceiling of today left
aside. Who makes keys for everybody may otherwise give any role. Who makes them for their own team gives what
the team may have by its ceiling; where it has none, what they have themselves; and a key that is bound to
networks makes keys that are bound to them too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
    to hand out goes."""
    if actor.may_all:
        return
    for role in _all(policy, roles):
        _require_held(policy, actor, role, team, at_ms)
    if where is None:
        return
    for name in roles:
        if name not in _may_be_given(policy, actor, team):
            raise _beyond(f"within your own team you may not give the role '{name}'", "role")
    if actor.key_networks and not _inside(networks, actor.key_networks):
        raise _beyond("your own key is bound to networks: bind this one to them too", "networks")


def forbidden(wanted: str, why: str) -> Refused:
    problem = Problem(Kind.FORBIDDEN, why, code="permission_denied")
    return Refused(problem, stage="administer", rule=wanted)


def _require_held(policy: Policy, actor: Actor, role: Role, team: str | None, at_ms: int) -> None:
    """Each permission of the role, as far as it reaches there."""
    if role.within_own_team and team is None:
        return  # it never reaches anything
    for wanted in (each for each in PERMISSIONS if each in role.permissions):
        held = permitted_somewhere(
            policy, actor.roles, actor.team, wanted, at_ms=at_ms, address=actor.address
        )
        if isinstance(held, Denied):
            raise _beyond(f"the role '{role.name}' permits '{wanted}', which you do not have", "permission")
        if held.teams is not None and not (role.within_own_team and team in held.teams):
            raise _beyond(f"the role '{role.name}' permits '{wanted}' further than yours do", "permission")


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
