"""Acts as a table: who did what to what, and nothing that steers a terminal."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.audit.query import Record
from gateway.cli.audit_tables import act_table


def act(**changes: Any) -> Record:
    record: Record = {
        "at": "2027-01-15T08:00:00.000Z",
        "id": "act_1",
        "ending": "done",
        "who": {"auth": "os", "key": None, "user": "o-1", "sudo_user": None},
        "act": "keys.create",
        "team": "support",
        "about": {"roles": ["a", "b"], "networks": [], "user": None, "team": "support", "key": "key_1"},
    }
    return record | changes


def row(capsys: pytest.CaptureFixture[str], record: Record) -> list[str]:
    act_table([record])
    _, line = capsys.readouterr().out.splitlines()
    return str(line).split()


def test_an_act_is_a_row_that_says_what_was_given(capsys: pytest.CaptureFixture[str]):
    assert row(capsys, act()) == [
        *("2027-01-15T08:00:00", "act_1", "done", "keys.create", "o-1", "os", "support"),
        *("roles=a,b", "key=key_1"),
    ]


def test_whom_sudo_names_stands_behind_who_it_was(capsys: pytest.CaptureFixture[str]):
    who = {"auth": "os", "key": None, "user": "o-1", "sudo_user": "o-2"}
    assert row(capsys, act(who=who, ending=None))[2:8] == ["open", "keys.create", "o-1", "for", "o-2", "os"]


def test_a_key_of_nobody_stands_for_itself(capsys: pytest.CaptureFixture[str]):
    who = {"auth": "key", "key": "key_9", "user": None, "sudo_user": None}
    assert row(capsys, act(who=who))[4:6] == ["key_9", "key"]


def test_what_was_acted_upon_steers_no_terminal(capsys: pytest.CaptureFixture[str]):
    assert row(capsys, act(about={"key": "a\x1b[2J"}))[-1] == "key=a\\x1b[2J"
