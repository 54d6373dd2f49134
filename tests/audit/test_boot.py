"""A boot ships leftovers and closes what a dead process left open."""

from __future__ import annotations

import pytest

from gateway.audit.boot import interrupted, start
from gateway.audit.chain import Chain, lines_of
from gateway.audit.entry import Cost, Entry, encode
from gateway.audit.recovery import SpoolDamaged, create
from gateway.audit.segments import SegmentWriter, lines_after, writer_folders
from gateway.audit.verify import Verifier
from gateway.stores.acts import SqlActs
from gateway.stores.calls import SqlCalls
from gateway.stores.interfaces import OpenCall
from tests.audit.parts import START_MS, Place, boot, counted, intent, outcome


def leave_behind(place: Place, entries: list[Entry]) -> str:
    """A writer that wrote these after its Boot entry and died before anything was shipped."""
    installation = place.database().installation
    left = create(place.data, installation, place.new_id)
    chain = Chain(installation, left.writer, left.head, 1)
    segments = SegmentWriter(left.folder)
    segments.append(1, lines_of(chain.seal([encode(entry) for entry in [boot(), *entries]])))
    segments.close()
    left.lock.close()
    return left.writer


def endings(place: Place) -> dict[str, str | None]:
    calls = SqlCalls(place.database().engine)
    return {one: row.outcome.ending for one, row in calls.named(["c1", "c2", "c3"]).items()}


def verified(place: Place) -> bool:
    database = place.database()
    calls, acts = SqlCalls(database.engine), SqlActs(database.engine)
    return Verifier(calls, acts, database.installation, place.data, lambda _: None).run().fault is None


def test_the_first_boot_makes_a_writer(place: Place):
    started = start(place.booting())
    started.recovered.lock.close()
    assert [folder.name for folder in writer_folders(place.data)] == [started.recovered.writer]
    assert started.chain.head.seq == 1


def test_leftovers_are_shipped_and_open_calls_closed(place: Place):
    writer = leave_behind(place, [intent("c1"), outcome("c1"), intent("c2")])
    started = start(place.booting())
    assert (started.recovered.writer, started.position, started.chain.head.seq) == (writer, 4, 6)
    started.recovered.lock.close()
    start(place.booting()).recovered.lock.close()
    assert endings(place) == {"c1": "complete", "c2": "interrupted"}
    assert verified(place)


def test_a_call_is_closed_once(place: Place):
    leave_behind(place, [intent("c1")])
    for _ in range(3):
        start(place.booting()).recovered.lock.close()
    kinds = [
        b'"interrupted"' in line for folder in writer_folders(place.data) for line in lines_after(folder, 0)
    ]
    assert kinds.count(True) == 1


def test_folders_of_other_dead_processes_are_finished_in_their_own_chain(place: Place):
    writers = [leave_behind(place, [intent(f"c{number}")]) for number in (1, 2, 3)]
    started = start(place.booting())
    calls = SqlCalls(place.database().engine)
    others = sorted(writers)[1:]
    assert [[row.kind for row in calls.entries(one, 0, 10)] for one in others] == [
        ["boot", "intent", "boot", "outcome"]
    ] * 2
    started.recovered.lock.close()
    assert verified(place)


def test_a_finished_folder_is_left_as_it_is(place: Place):
    for number in (1, 2):
        leave_behind(place, [intent(f"c{number}")])
    for _ in range(3):
        start(place.booting()).recovered.lock.close()
    last = sorted(folder.name for folder in writer_folders(place.data))[1]
    assert len(SqlCalls(place.database().engine).entries(last, 0, 100)) == 4


def test_the_folder_of_a_living_process_is_left_alone(place: Place):
    first, second = start(place.booting()), start(place.booting())
    assert first.recovered.writer != second.recovered.writer
    first.recovered.lock.close()
    second.recovered.lock.close()


def test_a_chain_that_lost_shipped_entries_is_not_continued(place: Place):
    writer = leave_behind(place, [intent("c1"), outcome("c1")])
    start(place.booting()).recovered.lock.close()
    start(place.booting()).recovered.lock.close()
    for path in (place.data / "spool" / writer).glob("*.log"):
        path.write_bytes(b"")
    started = start(place.booting())
    started.recovered.lock.close()
    assert started.recovered.writer != writer
    assert verified(place)


def test_torn_bytes_are_named_in_the_boot_entry(place: Place):
    writer = leave_behind(place, [intent("c1")])
    (segment,) = (place.data / "spool" / writer).glob("*.log")
    with segment.open("ab") as file:
        file.write(b"half a line")
    start(place.booting()).recovered.lock.close()
    assert b'"torn_bytes":11' in segment.read_bytes()


def test_a_damaged_spool_stops_the_boot(place: Place):
    writer = leave_behind(place, [intent("c1"), outcome("c1")])
    (segment,) = (place.data / "spool" / writer).glob("*.log")
    segment.write_bytes(segment.read_bytes().replace(b'"team":"support"', b'"team":"suppert"'))
    with pytest.raises(SpoolDamaged):
        start(place.booting())


def test_boots_are_counted(place: Place):
    boots = []
    for _ in range(3):
        started = start(place.booting())
        boots.append(started.chain.head.boot)
        started.recovered.lock.close()
    assert boots == [1, 2, 3]


def test_an_interrupted_call_took_at_most_until_it_was_found():
    ended = interrupted(OpenCall("c1", intent("c1").at), START_MS + 1_500)
    assert (ended.ending, ended.latency_ms.total) == ("interrupted", 1500.0)


def test_an_interrupted_call_is_charged_what_was_held_for_it():
    assert interrupted(OpenCall("c1", intent("c1").at, 5), START_MS).cost == Cost(
        usd="0.000000005", reserved_usd="0.000000005"
    )
    assert interrupted(OpenCall("c1", intent("c1").at), START_MS).cost == Cost()


def test_a_clock_that_ran_back_makes_no_negative_time():
    assert interrupted(OpenCall("c1", intent("c1").at), START_MS - 1).latency_ms.total == 0.0


def test_ids_of_writers_come_from_outside(place: Place):
    started = start(place.booting(new_id=counted("writer-")))
    started.recovered.lock.close()
    assert started.recovered.writer == "writer-1"


def test_a_database_older_than_the_spool_stops_the_boot(place: Place):
    writer = leave_behind(place, [intent("c1"), outcome("c1"), intent("c2"), outcome("c2")])
    folder = place.data / "spool" / writer
    (segment,) = folder.glob("*.log")
    lines = segment.read_bytes().splitlines(keepends=True)
    segment.unlink()
    (folder / "000000000004.log").write_bytes(b"".join(lines[3:]))
    with pytest.raises(SpoolDamaged, match=f"writer {writer}.* ends at entry 0 .* begins at entry 4"):
        start(place.booting())
