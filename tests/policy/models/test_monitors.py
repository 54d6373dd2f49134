from __future__ import annotations

from typing import Any

import pytest

from gateway.policy.models.monitors import MonitorEntry
from tests.policy.models.entry import read, refused

BASE: dict[str, Any] = {"name": "m", "kind": "groundedness", "sample": "2%"}


def test_a_mean_is_over_a_day_unless_it_is_said():
    assert read(MonitorEntry, **BASE).window == 86_400


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"kind": "judge"}, "`model` is missing"),
        ({"kind": "judge", "model": "m"}, "`question` is missing"),
        ({"question": "q?"}, "`question` belongs to the kind judge"),
        ({"alert_below": 0.9, "alert_above": 0.8}, "every score would alert"),
        ({"alert_below": 2}, "less than or equal to 1"),
    ],
)
def test_what_makes_no_sense_is_refused(more: dict[str, Any], said: str):
    assert said in refused(MonitorEntry, **BASE | more)
