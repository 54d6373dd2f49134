"""Limits and budgets whose count a caller chooses: what a request says of itself, in `per`, and nothing beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from gateway.policy.dangling import fault_at
from gateway.policy.faults import Fault
from gateway.policy.models.budgets import BudgetEntry
from gateway.policy.models.document import PolicyDocument
from gateway.policy.models.limits import LimitEntry
from gateway.policy.nodes import Mapping

CHOSEN: Final = "end_user"
"""Of what a request says of itself the one that no role bounds."""


def doubt_escapes(document: PolicyDocument, root: Mapping) -> Iterator[Fault]:
    """Warnings."""
    yield from _of("limits", document.limits, root)
    yield from _of("budgets", document.budgets, root)


def _of(top: str, entries: Sequence[LimitEntry | BudgetEntry], root: Mapping) -> Iterator[Fault]:
    for index, entry in enumerate(entries):
        if CHOSEN not in entry.per:
            continue
        beside = (other for other in entries if CHOSEN not in other.per)
        if not any(other.match in (None, entry.match) for other in beside):
            message = (
                f"`{CHOSEN}` is what a request says of itself: whoever says another one begins anew; "
                "add an entry about the same calls that does not count by it"
            )
            yield fault_at(root, (top, index, "per", entry.per.index(CHOSEN)), message)
