"""Shadows and monitors that no call can reach that somebody is allowed to make: valid, and surely not meant so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.policy.dangling import fault_at
from gateway.policy.faults import Fault
from gateway.policy.globs import overlap
from gateway.policy.hierarchy import ceiling, regions
from gateway.policy.models.document import PolicyDocument
from gateway.policy.models.match import Fact, MatchEntry
from gateway.policy.models.roles import RoleEntry
from gateway.policy.models.use_cases import Use
from gateway.policy.nodes import Mapping


@dataclass(frozen=True, slots=True)
class Copies:
    """What copies calls: for which `use`, and to which region (None: nowhere new, or outside every region)."""

    what: str
    match: MatchEntry | None
    use: Use
    leaves: bool
    region: str | None = None


def doubt_reach(document: PolicyDocument, root: Mapping) -> Iterator[Fault]:
    """Warnings."""
    for index, shadow in enumerate(document.shadows):
        provider = document.providers.get(shadow.to.partition("/")[0])
        region = None if provider is None else provider.region
        copies = Copies("shadow", shadow.match, "shadow", leaves=True, region=region)
        why = unreached(document, copies)
        if why is not None:
            yield fault_at(
                root, ("shadows", index, "name"), f"no call can reach the shadow `{shadow.name}`: {why}"
            )
    for index, monitor in enumerate(document.monitors):
        why = unreached(document, Copies("monitor", monitor.match, "monitor", leaves=False))
        if why is not None:
            message = f"no call can reach the monitor `{monitor.name}`: {why}"
            yield fault_at(root, ("monitors", index, "name"), message)


def unreached(document: PolicyDocument, copies: Copies) -> str | None:
    """Why surely no allowed call is copied; None where one may be. Any key may be for any use case."""
    cases = document.use_cases.items()
    if not any(
        copies.use in entry.allowed_uses and _asks(copies.match, "use_case", name) for name, entry in cases
    ):
        return f"no use case that it matches has `{copies.use}` among its `allowed_uses`"
    teams = [None, *document.teams] if _asks(copies.match, "team", None) else list(document.teams)
    teams = [team for team in teams if team is None or _asks(copies.match, "team", team)]
    within = [team for team in teams if _may_leave(document, team, copies)]
    if teams and not within:
        return "every team that it matches must stay in regions in which its target is not"
    roles = {
        name: role for name, role in document.roles.items() if _may_ask(document, copies.match, name, role)
    }
    if not roles:
        return "no role that it matches allows a model and an API that it matches"
    if not any(_held_in(document, name, within) for name in roles):
        return "no team that it matches may have a role that allows such a call"
    return None


def _asks(match: MatchEntry | None, fact: Fact, name: str | None) -> bool:
    """Whether a call with this fact, or with none, may be meant."""
    if match is None:
        return True
    asked = match.names(fact)
    if asked is not None and (name is None or not any(overlap(name, each) for each in asked)):
        return False
    turned = match.not_
    if turned is None or turned.used != {fact} or name is None:
        return True
    return not any(
        name == each or ("*" not in name and overlap(name, each)) for each in turned.names(fact) or ()
    )


def _may_leave(document: PolicyDocument, team: str | None, copies: Copies) -> bool:
    if team is None or not copies.leaves:
        return True
    bound = regions(document.teams, team)
    return bound is None or copies.region in bound


def _may_ask(document: PolicyDocument, match: MatchEntry | None, name: str, role: RoleEntry) -> bool:
    if not _asks(match, "role", name):
        return False
    models = [model for model in document.models if _asks(match, "model", model)]
    apis = role.apis is None or any(_asks(match, "api", api) for api in role.apis)
    return apis and any(overlap(model, wanted) for model in models for wanted in role.models)


def _held_in(document: PolicyDocument, role: str, teams: list[str | None]) -> bool:
    for team in teams:
        bound = None if team is None else ceiling(document.teams, document.roles, team)
        if bound is None or role in bound:
            return True
    return False
