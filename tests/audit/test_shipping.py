"""Shipping: exactly once, whatever fails meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from gateway.audit.chain import Chain, Head, Link, genesis, lines_of, split_line
from gateway.audit.entry import Cost, Entry, decode, encode
from gateway.audit.projection import Projected, Sealed, project
from gateway.audit.recovery import SpoolDamaged
from gateway.audit.segments import SegmentWriter, lines_after, segment_path, segment_paths
from gateway.audit.shipping import Shipper, entries_between, ship_batch, ship_folder
from gateway.stores.archive import SqlArchive
from gateway.stores.calls import SqlCalls
from gateway.stores.interfaces import OpenCall, Position, Shipment, StoreUnavailable
from gateway.usage import Usage
from tests.audit.parts import Place, boot, intent, outcome


class Flaky:
    """An archive that fails when told, and says when it was tried."""

    def __init__(self, inner: SqlArchive) -> None:
        self.inner = inner
        self.down = False
        self.after_commit = False
        self.durable = True
        self.tried = threading.Event()

    def position(self, writer: str) -> Position:
        return self.inner.position(writer)

    def make_durable(self) -> bool:
        return self.durable and self.inner.make_durable()

    def open_calls(self, writer: str) -> Sequence[OpenCall]:
        return self.inner.open_calls(writer)

    def open_acts(self, writer: str) -> Sequence[str]:
        return self.inner.open_acts(writer)

    def ship(self, shipment: Shipment, after: int) -> bool:
        if self.down:
            self.tried.set()
            raise StoreUnavailable("down")
        done = self.inner.ship(shipment, after)
        if self.after_commit:
            self.after_commit = False
            raise StoreUnavailable("the connection broke after the commit")
        return done


class Written:
    """A folder whose lines are written and handed over like the spool's."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.folder = place.data / "spool" / "w1"
        self.folder.mkdir(parents=True)
        self.chain = Chain("inst", "w1", genesis("inst", "w1"), 1)
        self.segments = SegmentWriter(self.folder, segment_bytes=4_000)
        self.archive = Flaky(place.archive())
        self.archive.position("w1")
        self.calls = SqlCalls(place.database().engine)

    def write(self, entries: Sequence[Entry]) -> list[Sealed]:
        first = self.chain.head.seq + 1
        links = self.chain.seal([encode(entry) for entry in entries])
        self.segments.append(first, lines_of(links))
        return [Sealed(link, entry) for link, entry in zip(links, entries, strict=True)]

    def shipper(self, **changes: object) -> Shipper:
        facts: dict[str, object] = {
            "position": 0,
            "head": genesis("inst", "w1"),
            "interval_s": 0.001,
            "max_back_off_s": 0.001,
        }
        return Shipper(self.archive, "w1", self.folder, **(facts | changes))  # type: ignore[arg-type]

    def shipped(self) -> list[int]:
        return [row.seq for row in self.calls.entries("w1", 0, 100_000)]


@pytest.fixture
def written(place: Place):
    made = Written(place)
    yield made
    made.segments.close()


def projected(sealed: Sequence[Sealed]) -> list[Projected]:
    return [project("w1", one) for one in sealed]


def pairs(count: int, start: int = 0) -> list[Entry]:
    return [entry for n in range(start, start + count) for entry in (intent(f"c{n}"), outcome(f"c{n}"))]


def test_what_is_offered_is_in_the_database_after_closing(written: Written):
    shipper = written.shipper()
    shipper.start()
    shipper.offer(written.write([boot(), *pairs(10)]), written.chain.head)
    assert shipper.close(30)
    assert written.shipped() == list(range(1, 22))


def test_an_outcome_that_comes_in_a_later_batch_ends_its_call(written: Written):
    position = ship_batch(written.archive, "w1", projected(written.write([boot(), intent("c1")])), 0)
    ship_batch(written.archive, "w1", projected(written.write([outcome("c1")])), position)
    row = written.calls.named(["c1"])["c1"]
    assert (row.outcome.ending, row.outcome.outcome_seq, row.outcome.region) == ("complete", 3, "us")


def test_one_batch_or_two_give_the_same_row(written: Written):
    position = ship_batch(written.archive, "w1", projected(written.write([boot(), intent("c1")])), 0)
    position = ship_batch(written.archive, "w1", projected(written.write([outcome("c1")])), position)
    ship_batch(written.archive, "w1", projected(written.write([intent("c2"), outcome("c2")])), position)
    rows = written.calls.named(["c1", "c2"])
    assert rows["c1"].outcome._replace(outcome_seq=0) == rows["c2"].outcome._replace(outcome_seq=0)


def test_a_refusal_in_the_intent_stays_the_decision(written: Written):
    batch = written.write([boot(), intent("c1", refused="authorize:models"), outcome("c1", ending="refused")])
    ship_batch(written.archive, "w1", projected(batch), 0)
    assert written.calls.named(["c1"])["c1"].intent.decision == "authorize:models"


def test_what_is_shipped_twice_arrives_once(written: Written):
    batch = written.write([boot(), *pairs(3)])
    assert ship_batch(written.archive, "w1", projected(batch), 0) == 7
    assert ship_batch(written.archive, "w1", projected(batch), 0) == 7
    assert written.shipped() == list(range(1, 8))


def test_a_commit_whose_answer_was_lost_is_not_repeated(written: Written):
    shipper = written.shipper()
    written.archive.after_commit = True
    shipper.start()
    shipper.offer(written.write([boot(), *pairs(5)]), written.chain.head)
    assert shipper.close(30)
    assert written.shipped() == list(range(1, 12))


def test_an_outage_delays_and_loses_nothing(written: Written):
    shipper = written.shipper()
    written.archive.down = True
    shipper.start()
    shipper.offer(written.write([boot(), *pairs(5)]), written.chain.head)
    assert written.archive.tried.wait(30)
    assert shipper.lag == 11
    shipper.offer(written.write(pairs(5, 5)), written.chain.head)
    written.archive.down = False
    assert shipper.close(30)
    assert (written.shipped(), shipper.lag) == (list(range(1, 22)), 0)


def test_what_memory_could_not_hold_is_read_from_disk(written: Written):
    shipper = written.shipper(memory_entries=8)
    for start in range(0, 60, 3):
        shipper.offer(written.write(pairs(3, start)), written.chain.head)
    shipper.start()
    assert shipper.close(30)
    assert written.shipped() == list(range(1, 121))


def test_closing_during_an_outage_gives_up_in_time(written: Written):
    shipper = written.shipper()
    written.archive.down = True
    shipper.start()
    shipper.offer(written.write([boot()]), written.chain.head)
    assert not shipper.close(0.01)
    assert shipper.lag == 1


def test_shipped_segments_are_deleted(written: Written):
    for start in range(0, 30, 3):
        written.write(pairs(3, start))
    before = len(segment_paths(written.folder))
    ship_folder(written.archive, "w1", written.folder, written.chain.head)
    assert (before > 2, len(segment_paths(written.folder))) == (True, 1)
    assert written.shipped() == list(range(1, 61))


def test_a_line_that_can_not_be_read_is_not_passed_over(tmp_path: Path):
    segment_path(tmp_path, 1).write_bytes(b"not a line\n")
    with pytest.raises(SpoolDamaged):
        list(entries_between(tmp_path, "w1", 0, 5))


def test_entries_read_back_are_those_that_were_written(written: Written):
    sealed = written.write([boot(), *pairs(2)])
    assert list(entries_between(written.folder, "w1", 1, 4)) == projected(sealed)[1:4]


def test_the_database_holds_the_bytes_that_are_on_disk(written: Written):
    written.write([boot(), *pairs(2)])
    ship_folder(written.archive, "w1", written.folder, written.chain.head)
    on_disk = [split_line(line) for line in lines_after(written.folder, 4)]
    rows = written.calls.entries("w1", 0, 10)
    assert [(row.hash, row.body) for row in rows][-len(on_disk) :] == on_disk


def test_a_head_without_lines_is_said_and_tried_again(written: Written, caplog: pytest.LogCaptureFixture):
    shipper = written.shipper(head=Head(5, "x", 1))
    shipper.start()
    assert not shipper.close(0.01)
    assert "no entry after 0" in caplog.text


def test_links_and_entries_fit(written: Written):
    (sealed,) = written.write([boot()])
    assert isinstance(sealed.link, Link)
    assert decode(encode(sealed.entry)) == boot()


def test_a_figure_that_no_column_can_hold_does_not_stop_the_log(written: Written):
    poisoned = replace(outcome("c1"), usage=Usage(1, 2**70), cost=Cost(usd="9225000000.000090000"))
    written.write([boot(), intent("c1"), poisoned, *pairs(2, 2)])
    ship_folder(written.archive, "w1", written.folder, written.chain.head)
    assert written.shipped() == list(range(1, 8))


def test_entries_that_do_not_follow_on_the_database_are_not_shipped(written: Written):
    batch = written.write([boot(), *pairs(3)])
    with pytest.raises(SpoolDamaged, match=r"writer w1.* ends at entry 0 .* begins at entry 4"):
        ship_batch(written.archive, "w1", projected(batch[3:]), 0)
    assert written.shipped() == []


def test_a_spool_that_begins_after_the_end_of_the_database_is_damaged(written: Written):
    for start in range(0, 30, 3):
        written.write(pairs(3, start))
    segment_paths(written.folder)[0][1].unlink()
    with pytest.raises(SpoolDamaged, match="in neither"):
        ship_folder(written.archive, "w1", written.folder, written.chain.head)
    assert written.shipped() == []


def test_a_running_shipper_says_a_gap_and_ships_nothing_past_it(
    written: Written, caplog: pytest.LogCaptureFixture
):
    for start in range(0, 30, 3):
        written.write(pairs(3, start))
    segment_paths(written.folder)[0][1].unlink()
    shipper = written.shipper(head=written.chain.head)
    shipper.start()
    assert not shipper.close(0.01)
    assert "in neither" in caplog.text
    assert written.shipped() == []


def test_a_folder_that_moves_on_meanwhile_is_shipped_from_where_the_database_stands(written: Written):
    batch = written.write([boot(), *pairs(1_500)])

    class Overtaken(Flaky):
        def ship(self, shipment: Shipment, after: int) -> bool:
            if after == 0:
                ship_batch(self.inner, "w1", projected(batch[:7]), 0)
            return self.inner.ship(shipment, after)

    ship_folder(Overtaken(written.archive.inner), "w1", written.folder, written.chain.head)
    assert written.shipped() == list(range(1, 3_002))


def test_no_segment_is_deleted_before_the_database_would_survive_a_power_loss(written: Written):
    for start in range(0, 30, 3):
        written.write(pairs(3, start))
    kept = segment_paths(written.folder)
    written.archive.durable = False
    ship_folder(written.archive, "w1", written.folder, written.chain.head)
    assert segment_paths(written.folder) == kept
    written.archive.durable = True
    ship_folder(written.archive, "w1", written.folder, written.chain.head)
    assert len(segment_paths(written.folder)) == 1
