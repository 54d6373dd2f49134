"""May they administer? Judged from the roles of whoever asks through the admin API or the command line.

Nothing is permitted but what a role lists. The team is a ceiling on the roles here as for calls; and as
for calls one role must permit all of it: the permission, at this hour, from this address, about this team.

Two permissions are kept apart: who reads the contents of calls does not approve the policy that says what
is kept of them. `check` refuses a role, or a declared key, that has both; who gets both otherwise (by the
groups of a token, by the roles of a key) has neither.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from gateway.policy.models.permissions import Permission
from gateway.policy.roles import Role
from gateway.policy.snapshot import Policy

KEPT_APART: Final[frozenset[str]] = frozenset({"audit:content", "policy:approve"})


@dataclass(frozen=True, slots=True)
class Permitted:
    """`role` permits it. `teams`: about which teams; None: about each of them, and about what belongs to none."""

    role: Role
    teams: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Denied:
    """Why not, in a sentence for whoever asks."""

    message: str


def permitted(
    policy: Policy,
    roles: tuple[str, ...],
    team: str | None,
    wanted: Permission,
    about_team: str | None = None,
    *,
    at_ms: int,
    address: str | None,
) -> Permitted | Denied:
    """Whether the holder of `roles` in `team` may do `wanted` with what belongs to `about_team`; None: with
    what belongs to no team, or to all. `at_ms` is now, in milliseconds since 1970; `address` is where the
    request comes from, None: from nowhere in particular."""
    found = permitted_somewhere(policy, roles, team, wanted, at_ms=at_ms, address=address)
    if isinstance(found, Denied) or found.teams is None or about_team in found.teams:
        return found
    return Denied(f"the role '{found.role.name}' permits '{wanted}' only within its holder's own team")


def permitted_somewhere(
    policy: Policy,
    roles: tuple[str, ...],
    team: str | None,
    wanted: Permission,
    *,
    at_ms: int,
    address: str | None,
) -> Permitted | Denied:
    """Whether they may do `wanted` at all, and about which teams: what a list may show them."""
    held = policy.held(team, roles)
    if held is None:
        return Denied(f"the team '{team}' is not declared")
    having = [role for role in held if wanted in role.permissions]
    if not having:
        return Denied(f"none of your roles permits '{wanted}'")
    if wanted in KEPT_APART and are_united(each for role in held for each in role.permissions):
        return Denied(
            f"your roles permit both {' and '.join(sorted(KEPT_APART))}: who has both may do neither"
        )
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    why = list[str]()
    bounded: Permitted | None = None
    for role in having:
        if not role.holds_from(address):
            why.append(f"the role '{role.name}' does not hold where you are")
        elif role.hours is not None and not role.hours.hold(at):
            why.append(f"the role '{role.name}' does not hold now: {role.hours.told(at)}")
        elif not role.within_own_team:
            return Permitted(role)
        elif team is None:
            why.append(
                f"the role '{role.name}' permits '{wanted}' only within its holder's own team, and you have none"
            )
        else:
            bounded = bounded or Permitted(role, _own(policy, team))
    return bounded or Denied(why[0])


def are_united(permissions: Iterable[str]) -> bool:
    """Whether both of what is kept apart are among these."""
    return frozenset(permissions) >= KEPT_APART


def _own(policy: Policy, team: str) -> frozenset[str]:
    """The team and those below it."""
    return frozenset({team, *(name for name, each in policy.teams.items() if team in each.above)})
