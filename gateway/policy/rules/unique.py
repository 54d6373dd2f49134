"""Names of entries of lists: each once, since records, metrics and refusals go by them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from gateway.policy.dangling import fault_at
from gateway.policy.faults import Fault
from gateway.policy.models.document import PolicyDocument
from gateway.policy.nodes import Mapping, Path, find
from gateway.policy.suggest import shown


class Named(Protocol):
    @property
    def name(self) -> str: ...


def check_names(document: PolicyDocument, root: Mapping) -> Iterator[Fault]:
    for path, entries in _lists(document):
        first = dict[str, int]()
        for index, entry in enumerate(entries):
            if entry.name in first:
                earlier = find(root, (*path, first[entry.name], "name"))[0].mark
                message = f"`{shown(entry.name)}` is declared twice: first at {earlier}, choose another name"
                yield fault_at(root, (*path, index, "name"), message)
            first.setdefault(entry.name, index)


def _lists(document: PolicyDocument) -> Iterator[tuple[Path, Sequence[Named]]]:
    yield ("privacy", "rules"), document.privacy.rules
    yield ("guardrails",), document.guardrails
    yield ("limits",), document.limits
    yield ("budgets",), document.budgets
    yield ("experiments",), document.experiments
    yield ("shadows",), document.shadows
    yield ("monitors",), document.monitors
    yield ("audit", "rules"), document.audit.rules
