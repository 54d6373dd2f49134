"""What can be wrong with roles and teams that lean on others: names that lead nowhere, circles, and what would
be void or too much for one person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gateway.policy import nodes
from gateway.policy.dangling import fault_at, names_under, shown_way, unknown, way_along
from gateway.policy.faults import Fault
from gateway.policy.globs import overlap
from gateway.policy.hierarchy import ceiling, extended, parents_of, regions
from gateway.policy.models.document import PolicyDocument
from gateway.policy.models.permissions import meant_by
from gateway.policy.permissions import KEPT_APART, are_united
from gateway.policy.suggest import shown


def check_roles(document: PolicyDocument, root: nodes.Mapping) -> Iterator[Fault]:
    """Errors. Names are looked up among all that are declared, those with faults of their own included."""
    yield from _extends(document, root)
    yield from _parents(document, root)
    yield from _use_cases(document, root)
    yield from _kept_apart(document, root)
    yield from _reach_of_nothing(document, root)


def doubt_roles(document: PolicyDocument, root: nodes.Mapping) -> Iterator[Fault]:
    """Warnings: what is valid and counts for nothing. A team's ceiling may be lowered at any time, so what
    then stands above it is none of the errors that keep a policy from coming into force."""
    yield from _above_the_ceiling(document, root)
    yield from _nowhere(document, root)


def _extends(document: PolicyDocument, root: nodes.Mapping) -> Iterator[Fault]:
    declared = names_under(root, "roles")
    for name, role in document.roles.items():
        for index, above in enumerate(role.extends):
            if above not in declared:
                yield fault_at(root, ("roles", name, "extends", index), unknown(above, "role", declared))
    edges = {name: role.extends for name, role in document.roles.items()}
    for name, index, way in _circles(edges):
        message = f"these roles extend each other in a circle: {way}; remove one of them"
        yield fault_at(root, ("roles", name, "extends", index), message)


def _round(edges: Mapping[str, Sequence[str]]) -> list[str]:
    """The names in circles, and those that lead from one to another; nearly always there are none."""
    below = dict[str, list[str]]()
    left = dict[str, int]()
    for name, above in edges.items():
        known = [each for each in set(above) if each in edges]
        left[name] = len(known)
        for each in known:
            below.setdefault(each, []).append(name)
    done = [name for name, count in left.items() if not count]
    for each in done:
        for name in below.get(each, ()):
            left[name] -= 1
            if not left[name]:
                done.append(name)
    return [name for name, count in left.items() if count]


def _use_cases(document: PolicyDocument, root: nodes.Mapping) -> Iterator[Fault]:
    declared = names_under(root, "use_cases")
    for name, role in document.roles.items():
        for index, wanted in enumerate(role.use_cases):
            if not any(overlap(wanted, each) for each in declared):
                what = "use case that matches" if "*" in wanted else "use case"
                yield fault_at(root, ("roles", name, "use_cases", index), unknown(wanted, what, declared))


def _parents(document: PolicyDocument, root: nodes.Mapping) -> Iterator[Fault]:
    declared = names_under(root, "teams")
    for name, team in document.teams.items():
        if team.parent is not None and team.parent not in declared:
            yield fault_at(root, ("teams", name, "parent"), unknown(team.parent, "team", declared))
    for name, _, way in _circles(parents_of(document.teams)):
        message = f"these teams belong to each other in a circle: {way}; remove one `parent`"
        yield fault_at(root, ("teams", name, "parent"), message)


def _circles(edges: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, int, str]]:
    """Each circle once: a name in it, which of its edges closes it, and the whole way."""
    numbered = {name: list(enumerate(edges[name])) for name in _round(edges)}
    reported = set[frozenset[str]]()
    for name, places in numbered.items():
        for index, above in places:
            way = way_along(above, name, numbered)
            if way is not None and frozenset(way) not in reported:
                reported.add(frozenset(way))
                yield name, index, shown_way(" → ".join((name, *way)))


def _kept_apart(document: PolicyDocument, root: nodes.Mapping) -> Iterator[Fault]:
    both = " and ".join(sorted(KEPT_APART))
    for name in document.roles:
        if are_united(_permissions(document, (name,))) and not _inherits_both(document, name):
            message = (
                f"roles.{shown(name)} has {both}: who reads the contents of calls can't be who approves "
                "what is kept of them; give them to two people in two roles"
            )
            yield fault_at(root, ("roles", name), message)
    for name, key in document.keys.items():
        alone = any(are_united(_permissions(document, (role,))) for role in key.roles)
        if not alone and are_united(_permissions(document, key.roles)):
            message = f"the roles of keys.{shown(name)} together have {both}: no one key can have both"
            yield fault_at(root, ("keys", name, "roles"), message)


def _inherits_both(document: PolicyDocument, name: str) -> bool:
    """Whether one role that it extends has both already: that is where it is said."""
    extends = document.roles[name].extends
    return any(are_united(_permissions(document, (above,))) for above in extends)


def _permissions(document: PolicyDocument, roles: Iterable[str]) -> set[str]:
    held = {each for role in roles for each in extended(document.roles, role)}
    words = [word for role in held if role in document.roles for word in document.roles[role].permissions]
    return {each for word in words for each in meant_by(word)}


def _reach_of_nothing(document: PolicyDocument, root: nodes.Mapping) -> Iterator[Fault]:
    for name, role in document.roles.items():
        if role.within is not None and not role.permissions:
            message = (
                f"roles.{shown(name)} has no permissions of its own that `within` could bound: "
                "what it extends has its own reach; remove it, or list permissions"
            )
            yield fault_at(root, ("roles", name, "within"), message)


def _above_the_ceiling(document: PolicyDocument, root: nodes.Mapping) -> Iterator[Fault]:
    for name, team in document.teams.items():
        if team.parent in document.teams and team.roles is not None:
            bound = ceiling(document.teams, document.roles, team.parent)
            yield from _void(document, root, ("teams", name, "roles"), team.roles, bound, team.parent)
    for name, key in document.keys.items():
        if key.team in document.teams:
            bound = ceiling(document.teams, document.roles, key.team)
            yield from _void(document, root, ("keys", name, "roles"), key.roles, bound, key.team)


def _void(
    document: PolicyDocument,
    root: nodes.Mapping,
    path: nodes.Path,
    roles: Sequence[str],
    bound: frozenset[str] | None,
    team: str,
) -> Iterator[Fault]:
    for index, role in enumerate(roles):
        if bound is not None and bound.isdisjoint(extended(document.roles, role)):
            message = (
                f"the role `{shown(role)}` counts for nothing here: the team `{shown(team)}` may not have it"
            )
            yield fault_at(root, (*path, index), message)


def _nowhere(document: PolicyDocument, root: nodes.Mapping) -> Iterator[Fault]:
    for name, team in document.teams.items():
        if team.parent is not None and team.regions is not None and not regions(document.teams, name):
            message = f"no region is left for teams.{shown(name)}: what is above it has none of these, so nothing it asks for goes anywhere"
            yield fault_at(root, ("teams", name, "regions"), message)
