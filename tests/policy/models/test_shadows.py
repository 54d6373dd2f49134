from __future__ import annotations

from gateway.policy.models.shadows import ShadowEntry
from tests.policy.models.entry import read, refused


def test_latency_cost_and_length_are_compared_unless_it_is_said():
    assert read(ShadowEntry, name="s", to="p/m", sample="5%").compare == ("latency", "cost", "length")


def test_nobody_samples_more_than_everything():
    assert "at most 100%" in refused(ShadowEntry, name="s", to="p/m", sample="200%")
