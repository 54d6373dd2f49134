"""Names of metrics: those that are always there, and those of outcomes and monitors."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from gateway.policy.models.document import PolicyDocument
from gateway.policy.suggest import did_you_mean, one_of, shown

KNOWN: Final = (
    "latency",
    "first_byte",
    "cost",
    "cost_per_call",
    "tokens",
    "error_rate",
    "refusal_rate",
    "feedback.score",
    "feedback.rate",
)


def unknown_metric(name: str, document: PolicyDocument, use_case: str | None = None) -> str | None:
    """What is wrong with the name of a metric, None: nothing. With a use case only its own outcomes count."""
    head, _, rest = name.partition(".")
    if head == "outcome" and rest.endswith(".rate"):
        return _unknown(rest.removesuffix(".rate"), "outcome", _outcomes(document, use_case))
    if head == "monitor" and rest.endswith(".score"):
        return _unknown(
            rest.removesuffix(".score"), "monitor", {monitor.name for monitor in document.monitors}
        )
    if name in KNOWN:
        return None
    forms = ("outcome.NAME.rate", "monitor.NAME.score")
    return (
        f"there is no metric `{shown(name)}`: expected {one_of((*KNOWN, *forms))}{did_you_mean(name, KNOWN)}"
    )


def _outcomes(document: PolicyDocument, use_case: str | None) -> set[str]:
    asked = [entry for name, entry in document.use_cases.items() if use_case in (None, name)]
    return {outcome for entry in asked for outcome in entry.outcomes}


def _unknown(name: str, what: str, known: Collection[str]) -> str | None:
    if name in known:
        return None
    listed = f"expected {one_of(sorted(known))}" if known else f"no {what} is declared"
    return f"there is no {what} `{shown(name)}`: {listed}{did_you_mean(name, known)}"
