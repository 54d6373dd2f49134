from __future__ import annotations

from pathlib import Path

import pytest

from tests.policy.whole import one, said

STAGES = "[{share: 10%, for: 1d, min_units: 200}, {share: 50%, for: 1w}]"
SECOND = """  - name: second
    match: {MATCH}
    unit: user
    arms: {control: {}, other: {prompt: classify}}
    ramp: [{share: 10%}]
    metrics: {primary: cost}
shadows:
"""


@pytest.mark.parametrize(
    ("ramp", "message"),
    [
        ("[{share: 60%, for: 1d}, {share: 50%}]", "50%}]: expected a share no smaller"),
        ("[{share: 10%}, {share: 50%}]", "{share: 10%}, {share: 50%}]: expected `for` or `min_units`"),
    ],
)
def test_a_ramp_goes_up_and_on(ramp: str, message: str, tmp_path: Path):
    assert message in one(tmp_path, (STAGES, ramp))


def test_arms_together_have_no_more_than_all_units(tmp_path: Path):
    arm = "haiku: {to: anthropic/claude-haiku-4-5}"
    line = one(tmp_path, (arm, f"{arm}\n      third: {{to: echo/x}}"), ("share: 50%", "share: 60%"))
    assert "2 arms beside control can't have 60% of the units each: at most 50%" in line


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("primary: feedback.score", "primary: feedback.scores"),
        ("also: [latency, cost, error_rate]", "also: [latency, costs]"),
        ("stop_if: [{metric: error_rate", "stop_if: [{metric: error_rates"),
    ],
)
def test_a_metric_that_is_not_there_is_a_fault(old: str, new: str, tmp_path: Path):
    assert "there is no metric" in one(tmp_path, (old, new))


@pytest.mark.parametrize(
    "match", ["user: anna", "model: fast", "model: f*, team: legal", "not: {model: claude-*}"]
)
def test_no_call_is_in_two_experiments(match: str, tmp_path: Path):
    line = one(tmp_path, ("shadows:\n", SECOND.replace("MATCH", match)))
    assert line.startswith(f"{{{match}}}: a call can be in one experiment only, and `haiku-for-faq`")


@pytest.mark.parametrize(
    "match", ["model: local", "model: claude-*", "not: {model: fast}", "not: {use_case: f*}"]
)
def test_experiments_about_different_calls_are_fine(match: str, tmp_path: Path):
    assert said(tmp_path, ("shadows:\n", SECOND.replace("MATCH", match))) == []
