"""docs/limits.md: its examples are policies, and what it says a call gets is what callers get."""

from __future__ import annotations

import re
from pathlib import Path

from gateway.policy.entries import UNRECORDED
from tests.policy.folder import loaded

TEXT = (Path(__file__).parents[2] / "docs/limits.md").read_text(encoding="utf-8")


def test_its_examples_are_policies(tmp_path: Path):
    example, more = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    policy = loaded(tmp_path, example)
    assert [(each.name, each.kind) for each in policy.entries] == [
        ("per-user", "requests"),
        ("per-user", "tokens"),
        ("per-user", "concurrent"),
        ("month", "budget"),
    ]
    assert policy.not_yet == ()
    [target] = loaded(tmp_path, more).models["sees"].targets
    assert (target.context_window, target.max_output, len(target.hosted_tools)) == (128_000, 16_384, 2)


def test_what_the_records_do_not_tell_is_named():
    [line] = re.findall(r"An entry that matches on (.*?) begins", TEXT, re.DOTALL)
    assert set(re.findall(r"`(\w+)`", line)) == UNRECORDED
