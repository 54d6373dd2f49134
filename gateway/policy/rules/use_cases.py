"""Use cases: who answers for them, which outcome is a success, and who names them."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.policy.dangling import fault_at, names_under, unknown
from gateway.policy.faults import Fault
from gateway.policy.globs import overlap
from gateway.policy.models.document import PolicyDocument
from gateway.policy.nodes import Mapping
from gateway.policy.rules.metrics import unknown_metric


def check_use_cases(document: PolicyDocument, root: Mapping) -> Iterator[Fault]:
    teams = names_under(root, "teams")
    for name, entry in document.use_cases.items():
        path = ("use_cases", name)
        if entry.owner is not None and entry.owner not in teams:
            yield fault_at(root, (*path, "owner"), unknown(entry.owner, "team", teams))
        if entry.success is not None and entry.success not in entry.outcomes:
            yield fault_at(root, (*path, "success"), unknown(entry.success, "outcome", entry.outcomes))
        if entry.value_per_success is not None and entry.success is None:
            message = "nothing counts as a success here: say which outcome does, in `success`"
            yield fault_at(root, (*path, "value_per_success"), message)
        for index, kpi in enumerate(entry.kpis):
            wrong = unknown_metric(kpi.metric, root, name)
            if wrong is not None:
                yield fault_at(root, (*path, "kpis", index, "metric"), wrong)
    yield from _named(document, root)


def _named(document: PolicyDocument, root: Mapping) -> Iterator[Fault]:
    """By keys and roles."""
    declared = names_under(root, "use_cases")
    for name, key in document.keys.items():
        if key.use_case is not None and key.use_case not in declared:
            yield fault_at(root, ("keys", name, "use_case"), unknown(key.use_case, "use case", declared))
    for name, role in document.roles.items():
        for index, wanted in enumerate(role.use_cases):
            if wanted.strip("*") and not any(overlap(wanted, each) for each in declared):
                what = "use case that matches" if "*" in wanted else "use case"
                yield fault_at(root, ("roles", name, "use_cases", index), unknown(wanted, what, declared))
