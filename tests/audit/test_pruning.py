"""What its time is over of is deleted, and the chain verifies; what nobody recorded is found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.direct import DirectLog
from gateway.audit.entry import Act, Acted, Entry
from gateway.audit.pruning import NotRecorded, Pruner, runs
from gateway.audit.report import Known, Report
from gateway.audit.verify import Verifier
from gateway.installation import Installation, open_installation
from gateway.settings import Settings
from gateway.stores.acts import SqlActs
from gateway.stores.calls import SqlCalls
from gateway.stores.contents import SqlContents
from gateway.stores.holds import Hold, SqlHolds
from gateway.stores.interfaces import CallFilter
from gateway.stores.prunings import Expired, SqlPrunings
from tests.audit.parts import START_MS
from tests.parts.kept_calls import HOUR_MS, KeptCall, booting, keep

AN_HOUR = START_MS + HOUR_MS


class Log:
    """An installation with six calls, one an hour; every other one is of the team legal."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.engine = installation.database.engine
        teams = ("support", "legal")
        calls = [
            KeptCall(f"c{n}", team=teams[n % 2], user="anna", at_ms=START_MS + n * HOUR_MS) for n in range(6)
        ]
        keep(installation, *calls)
        numbers = count(1)
        self.direct: DirectLog
        self.holds = SqlHolds(self.engine)
        self.pruner = Pruner(
            prunings=SqlPrunings(self.engine),
            calls=SqlCalls(self.engine),
            acts=SqlActs(self.engine),
            holds=self.holds.list,
            append=self.append,
            now_ms=lambda: START_MS + 99 * HOUR_MS,
            new_id=lambda: f"act_{next(numbers)}",
            sleep=lambda _: None,
        )

    def append(self, entry: Entry) -> None:
        """Held from the beginning of an act to its end: whoever is alone would close it."""
        if isinstance(entry, Act):
            self.direct = DirectLog.open(booting(self.installation))
        self.direct.append(entry)
        if isinstance(entry, Acted):
            self.direct.close()

    @property
    def left(self) -> list[str]:
        return [row.intent.id for row in SqlCalls(self.engine).search(CallFilter(order="oldest"))]

    def spans(self) -> list[tuple[int, int]]:
        with self.engine.connect() as connection:
            rows = connection.exec_driver_sql('SELECT "first", "last" FROM prunings ORDER BY 1')
            return [(row[0], row[1]) for row in rows]

    def change(self, statement: str) -> None:
        with self.engine.begin() as connection:
            connection.exec_driver_sql(statement)

    def verified(self, **known: Any) -> Report:
        facts = {"pruned": SqlPrunings(self.engine).after} | known
        name = self.installation.database.installation
        settings = self.installation.settings
        calls, acts = SqlCalls(self.engine), SqlActs(self.engine)
        return Verifier(calls, acts, name, settings.data, lambda _: None, Known(**facts)).run()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    with opened(tmp_path) as made:
        yield made


@contextmanager
def opened(folder: Path) -> Iterator[Log]:
    with open_installation(Settings(data=folder)) as installation:
        yield Log(installation)


def test_what_is_over_is_deleted_with_its_content_and_the_chain_verifies(log: Log):
    assert log.pruner.entries(START_MS + 2 * HOUR_MS) == 2
    assert log.left == ["c2", "c3", "c4", "c5"]
    assert set(SqlContents(log.engine).named(["c0", "c1", "c2"])) == {"c2"}
    report = log.verified()
    assert (report.fault, report.chains[0].pruned) == (None, 4)


def test_what_follows_on_what_was_deleted_before_is_one_span_with_it(log: Log):
    for hours in (1, 2, 4):
        log.pruner.entries(START_MS + hours * HOUR_MS)
    assert (log.spans(), log.left, log.verified().fault) == ([(2, 9)], ["c4", "c5"], None)


def test_a_legal_hold_keeps_what_it_is_about_and_no_more(log: Log):
    log.holds.add(Hold("hold_1", 1, "a dispute", team="legal"))
    assert log.pruner.entries(START_MS + 4 * HOUR_MS) == 2
    assert (log.left, log.spans()) == (["c1", "c3", "c4", "c5"], [(2, 3), (6, 7)])
    assert log.verified().fault is None
    log.holds.release("hold_1", 2)
    assert log.pruner.entries(START_MS + 4 * HOUR_MS) == 2
    assert (log.left, log.spans(), log.verified().fault) == (["c4", "c5"], [(2, 9)], None)


def test_all_calls_may_go_and_the_chain_goes_on(log: Log):
    assert log.pruner.entries(START_MS + 50 * HOUR_MS) == 6
    assert (log.left, log.verified().fault) == ([], None)
    keep(log.installation, KeptCall("c9"))
    assert (log.left, log.verified().fault) == (["c9"], None)


def test_contents_may_go_before_their_entries(log: Log):
    log.holds.add(Hold("hold_1", 1, "a dispute", team="legal"))
    assert log.pruner.contents(START_MS + 3 * HOUR_MS) == 2
    assert set(SqlContents(log.engine).named([f"c{n}" for n in range(6)])) == {"c1", "c3", "c4", "c5"}
    assert (len(log.left), log.verified().fault) == (6, None)


def test_what_is_deleted_is_named_by_an_act_before(log: Log):
    log.pruner.entries(AN_HOUR)
    [act] = SqlActs(log.engine).named(["act_1"]).values()
    writer = log.verified().chains[0].writer
    assert (act.begun.act, act.begun.auth, act.ended.ending) == ("audit.prune", "gateway", "done")
    assert f"{writer}:2-3:" in act.begun.about


TAMPERED = (
    "DELETE FROM prunings",
    'UPDATE prunings SET "last" = "last" + 2',
    "UPDATE prunings SET hash = prev",
    "UPDATE prunings SET prev = hash",
    "UPDATE prunings SET act = 'act_9'",
    "DELETE FROM entries WHERE seq IN (4, 5)",
    "UPDATE acts SET about = '{}' WHERE id = 'act_1'",
)


@pytest.mark.parametrize("statement", TAMPERED)
def test_a_deletion_that_no_act_names_is_found(log: Log, statement: str):
    log.pruner.entries(AN_HOUR)
    assert log.verified().fault is None
    log.change(statement)
    fault = log.verified().fault
    assert fault is not None and fault.what in ("missing", "columns", "replaced")


def test_whoever_deletes_and_says_so_only_in_the_list_is_found(log: Log):
    writer = log.verified().chains[0].writer
    log.pruner.entries(AN_HOUR)
    log.change("DELETE FROM entries WHERE seq IN (4, 5)")
    log.change("DELETE FROM calls WHERE id = 'c1'")
    log.change(
        f"INSERT INTO prunings SELECT '{writer}', 4, 5, hash, substr(body, instr(body, 'prev') + 7, 64), 1, 0, 'act_1' "
        "FROM (SELECT * FROM entries WHERE seq = 6)"
    )
    fault = log.verified().fault
    assert fault is not None and (fault.what, fault.seq) == ("missing", 4)


def test_a_hold_that_is_set_meanwhile_stops_the_deletion(log: Log):
    appended: list[Entry] = []

    def append(entry: Entry) -> None:
        log.append(entry)
        if not appended:
            log.holds.add(Hold("hold_1", 1, "a dispute"))
        appended.append(entry)

    assert replace(log.pruner, append=append).entries(AN_HOUR) == 0
    [act] = SqlActs(log.engine).named(["act_1"]).values()
    assert (len(log.left), act.ended.ending, act.ended.reason) == (6, "refused", "legal_hold")
    assert log.verified().fault is None


def test_what_is_not_in_the_databases_log_yet_is_not_done(log: Log):
    with pytest.raises(NotRecorded, match="not in the database"):
        replace(log.pruner, append=lambda _: None).entries(AN_HOUR)
    assert len(log.left) == 6


def test_runs_are_entries_without_a_gap_between():
    gone = [Expired("a", "w2", 4, 7), Expired("b", "w2", 5, 6), Expired("c", "w1", 8, 10)]
    assert runs(gone) == [("w1", 8, 8), ("w1", 10, 10), ("w2", 4, 7)]
