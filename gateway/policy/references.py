"""Names that must lead somewhere: roles of teams and of tokens, targets and fallbacks of models, models of
roles."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.policy.dangling import fault_at, names_under, shown_way, unknown, way_along
from gateway.policy.faults import Fault
from gateway.policy.globs import Glob, overlap
from gateway.policy.models.document import PolicyDocument
from gateway.policy.models.models import ModelEntry
from gateway.policy.nodes import Entry, Mapping
from gateway.policy.role_faults import check_roles
from gateway.policy.roles import TRIAL
from gateway.policy.suggest import shown


def check_references(document: PolicyDocument, root: Mapping) -> Iterator[Fault]:
    """A fault for each name that leads nowhere. Names are looked up among all that are declared,
    those with faults of their own included."""
    yield from _reserved(root)
    yield from _roles_of_teams(document, root)
    yield from _default_models(document, root)
    yield from _targets(document, root)
    yield from _fallbacks(document, root)
    yield from _models_of_roles(document, root)
    yield from _keys(document, root)
    yield from _roles_of_tokens(document, root)
    yield from _issuers(document, root)
    yield from check_roles(document, root)


def _reserved(root: Mapping) -> Iterator[Fault]:
    trial = names_under(root, "roles").get(TRIAL.name)
    if trial is not None:
        message = "`trial` is the built-in role of the trial key: choose another name"
        yield Fault.at(trial.key, message)
    for name, entry in names_under(root, "models").items():
        if name.startswith("prompt:"):
            yield Fault.at(
                entry.key, "names that begin with `prompt:` mean managed prompts: choose another name"
            )


def _roles_of_teams(document: PolicyDocument, root: Mapping) -> Iterator[Fault]:
    roles = names_under(root, "roles")
    for name, team in document.teams.items():
        for index, role in enumerate(team.roles or ()):
            if role not in roles and role != TRIAL.name:
                yield fault_at(root, ("teams", name, "roles", index), unknown(role, "role", roles))


def _default_models(document: PolicyDocument, root: Mapping) -> Iterator[Fault]:
    models = names_under(root, "models")
    for name, team in document.teams.items():
        if team.default_model is not None and declared_for(team.default_model, models) is None:
            yield fault_at(
                root, ("teams", name, "default_model"), unknown(team.default_model, "model", models)
            )


def _keys(document: PolicyDocument, root: Mapping) -> Iterator[Fault]:
    roles, teams = names_under(root, "roles"), names_under(root, "teams")
    named = dict[str, str]()
    for name, key in document.keys.items():
        for index, role in enumerate(key.roles):
            if role not in roles and role != TRIAL.name:
                yield fault_at(root, ("keys", name, "roles", index), unknown(role, "role", roles))
        if key.team is not None and key.team not in teams:
            yield fault_at(root, ("keys", name, "team"), unknown(key.team, "team", teams))
        if key.hash in named:
            message = f"this is the key `{shown(named[key.hash])}` already: keep one"
            yield fault_at(root, ("keys", name, "hash"), message)
        named.setdefault(key.hash, name)


def _targets(document: PolicyDocument, root: Mapping) -> Iterator[Fault]:
    providers = names_under(root, "providers")
    for name, model in document.models.items():
        seen = dict[str, int]()
        for index, target in enumerate(model.targets):
            path = ("models", name, "targets", index, "to")
            if target.provider not in providers:
                yield fault_at(root, path, unknown(target.provider, "provider", providers))
            if target.model.count("*") > 1:
                yield fault_at(
                    root, path, "expected at most one *, which stands for the name that was asked for"
                )
            elif "*" in target.model and "*" not in name:
                message = f"a * stands for the name that was asked for, and `{shown(name)}` is only one name: say which model"
                yield fault_at(root, path, message)
            if target.to in seen:
                message = (
                    f"`{shown(target.to)}` is target {seen[target.to] + 1} of this model already: keep one"
                )
                yield fault_at(root, path, message)
            seen.setdefault(target.to, index)


def _fallbacks(document: PolicyDocument, root: Mapping) -> Iterator[Fault]:
    declared = names_under(root, "models")
    edges = dict[str, list[tuple[int, str]]]()
    for name, model in document.models.items():
        edges[name] = []
        for index, fallback in enumerate(model.fallbacks):
            meant = declared_for(fallback, declared)
            if meant is None:
                path = ("models", name, "fallbacks", index)
                yield fault_at(root, path, unknown(fallback, "model", declared))
            else:
                edges[name].append((index, meant))
    reported = set[frozenset[str]]()
    for name in edges:
        for index, meant in edges[name]:
            way = way_along(meant, name, edges)
            if way is not None and frozenset(way) not in reported:
                reported.add(frozenset(way))
                circle = " → ".join((name, *way))
                message = f"these fallbacks go round in a circle: {shown_way(circle)}; remove one of them"
                yield fault_at(root, ("models", name, "fallbacks", index), message)


def declared_for(name: str, declared: dict[str, Entry] | dict[str, ModelEntry]) -> str | None:
    """The declared name that stands for `name`: itself, else the most specific glob."""
    if name in declared:
        return name
    globs = [Glob.of(each) for each in declared if "*" in each]
    matching = [glob for glob in globs if glob.matches(name)]
    return max(matching, key=lambda glob: (glob.specificity, glob.text)).text if matching else None


def _models_of_roles(document: PolicyDocument, root: Mapping) -> Iterator[Fault]:
    models = names_under(root, "models")
    for name, role in document.roles.items():
        for index, wanted in enumerate(role.models):
            if wanted.strip("*") and not any(overlap(wanted, declared) for declared in models):
                what = "model that matches" if "*" in wanted else "model"
                yield fault_at(root, ("roles", name, "models", index), unknown(wanted, what, models))


def _roles_of_tokens(document: PolicyDocument, root: Mapping) -> Iterator[Fault]:
    roles = names_under(root, "roles")
    for name, provider in document.identity_providers.items():
        for group, role in (provider.role_map or {}).items():
            if role not in roles:
                path = ("identity_providers", name, "role_map", group)
                yield fault_at(root, path, unknown(role, "role", roles))


def _issuers(document: PolicyDocument, root: Mapping) -> Iterator[Fault]:
    """A token is judged by the one provider that has its issuer; its keys must be within reach."""
    seen = dict[str, str]()
    for name, provider in document.identity_providers.items():
        if provider.issuer in seen:
            message = f"the issuer of `{seen[provider.issuer]}` already: keep one of the two"
            yield fault_at(root, ("identity_providers", name, "issuer"), message)
        seen.setdefault(provider.issuer, name)
        key = "issuer" if provider.jwks_uri is None else "jwks_uri"
        if (provider.jwks_uri or provider.issuer).startswith("http:") and "egress" not in root.entries:
            message = "http is only for networks that `egress.allow` lists: use https, or list its network"
            yield fault_at(root, ("identity_providers", name, key), message)
