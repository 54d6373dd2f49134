"""Verify finds what was done to the database or the spool, and says where."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import pytest

from gateway.audit.boot import start
from gateway.audit.direct import DirectLog
from gateway.audit.entry import Entry
from gateway.audit.log import AuditLog
from gateway.audit.report import Report
from gateway.audit.segments import writer_folders
from gateway.audit.shipping import ship_folder
from gateway.audit.verify import Verifier
from gateway.stores.acts import SqlActs
from gateway.stores.calls import SqlCalls
from gateway.stores.database import writing
from gateway.stores.interfaces import EntryRow
from tests.audit.parts import Place, act, acted, intent, outcome


async def run_calls(place: Place, count: int = 5) -> str:
    """`count` calls of one process that ended cleanly; its writer."""
    log = await AuditLog.open(place.booting())
    for number in range(count):
        await log.append(intent(f"{log.writer}-{number}"))
        await log.append(outcome(f"{log.writer}-{number}"))
    await log.close()
    return log.writer


def verify(place: Place, calls: SqlCalls | None = None) -> Report:
    database = place.database()
    return Verifier(
        calls or SqlCalls(database.engine),
        SqlActs(database.engine),
        database.installation,
        place.data,
        lambda _: None,
    ).run()


def tamper(place: Place, *statements: str) -> None:
    with writing(place.database().engine) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


async def test_an_untouched_log_has_no_fault(place: Place):
    writer = await run_calls(place)
    report = verify(place)
    assert (report.fault, report.entries, report.unproven) == (None, 11, {writer: 1})


@pytest.mark.parametrize(
    ("statement", "what", "seq"),
    [
        ("UPDATE entries SET body = replace(body, 'support', 'suppert') WHERE seq = 4", "changed", 4),
        ("UPDATE entries SET hash = '00' WHERE seq = 6", "changed", 6),
        ("DELETE FROM entries WHERE seq = 5", "missing", 5),
        ("DELETE FROM entries WHERE seq >= 10", "missing", 10),
        ("DELETE FROM entries", "missing", 1),
        ("UPDATE entries SET seq = -seq WHERE seq IN (4, 5)", "missing", 4),
        ("UPDATE entries SET kind = 'boot' WHERE seq = 4", "columns", 4),
        ("UPDATE entries SET at = '2020' WHERE seq = 4", "columns", 4),
        ("UPDATE entries SET call_id = 'other' WHERE seq = 4", "columns", 4),
        ("UPDATE entries SET boot = 7 WHERE seq = 4", "columns", 4),
        ("UPDATE calls SET team = 'sales' WHERE intent_seq = 4", "columns", 4),
        ("UPDATE calls SET cost_nano_usd = 0 WHERE intent_seq = 4", "columns", 5),
        ("UPDATE calls SET decision = 'x:y' WHERE intent_seq = 4", "columns", 5),
        ("UPDATE calls SET outcome_seq = NULL WHERE intent_seq = 4", "columns", 5),
        ("DELETE FROM calls WHERE intent_seq = 4", "columns", 4),
    ],
)
async def test_a_change_in_the_database_is_located(place: Place, statement: str, what: str, seq: int):
    writer = await run_calls(place)
    tamper(place, statement)
    fault = verify(place).fault
    assert fault is not None
    assert (fault.writer, fault.what, fault.seq) == (writer, what, seq)


async def test_two_entries_that_changed_places_are_found(place: Place):
    await run_calls(place)
    tamper(
        place,
        "UPDATE entries SET seq = 1000 WHERE seq = 4",
        "UPDATE entries SET seq = 4 WHERE seq = 6",
        "UPDATE entries SET seq = 6 WHERE seq = 1000",
    )
    fault = verify(place).fault
    assert fault is not None
    assert (fault.what, fault.seq) == ("missing", 4)


async def test_a_call_nobody_made_is_found(place: Place):
    await run_calls(place)
    tamper(
        place,
        "INSERT INTO calls (id, writer, intent_seq, at, roles, api, stream, policy) "
        "VALUES ('forged', 'w', 77, '2027', '', 'chat', 0, 'p')",
    )
    fault = verify(place).fault
    assert fault is not None
    assert (fault.what, fault.seq) == ("columns", 77)


async def test_entries_of_an_unregistered_writer_are_found(place: Place):
    await run_calls(place)
    tamper(
        place, "INSERT INTO entries SELECT 'stranger', seq, boot, at, kind, call_id, hash, body FROM entries"
    )
    fault = verify(place).fault
    assert fault is not None
    assert (fault.writer, fault.what) == ("stranger", "foreign")


async def test_the_first_fault_is_reported_and_other_chains_are_checked(place: Place):
    held = start(place.booting())
    await run_calls(place, 2)
    held.recovered.lock.close()
    writers = list(SqlCalls(place.database().engine).writers())
    tamper(place, f"UPDATE entries SET hash = '00' WHERE writer = '{writers[1]}' AND seq = 2")
    report = verify(place)
    assert report.fault is not None
    assert (report.fault.writer, [chain.writer for chain in report.chains]) == (writers[1], writers)


async def test_what_only_the_spool_has_is_checked_too(place: Place):
    started = start(place.booting())
    started.recovered.lock.close()
    report = verify(place)
    assert (report.fault, report.chains[0].in_spool) == (None, 1)


async def test_a_change_in_the_spool_is_located(place: Place):
    started = start(place.booting())
    started.recovered.lock.close()
    (segment,) = writer_folders(place.data)[0].glob("*.log")
    segment.write_bytes(segment.read_bytes().replace(b"rev-1", b"rev-2"))
    fault = verify(place).fault
    assert fault is not None
    assert (fault.what, fault.seq) == ("changed", 1)


async def test_a_line_being_written_is_no_fault(place: Place):
    await run_calls(place)
    (segment,) = writer_folders(place.data)[0].glob("*.log")
    with segment.open("ab") as file:
        file.write(b"0123456789abcdef")
    report = verify(place)
    assert report.fault is None
    assert any("incomplete" in note for note in report.notes)


class ShippingMeanwhile(SqlCalls):
    """A gateway ships and deletes its segment while the verifier looks at the next page."""

    def __init__(self, place: Place, ship: Callable[[], None]) -> None:
        super().__init__(place.database().engine)
        self._ship = ship
        self._looks = 0

    def entries(self, writer: str, after: int, limit: int) -> list[EntryRow]:
        found = super().entries(writer, after, limit)
        self._looks += 1
        if not found and self._looks <= 2:
            self._ship()
        return found


async def test_entries_that_move_while_it_reads_are_no_fault(place: Place):
    await run_calls(place)
    started = start(place.booting())
    chain_folder = started.recovered.folder

    def ship() -> None:
        start_again = place.booting()
        from_disk = started.chain.head
        ship_folder(start_again.archive, started.recovered.writer, chain_folder, from_disk)
        for path in chain_folder.glob("*.log"):
            path.unlink()

    report = verify(place, ShippingMeanwhile(place, ship))
    started.recovered.lock.close()
    assert (report.fault, report.entries) == (None, 12)


async def test_an_empty_installation_verifies(place: Place):
    report = verify(place)
    assert (report.fault, report.entries, report.unproven) == (None, 0, {})


async def test_progress_is_told(place: Place):
    await run_calls(place, 600)
    seen: list[int] = []
    database = place.database()
    calls, acts = SqlCalls(database.engine), SqlActs(database.engine)
    Verifier(calls, acts, database.installation, place.data, seen.append).run()
    assert seen == [1000]


def rewrite_last(place: Place, *, note: bool) -> int:
    """Exchanges the last entry in the database for one with a right hash; `note`: in `shipped` too."""
    with writing(place.database().engine) as connection:
        row = connection.exec_driver_sql("SELECT seq, body FROM entries ORDER BY seq DESC LIMIT 1").one()
        body = row.body.replace("gpt-5-mini", "gpt-5-maxi")
        digest = sha256(body.encode()).hexdigest()
        connection.exec_driver_sql(
            "UPDATE entries SET body = ?, hash = ? WHERE seq = ?", (body, digest, row.seq)
        )
        connection.exec_driver_sql("UPDATE calls SET target = 'openai/gpt-5-maxi' WHERE outcome_seq = 11")
        if note:
            connection.exec_driver_sql("UPDATE shipped SET hash = ?", (digest,))
    return int(row.seq)


@pytest.mark.parametrize("keeps", ["the note of what was shipped", "the spool"])
async def test_the_last_entry_rewritten_is_contradicted(place: Place, keeps: str):
    writer = await run_calls(place)
    last = rewrite_last(place, note=keeps == "the spool")
    if keeps != "the spool":
        for path in (place.data / "spool" / writer).glob("*.log"):
            path.unlink()
    fault = verify(place).fault
    assert fault is not None
    assert (fault.writer, fault.what, fault.seq) == (writer, "replaced", last)


@pytest.mark.parametrize(
    ("statement", "what", "seq"),
    [
        ("UPDATE entries SET body = replace(body, 'analyst', 'auditor') WHERE seq = 2", "changed", 2),
        ("DELETE FROM entries WHERE seq = 3", "missing", 3),
        ("UPDATE entries SET kind = 'intent' WHERE seq = 2", "columns", 2),
        ("UPDATE acts SET user = 'o-bb'", "columns", 2),
        ("UPDATE acts SET about = '{}'", "columns", 2),
        ("UPDATE acts SET ending = 'refused'", "columns", 3),
        ("UPDATE acts SET result = '{}'", "columns", 3),
        ("UPDATE acts SET acted_seq = NULL", "columns", 3),
        ("DELETE FROM acts", "columns", 2),
        ("UPDATE acts SET writer = 'w'", "columns", 2),
        (
            "INSERT INTO acts (id, writer, act_seq, at, auth, act, about, policy) "
            "VALUES ('forged', 'w', 77, '2027', 'os', 'keys.create', '{}', '')",
            "columns",
            77,
        ),
    ],
)
def test_a_change_of_what_an_administrator_did_is_located(place: Place, statement: str, what: str, seq: int):
    log = DirectLog.open(place.booting())
    log.append(act("a1"), acted("a1"))
    log.close()
    assert verify(place).fault is None
    tamper(place, statement)
    fault = verify(place).fault
    assert fault is not None
    assert (fault.what, fault.seq) == (what, seq)


@pytest.mark.parametrize("entries", [(act("a1"), acted("a1")), (act("a1"),)], ids=["whole", "interrupted"])
async def test_an_act_in_a_gateways_own_chain_verifies(place: Place, entries: tuple[Entry, ...]):
    log = await AuditLog.open(place.booting())
    for entry in entries:
        await log.append(entry)
    await log.close()
    await (await AuditLog.open(place.booting())).close()
    assert verify(place).fault is None
