from __future__ import annotations

from pathlib import Path

import pytest

from tests.policy.whole import changed, load

LIMIT = "per: [user]\n    requests"
MORE = "limits:\n  - {name: all, concurrent: 9}\n"


def warned(folder: Path, *changes: tuple[str, str]) -> list[str]:
    return [fault.message for fault in load(folder, changed(*changes)).warnings]


@pytest.mark.parametrize(
    ("old", "new"), [(LIMIT, "per: [key, end_user]\n    requests"), ("per: [team]", "per: [end_user]")]
)
def test_a_count_that_a_caller_chooses_is_a_warning(old: str, new: str, tmp_path: Path):
    (message,) = warned(tmp_path, (old, new))
    assert "whoever says another one begins anew" in message


@pytest.mark.parametrize("match", ["", ", match: {team: legal}"])
def test_one_beside_it_that_does_not_count_by_it_holds_the_caller(match: str, tmp_path: Path):
    mine = f"per: [end_user]\n    {match.removeprefix(', ')}\n    requests"
    more = f"limits:\n  - {{name: all, concurrent: 9{match}}}\n"
    assert warned(tmp_path, (LIMIT, mine), ("limits:\n", more)) == []


def test_one_about_other_calls_does_not(tmp_path: Path):
    more = MORE.replace("concurrent: 9", "concurrent: 9, match: {team: legal}")
    assert len(warned(tmp_path, (LIMIT, "per: [end_user]\n    requests"), ("limits:\n", more))) == 1
