"""What a `match` asks: names that lead somewhere, facts that are known by then, and claims only to be stricter."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final, get_args

from gateway.policy.dangling import fault_at, names_under, unknown
from gateway.policy.faults import Fault
from gateway.policy.globs import overlap
from gateway.policy.models.apis import Api
from gateway.policy.models.document import PolicyDocument
from gateway.policy.models.match import CLAIMS, Fact, Facts
from gateway.policy.nodes import Mapping, Path
from gateway.policy.roles import TRIAL
from gateway.policy.rules.declared import texts_at
from gateway.policy.rules.placed import Placed, placed
from gateway.policy.rules.targets import target_names

_KNOWN_NAMES: Final[tuple[tuple[Fact, str], ...]] = (
    ("team", "team"),
    ("role", "role"),
    ("use_case", "use case"),
    ("model", "model"),
    ("api", "operation"),
    ("provider", "provider"),
    ("target", "target"),
    ("region", "region of a provider"),
)
"""Facts whose names a policy declares, and what such a name is called."""


def check_matches(document: PolicyDocument, root: Mapping) -> Iterator[Fault]:
    known = _declared(root)
    for each in placed(document):
        yield from _unknown_facts(each, root)
        for path, asked in _both(each):
            yield from _names(path, asked, root, known)


def _both(each: Placed) -> Iterator[tuple[Path, Facts]]:
    yield each.path, each.match
    if each.match.not_ is not None:
        yield (*each.path, "not"), each.match.not_


def _unknown_facts(each: Placed, root: Mapping) -> Iterator[Fault]:
    for path, asked in _both(each):
        for fact in sorted(asked.used & each.lacks):
            message = f"`{fact}` is not known yet where {each.what} is judged: match on what the caller or the request has"
            yield fault_at(root, (*path, fact), message)
    turned = each.match.not_
    if each.protects and turned is not None:
        for fact in sorted(turned.used & CLAIMS):
            message = f"`{fact}` is what a request says of itself: under `not`, a caller could say it and step out of this rule"
            yield fault_at(root, (*each.path, "not", fact), message)


def _declared(root: Mapping) -> dict[Fact, Collection[str]]:
    return {
        "team": names_under(root, "teams"),
        "role": {*names_under(root, "roles"), TRIAL.name},
        "use_case": names_under(root, "use_cases"),
        "model": names_under(root, "models"),
        "api": get_args(Api),
        "provider": names_under(root, "providers"),
        "target": target_names(root),
        "region": texts_at(root, "providers", "*", "region"),
    }


def _names(path: Path, asked: Facts, root: Mapping, known: dict[Fact, Collection[str]]) -> Iterator[Fault]:
    for fact, what in _KNOWN_NAMES:
        for index, name in enumerate(asked.names(fact) or ()):
            declared = known[fact]
            if name not in declared and not any(overlap(name, each) for each in declared):
                called = f"{what} that matches" if "*" in name else what
                yield fault_at(root, (*path, fact, index), unknown(name, called, declared))
    keys = {f"policy:{name}" for name in names_under(root, "keys")}
    for index, name in enumerate(asked.names("key") or ()):
        if name.startswith("policy:") and not any(overlap(name, each) for each in keys):
            yield fault_at(root, (*path, "key", index), unknown(name, "declared key", keys))
