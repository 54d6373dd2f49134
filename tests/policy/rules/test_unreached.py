from __future__ import annotations

from pathlib import Path

import pytest

from tests.policy.whole import changed, load

SHADOW = "match: {model: fast, use_case: faq}\n    to"
USES = "[serve, evaluate, shadow, monitor]"
MONITOR = "sample: 2%, match: {use_case: faq}"


def warned(folder: Path, *changes: tuple[str, str]) -> list[str]:
    return [fault.message for fault in load(folder, changed(*changes)).warnings]


def test_the_example_is_reached(tmp_path: Path):
    assert warned(tmp_path) == []


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        (((USES, "[serve, monitor]"),), "no use case that it matches has `shadow` among its `allowed_uses`"),
        (((SHADOW, "match: {not: {use_case: faq}}\n    to"),), "no use case that it matches"),
        (((SHADOW, "match: {team: legal}\n    to"), ("region: eu, price", "region: us, price")), "must stay in regions"),
        (((SHADOW, "match: {role: auditor}\n    to"),), "no role that it matches allows a model and an API"),
        (((SHADOW, "match: {role: analyst, api: audio}\n    to"),), "no role that it matches allows a model and an API"),
        (((SHADOW, "match: {team: legal, role: admin}\n    to"),), "no team that it matches may have a role"),
    ],
)  # fmt: skip
def test_a_shadow_that_no_call_can_reach_is_a_warning(
    changes: tuple[tuple[str, str], ...], why: str, tmp_path: Path
):
    (message,) = warned(tmp_path, *changes)
    assert message.startswith("no call can reach the shadow `try-local`: ")
    assert why in message


@pytest.mark.parametrize(
    "match", ["{team: legal}", "{role: admin}", "{not: {team: legal}}", "{user: anna}", "{model: claude-3}"]
)
def test_a_shadow_that_some_call_can_reach_is_none(match: str, tmp_path: Path):
    assert warned(tmp_path, (SHADOW, f"match: {match}\n    to")) == []


def test_a_monitor_that_no_call_can_reach_is_a_warning(tmp_path: Path):
    (message,) = warned(tmp_path, (USES, "[serve, shadow]"))
    assert message.startswith("no call can reach the monitor `answers-grounded`")


def test_a_monitor_takes_nothing_out_of_a_region(tmp_path: Path):
    assert warned(tmp_path, (MONITOR, "sample: 2%, match: {team: legal}")) == []
