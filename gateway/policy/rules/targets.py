"""Targets and models that are named outside `models`: by arms, shadows, budgets, judges."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.policy.dangling import fault_at, names_under, unknown
from gateway.policy.faults import Fault
from gateway.policy.models.budgets import DowngradeEntry
from gateway.policy.models.document import PolicyDocument
from gateway.policy.nodes import Mapping, Path
from gateway.policy.references import declared_for
from gateway.policy.rules.declared import texts_at
from gateway.policy.suggest import shown


def check_targets(document: PolicyDocument, root: Mapping) -> Iterator[Fault]:
    for path, to in _targets(document):
        yield from _target(root, path, to)
    for path, name in _models(document):
        models = names_under(root, "models")
        if declared_for(name, models) is None:
            yield fault_at(root, path, unknown(name, "model", models))
    for index, budget in enumerate(document.budgets):
        instead = budget.on_exceeded
        about = budget.match.model if budget.match is not None else None
        if isinstance(instead, DowngradeEntry) and about == (instead.downgrade,):
            message = (
                f"the budget is about `{shown(instead.downgrade)}` itself: a call can't be downgraded to it"
            )
            yield fault_at(root, ("budgets", index, "on_exceeded", "downgrade"), message)


def target_names(root: Mapping) -> frozenset[str]:
    """Every target that a call may go to, globs included."""
    ours = texts_at(root, "models", "*", "targets", "*", "to")
    return ours | texts_at(root, "experiments", "*", "arms", "*", "to") | texts_at(root, "shadows", "*", "to")


def _targets(document: PolicyDocument) -> Iterator[tuple[Path, str]]:
    for index, experiment in enumerate(document.experiments):
        for name, arm in experiment.arms.items():
            if arm.to is not None:
                yield ("experiments", index, "arms", name, "to"), arm.to
    for index, shadow in enumerate(document.shadows):
        yield ("shadows", index, "to"), shadow.to


def _models(document: PolicyDocument) -> Iterator[tuple[Path, str]]:
    for index, budget in enumerate(document.budgets):
        if isinstance(budget.on_exceeded, DowngradeEntry):
            yield ("budgets", index, "on_exceeded", "downgrade"), budget.on_exceeded.downgrade
    for index, guardrail in enumerate(document.guardrails):
        if guardrail.model is not None:
            yield ("guardrails", index, "model"), guardrail.model
    for index, monitor in enumerate(document.monitors):
        if monitor.model is not None:
            yield ("monitors", index, "model"), monitor.model
    for name, prompt in document.prompts.items():
        for version, entry in prompt.versions.items():
            yield ("prompts", name, "versions", version, "model"), entry.model


def _target(root: Mapping, path: Path, to: str) -> Iterator[Fault]:
    providers = names_under(root, "providers")
    provider, _, model = to.partition("/")
    if provider not in providers:
        yield fault_at(root, path, unknown(provider, "provider", providers))
    if "*" in model:
        yield fault_at(
            root, path, "expected one model of one provider: a * stands for many, say which is meant"
        )
