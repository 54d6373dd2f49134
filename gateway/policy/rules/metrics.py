"""Names of metrics: those that are always there, and those of outcomes and monitors."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from gateway.policy.nodes import Node
from gateway.policy.rules.declared import texts_at
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


def unknown_metric(name: str, root: Node, use_case: str = "*") -> str | None:
    """What is wrong with the name of a metric, None: nothing. With a use case only its own outcomes count."""
    head, _, rest = name.partition(".")
    if head == "outcome" and rest.endswith(".rate"):
        return _unknown(
            rest.removesuffix(".rate"), "outcome", texts_at(root, "use_cases", use_case, "outcomes", "*")
        )
    if head == "monitor" and rest.endswith(".score"):
        return _unknown(rest.removesuffix(".score"), "monitor", texts_at(root, "monitors", "*", "name"))
    if name in KNOWN:
        return None
    forms = ("outcome.NAME.rate", "monitor.NAME.score")
    return (
        f"there is no metric `{shown(name)}`: expected {one_of((*KNOWN, *forms))}{did_you_mean(name, KNOWN)}"
    )


def _unknown(name: str, what: str, known: Collection[str]) -> str | None:
    if name in known:
        return None
    listed = f"expected {one_of(sorted(known))}" if known else f"no {what} is declared"
    return f"there is no {what} `{shown(name)}`: {listed}{did_you_mean(name, known)}"
