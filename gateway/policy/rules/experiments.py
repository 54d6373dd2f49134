"""Experiments: stages that grow, arms that share, metrics that are there, and no two about one call."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.policy.dangling import fault_at
from gateway.policy.faults import Fault
from gateway.policy.models.document import PolicyDocument
from gateway.policy.models.experiments import ExperimentEntry
from gateway.policy.nodes import Mapping, Path
from gateway.policy.rules.apart import apart
from gateway.policy.rules.metrics import unknown_metric
from gateway.policy.suggest import shown


def check_experiments(document: PolicyDocument, root: Mapping) -> Iterator[Fault]:
    for index, experiment in enumerate(document.experiments):
        yield from _ramp(("experiments", index, "ramp"), experiment, root)
        for path, metric in _metrics(("experiments", index), experiment):
            wrong = unknown_metric(metric, root)
            if wrong is not None:
                yield fault_at(root, path, wrong)
        for earlier in document.experiments[:index]:
            if not apart(earlier.match, experiment.match):
                message = (
                    f"a call can be in one experiment only, and `{shown(earlier.name)}` may be about the same "
                    "calls: match on different values of one fact, or exclude one with `not`"
                )
                place = (
                    ("experiments", index) if experiment.match is None else ("experiments", index, "match")
                )
                yield fault_at(root, place, message)


def _ramp(path: Path, experiment: ExperimentEntry, root: Mapping) -> Iterator[Fault]:
    treated = len(experiment.arms) - 1
    for index, stage in enumerate(experiment.ramp):
        if stage.share * treated > 1:
            share, most = float(stage.share * 100), 100 / treated
            message = (
                f"{treated} arms beside control can't have {share:g}% of the units each: at most {most:g}%"
            )
            yield fault_at(root, (*path, index, "share"), message)
        if index and stage.share < experiment.ramp[index - 1].share:
            message = "expected a share no smaller than that of the stage before: a unit never leaves its arm"
            yield fault_at(root, (*path, index, "share"), message)
        last = index == len(experiment.ramp) - 1
        if not last and stage.for_ is None and stage.min_units is None:
            message = "expected `for` or `min_units`: without one, the stages after it would never begin"
            yield fault_at(root, (*path, index), message)


def _metrics(path: Path, experiment: ExperimentEntry) -> Iterator[tuple[Path, str]]:
    yield (*path, "metrics", "primary"), experiment.metrics.primary
    for index, metric in enumerate(experiment.metrics.also):
        yield (*path, "metrics", "also", index), metric
    for index, stop in enumerate(experiment.stop_if):
        yield (*path, "stop_if", index, "metric"), stop.metric
