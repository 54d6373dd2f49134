"""Every `match` of a policy, with what is known where it is judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gateway.policy.models.document import PolicyDocument
from gateway.policy.models.match import OF_TARGET, MatchEntry
from gateway.policy.nodes import Path

NOTHING: Final = frozenset[str]()


@dataclass(frozen=True, slots=True)
class Placed:
    """`lacks` are the facts that are not known yet. `protects`: a rule that a caller may not step out of."""

    path: Path
    match: MatchEntry
    what: str
    lacks: frozenset[str] = NOTHING
    protects: bool = False


def placed(document: PolicyDocument) -> Iterator[Placed]:
    yield from _of_parts(document)
    for index, guardrail in enumerate(document.guardrails):
        if guardrail.match is not None:
            lacks = OF_TARGET if guardrail.apply_to == "input" else NOTHING
            what = f"a check of {guardrail.apply_to}"
            yield Placed(("guardrails", index, "match"), guardrail.match, what, lacks, protects=True)
    for index, limit in enumerate(document.limits):
        if limit.match is not None:
            yield Placed(("limits", index, "match"), limit.match, "a limit", protects=True)
    for index, budget in enumerate(document.budgets):
        if budget.match is not None:
            yield Placed(("budgets", index, "match"), budget.match, "a budget", protects=True)
    yield from _of_traffic(document)


def _of_traffic(document: PolicyDocument) -> Iterator[Placed]:
    for index, experiment in enumerate(document.experiments):
        if experiment.match is not None:
            yield Placed(("experiments", index, "match"), experiment.match, "an experiment", OF_TARGET)
    for index, shadow in enumerate(document.shadows):
        if shadow.match is not None:
            yield Placed(("shadows", index, "match"), shadow.match, "a shadow")
    for index, monitor in enumerate(document.monitors):
        if monitor.match is not None:
            yield Placed(("monitors", index, "match"), monitor.match, "a monitor")


def _of_parts(document: PolicyDocument) -> Iterator[Placed]:
    """Those that stand below a name or one level lower."""
    for name, model in document.models.items():
        if model.cache is not None and model.cache.match is not None:
            yield Placed(("models", name, "cache", "match"), model.cache.match, "a cache", OF_TARGET)
    for index, rule in enumerate(document.privacy.rules):
        if rule.match is not None:
            yield Placed(("privacy", "rules", index, "match"), rule.match, "a rule of privacy", protects=True)
    for index, kept in enumerate(document.audit.rules):
        yield Placed(("audit", "rules", index, "match"), kept.match, "a rule of audit", OF_TARGET)
