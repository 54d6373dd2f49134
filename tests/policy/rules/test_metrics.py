from __future__ import annotations

import pytest

from gateway.policy.rules.metrics import KNOWN, unknown_metric
from tests.policy.folder import tree

ROOT = tree(
    "use_cases: {faq: {outcomes: [resolved]}, hr: {outcomes: [hired]}}\n"
    "monitors: [{name: grounded, kind: groundedness, sample: 2%}]\n"
)


@pytest.mark.parametrize(
    "name", [*KNOWN, "outcome.resolved.rate", "outcome.hired.rate", "monitor.grounded.score"]
)
def test_a_metric_that_is_there_is_fine(name: str):
    assert unknown_metric(name, ROOT) is None


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("latencies", "did you mean `latency`?"),
        (
            "outcome.fired.rate",
            "there is no outcome `fired`: expected hired or resolved; did you mean `hired`?",
        ),
        ("outcome.resolved", "there is no metric"),
        ("monitor.ground.score", "there is no monitor `ground`: expected grounded"),
    ],
)
def test_any_other_is_told_which_there_are(name: str, message: str):
    assert message in (unknown_metric(name, ROOT) or "")


def test_a_use_case_is_measured_by_its_own_outcomes():
    assert unknown_metric("outcome.hired.rate", ROOT, "faq") is not None
