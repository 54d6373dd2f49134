"""`gateway audit`: calls are found, shown with names, and a log that was touched is named as such."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import pytest_asyncio

from gateway.admin.audit_bodies import Ending as AskedEnding
from gateway.audit.entry import Who, time_text
from gateway.audit.log import AuditLog
from gateway.call import Ending
from gateway.cli import call_filters
from gateway.installation import open_installation
from gateway.settings import load_settings
from gateway.stores.database import writing
from tests.audit.parts import START_MS, Place, intent, outcome
from tests.cli.conftest import Run

HOUR_MS = 3_600_000


@pytest.fixture
def place(folder: Path) -> Iterator[Place]:
    (folder / "data").mkdir()
    made = Place(folder / "data")
    yield made
    made.close()


@pytest.fixture
def anna(folder: Path, place: Place) -> str:
    """Her pseudonym."""
    with open_installation(load_settings()) as installation:
        return installation.subjects.pseudonym("user", "anna")


@pytest_asyncio.fixture(autouse=True)
async def written(place: Place, anna: str) -> str:
    """Three calls, an hour apart: c1 of anna, c2 refused, c3 that the provider failed. The log's writer."""
    log = await AuditLog.open(place.booting())
    her = Who(auth="key", key="k-9", user=anna, team="legal")
    await log.append(intent("c1", who=her))
    await log.append(outcome("c1"))
    await log.append(intent("c2", at_ms=START_MS + HOUR_MS, refused="authorize:model"))
    await log.append(outcome("c2", at_ms=START_MS + HOUR_MS, ending="refused"))
    await log.append(intent("c3", at_ms=START_MS + 2 * HOUR_MS))
    await log.append(outcome("c3", at_ms=START_MS + 2 * HOUR_MS, ending="upstream_error"))
    await log.close()
    return log.writer


def found(gateway: Run, *words: str) -> list[dict[str, Any]]:
    done = gateway("audit", "query", *words, "--json")
    assert (done.status, done.err) == (0, "")
    return [json.loads(line) for line in done.out.splitlines()]


# ---------------------------------------------------------------- query


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ((), ["c3", "c2", "c1"]),
        (("--limit", "2"), ["c3", "c2"]),
        (("--user", "anna"), ["c1"]),
        (("--user", "berta"), []),
        (("--team", "legal"), ["c1"]),
        (("--key", "k-1"), ["c3", "c2"]),
        (("--use-case", "faq"), ["c3", "c2", "c1"]),
        (("--model", "slow"), []),
        (("--region", "us"), ["c3", "c2", "c1"]),
        (("--ending", "upstream_error"), ["c3"]),
        (("--decision", "refused"), ["c2"]),
        (("--decision", "authorize:model"), ["c2"]),
        (("--since", time_text(START_MS + HOUR_MS)), ["c3", "c2"]),
        (("--until", time_text(START_MS + HOUR_MS)), ["c1"]),
        (("--since", "2027-01-15T08:30", "--until", "2027-01-15T11:30+02:00"), ["c2"]),
        (("--team", "support", "--ending", "refused"), ["c2"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_a_filter_finds_its_calls_newest_first(gateway: Run, words: tuple[str, ...], ids: list[str]):
    assert [record["id"] for record in found(gateway, *words)] == ids


def test_a_pseudonym_finds_its_person_and_the_log_has_no_name(gateway: Run, anna: str):
    [record] = found(gateway, "--user", anna)
    assert record["who"]["user"] == anna
    assert "anna" not in json.dumps(record)


def test_calls_of_long_ago_are_not_within_the_last_hour(gateway: Run):
    """The log's clock is fixed; any hour of ours ends after or begins before it."""
    assert len(found(gateway, "--since", "5000w")) == 3
    assert found(gateway, "--until", "5000w") == []


def test_a_table_for_people_has_a_line_a_call(gateway: Run):
    done = gateway("audit", "query")
    head, *rows = done.out.splitlines()
    assert head.split()[:4] == ["at", "id", "ending", "who"]
    assert [row.split()[:2] for row in rows] == [
        ["2027-01-15T10:00:00", "c3"],
        ["2027-01-15T09:00:00", "c2"],
        ["2027-01-15T08:00:00", "c1"],
    ]
    assert "12+30" in rows[0] and "0.000063" in rows[0]


def test_a_row_in_a_pipe_is_whole_however_narrow_the_terminal(gateway: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "40")
    done = gateway("audit", "query")
    assert len(done.out.splitlines()) == 4


@pytest.mark.parametrize(
    ("option", "word", "allowed"),
    [
        ("--ending", "bogus", "client_gone"),
        ("--decision", "bogus", "authorize"),
        ("--decision", "bogus:model", "refused"),
    ],
)
def test_a_word_that_no_record_holds_is_wrong_use(gateway: Run, option: str, word: str, allowed: str):
    done = gateway("audit", "query", option, word)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(f"gateway: {option}: 'bogus'")
    assert allowed in done.err


def test_every_ending_can_be_asked_for():
    assert get_args(Ending) == get_args(AskedEnding)


def test_every_stage_that_refuses_can_be_asked_for():
    package = Path(call_filters.__file__).parent.parent
    sources = (path for path in package.rglob("*.py") if path.parent.name not in ("admin", "cli"))
    named = {stage for path in sources for stage in re.findall(r'stage="(\w+)"', path.read_text())}
    assert named and named <= set(call_filters.STAGES)


@pytest.mark.parametrize("text", ["yesterday", "1y", "2027-13-01", "99999999999w"])
def test_what_is_no_time_is_wrong_use(gateway: Run, text: str):
    done = gateway("audit", "query", "--since", text)
    assert (done.status, done.out) == (2, "")
    assert f"'{text}' is no time" in done.err


# ---------------------------------------------------------------- show


def test_a_call_is_shown_whole_and_with_its_name(gateway: Run):
    done = gateway("audit", "show", "c1")
    assert (done.status, done.err) == (0, "")
    record = json.loads(done.out)
    assert (record["id"], record["ending"], record["chain"]["seq"]) == ("c1", "complete", 3)
    assert "anna" in json.dumps(record["who"])


def test_a_call_that_is_not_there_is_exit_code_1_and_its_id_steers_no_terminal(gateway: Run):
    done = gateway("audit", "show", "c9\x1b[2J")
    assert (done.status, done.out) == (1, "")
    assert done.err == "no call has the id c9\\x1b[2J\n"


# ---------------------------------------------------------------- verify


def tamper(place: Place, statement: str) -> None:
    with writing(place.database().engine) as connection:
        connection.exec_driver_sql(statement)


def test_an_untouched_log_is_exit_code_0_and_says_what_is_unproven(gateway: Run, written: str):
    done = gateway("audit", "verify")
    assert done.status == 0
    assert "7 entries: nothing was changed, removed or reordered" in done.out
    assert f"unproven: whether entries from 1 of {written} on were cut off" in done.out


def test_a_changed_entry_is_exit_code_1_and_named(gateway: Run, place: Place, written: str):
    tamper(place, "UPDATE entries SET body = replace(body, 'legal', 'legel') WHERE seq = 2")
    done = gateway("audit", "verify")
    assert done.status == 1
    assert f"BAD: writer {written}, entry 2: changed: " in done.out


def test_a_removed_entry_is_told_to_programs(gateway: Run, place: Place, written: str):
    tamper(place, "DELETE FROM entries WHERE seq = 4")
    done = gateway("audit", "verify", "--json")
    assert done.status == 1
    told = json.loads(done.out)
    assert told["ok"] is False
    assert told["first_bad"] == {
        "writer": written,
        "seq": 4,
        "what": "missing",
        "detail": told["first_bad"]["detail"],
    }


def test_a_good_log_is_told_to_programs(gateway: Run, written: str):
    told = json.loads(gateway("audit", "verify", "--json").out)
    assert (told["ok"], told["entries"], told["first_bad"]) == (True, 7, None)
    assert told["unproven_from"] == {written: 1}
    assert [writer["seq"] for writer in told["writers"]] == [7]
