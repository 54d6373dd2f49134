"""Revisions and processes as people are shown them."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.admin.policy_bodies import ChangeTold, PolicyEvent, Source
from gateway.cli.policy_shown import change_line, event_table, process_table

ADDED = ChangeTold(path="a.b", kind="added", old=None, new={"c": "ü"})


def event(**facts: Any) -> PolicyEvent:
    known: dict[str, Any] = {
        "number": 2,
        "at": "2026-11-22T12:30:00+00:00",
        "revision": "0123456789ab",
        "previous": "ba9876543210",
        "cause": "file",
        "author": None,
        "source": Source(folder="policies", commit=None, dirty=None),
        "changes": [ADDED],
    }
    return PolicyEvent(**(known | facts))


@pytest.mark.parametrize(
    ("kind", "line"),
    [("added", '+ a: "new"'), ("removed", '- a: "old"'), ("changed", '  a: "old" → "new"')],
)
def test_a_change_is_a_line(kind: Any, line: str):
    assert change_line(ChangeTold(path="a", kind=kind, old="old", new="new")) == line


def test_a_column_that_says_nothing_is_left_out(capsys: pytest.CaptureFixture[str]):
    event_table([event()])
    title, row = capsys.readouterr().out.splitlines()
    assert title.split() == ["no", "at", "revision", "cause", "changes"]
    assert row.split() == ["2", "2026-11-22", "12:30", "0123456789ab", "file", "+", "a.b:", '{"c":', '"ü"}']


def test_only_the_first_changes_are_shown(capsys: pytest.CaptureFixture[str]):
    event_table([event(changes=[ADDED] * 5)])
    assert "and 2 more" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"changes": None}, "not known"),
        ({"changes": []}, "a secret that is written out"),
        ({"source": Source(folder="p", commit="f" * 40, dirty=True)}, "ffffffffff+"),
    ],
)
def test_what_is_not_known_or_not_committed_is_said(
    facts: dict[str, Any], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COLUMNS", "200")
    event_table([event(**facts)])
    assert said in capsys.readouterr().out


def test_that_nothing_runs_is_said(capsys: pytest.CaptureFixture[str]):
    process_table([])
    assert capsys.readouterr().out == "no gateway is running\n"
