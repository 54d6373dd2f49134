"""Roles that extend roles, teams that belong to teams: from what was declared to what it comes to.

Who holds a role holds all that it extends. So a role above another never allows less than that one, one
more in `extends` never allows less, and one less never allows more. What a team may have is what it and
all above it leave.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from gateway.policy.globs import NameSet
from gateway.policy.hours import Hours
from gateway.policy.models.permissions import meant_by
from gateway.policy.models.roles import RoleEntry
from gateway.policy.models.teams import TeamEntry
from gateway.policy.roles import Role, Team


def ancestors(name: str, parents: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """All above a name, each once, the nearest first. What goes round in a circle is passed once."""
    found = dict.fromkeys(parents.get(name, ()))
    queue = list(found)
    for each in queue:
        for above in parents.get(each, ()):
            if above not in found:
                found[above] = None
                queue.append(above)
    found.pop(name, None)
    return tuple(found)


def extended(roles: Mapping[str, RoleEntry], name: str) -> frozenset[str]:
    """The role and all that it extends."""
    found, queue = {name}, [name]
    for each in queue:
        beyond = set(roles[each].extends if each in roles else ()) - found
        found |= beyond
        queue.extend(beyond)
    return frozenset(found)


def ceiling(
    teams: Mapping[str, TeamEntry], roles: Mapping[str, RoleEntry], name: str
) -> frozenset[str] | None:
    """The roles that a team may have; None: any. A role in a ceiling brings those that it extends."""
    bounds = [
        frozenset(held for role in entry.roles for held in extended(roles, role))
        for entry in _and_above(teams, name)
        if entry.roles is not None
    ]
    return frozenset.intersection(*bounds) if bounds else None


def regions(teams: Mapping[str, TeamEntry], name: str) -> frozenset[str] | None:
    """Where a team's calls may go; None: anywhere."""
    bounds = [frozenset(entry.regions) for entry in _and_above(teams, name) if entry.regions is not None]
    return frozenset.intersection(*bounds) if bounds else None


def parents_of(teams: Mapping[str, TeamEntry]) -> dict[str, tuple[str, ...]]:
    return {name: () if entry.parent is None else (entry.parent,) for name, entry in teams.items()}


def _and_above(teams: Mapping[str, TeamEntry], name: str) -> Iterable[TeamEntry]:
    found = dict[str, TeamEntry]()
    each: str | None = name
    while each is not None and each in teams and each not in found:
        found[each] = teams[each]
        each = teams[each].parent
    return found.values()


def roles_in_force(entries: Mapping[str, RoleEntry], use_cases: Iterable[str]) -> dict[str, Role]:
    """`use_cases`: those that are declared; a role allows no other, whatever its globs say."""
    declared = tuple(use_cases)
    alone = {name: _role(name, entry, declared) for name, entry in entries.items()}
    above = {name: entry.extends for name, entry in entries.items()}
    return {
        name: replace(role, inherited=tuple(alone[each] for each in ancestors(name, above)))
        for name, role in alone.items()
    }


def teams_in_force(teams: Mapping[str, TeamEntry], roles: Mapping[str, RoleEntry]) -> dict[str, Team]:
    parents = parents_of(teams)
    return {
        name: Team(
            name=name,
            roles=ceiling(teams, roles, name),
            cost_centre=entry.cost_centre,
            regions=regions(teams, name),
            above=ancestors(name, parents),
            default_model=entry.default_model,
        )
        for name, entry in teams.items()
    }


def _role(name: str, entry: RoleEntry, use_cases: tuple[str, ...]) -> Role:
    listed = NameSet.of(entry.use_cases)
    return Role(
        name=name,
        models=entry.models,
        apis=None if entry.apis is None else frozenset(entry.apis),
        max_output_tokens=entry.max_output_tokens,
        functions=entry.tools.functions,
        hosted_tools=entry.tools.hosted,
        mcp_servers=entry.tools.mcp_servers,
        allow=frozenset(entry.allow),
        use_cases=tuple(each for each in use_cases if each in listed),
        tags=entry.tags,
        prompts=entry.prompts,
        require=frozenset(entry.require),
        networks=entry.networks,
        hours=None if entry.hours is None else Hours.of(entry.hours),
        permissions=frozenset(each for word in entry.permissions for each in meant_by(word)),
        within_own_team=entry.within == "own_team",
    )
