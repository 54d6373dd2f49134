from __future__ import annotations

from typing import Any

from gateway.policy.models.experiments import ExperimentEntry
from tests.policy.models.entry import read, refused

BASE: dict[str, Any] = {
    "name": "e",
    "unit": "user",
    "arms": {"control": {}, "other": {"to": "p/m"}},
    "ramp": ({"share": "10%", "for": "1d"},),
    "metrics": {"primary": "latency"},
}


def test_a_stage_lasts_seconds():
    assert read(ExperimentEntry, **BASE).ramp[0].for_ == 86_400


def test_one_arm_is_what_is_compared_with():
    assert "no arm is called `control`" in refused(ExperimentEntry, **BASE | {"arms": {"a": {}, "b": {}}})


def test_one_arm_alone_compares_nothing():
    assert "at least 2 items" in refused(ExperimentEntry, **BASE | {"arms": {"control": {}}})
