"""Whatever is done to the log is found, and where: at random places, with what is kept elsewhere and without."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from gateway.audit.report import Report
from tests.audit.tampering import Logged, make, signed_by_forger

Attempts = int
ATTEMPTS = pytest.mark.parametrize("attempts", [2, pytest.param(100, marks=pytest.mark.long)])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logged]:
    made = asyncio.run(make(tmp_path_factory.mktemp("log") / "whole", random.Random(7)))
    yield made
    made.place.close()


@pytest.fixture
def tried(whole: Logged, tmp_path: Path) -> Callable[[int], Iterator[Logged]]:
    """Copies of the whole log, each with a chance of its own."""

    def copies(attempts: int) -> Iterator[Logged]:
        for number in range(attempts):
            copy = whole.copy(tmp_path / f"copy-{number}", random.Random(number))
            yield copy
            copy.place.close()

    return copies


Tried = Callable[[int], Iterator[Logged]]


def located(
    report: Report, writer: str, what: str | tuple[str, ...], first: int, last: int | None = None
) -> bool:
    """Whether the fault is one of `what` in that chain, at an entry from `first` to `last`."""
    fault, kinds = report.fault, (what,) if isinstance(what, str) else what
    found = fault is not None and fault.writer == writer and fault.what in kinds
    assert found and fault is not None and first <= fault.seq <= (last or first), (
        f"{fault} ({writer} {what} {first} {last})"
    )
    return True


def test_an_untouched_log_is_proven_up_to_its_last_signature(whole: Logged):
    for anchored in (False, True):
        report = whole.verify(anchored=anchored)
        assert (report.fault, report.notes) == (None, [])
        behind = [whole.head(writer) - report.unproven[writer] + 1 for writer in whole.gateways]
        assert max(behind) > 0
        assert all(0 <= entries <= 4 for entries in behind)


@ATTEMPTS
def test_a_byte_flipped_in_the_database(tried: Tried, attempts: int):
    for log in tried(attempts):
        writer = log.chance.choice(log.writers)
        seq = log.one_of(writer)
        body = bytearray({n: b for n, _, b in log.rows(writer)}[seq].encode())
        body[log.chance.randrange(len(body))] ^= log.chance.choice((1, 2, 4, 8, 16))
        log.sql(("UPDATE entries SET body = ? WHERE writer = ? AND seq = ?", (bytes(body), writer, seq)))
        assert located(log.verify(anchored=False), writer, ("changed", "unreadable"), seq)


@ATTEMPTS
def test_a_byte_flipped_in_the_spool(tried: Tried, attempts: int):
    for log in tried(attempts):
        writer = log.chance.choice(log.gateways)
        [segment] = (log.place.data / "spool" / writer).glob("*.log")
        data = bytearray(segment.read_bytes())
        place = log.chance.randrange(len(data) - 1)
        seq = data[:place].count(b"\n") + 1
        data[place] ^= log.chance.choice((1, 2, 4, 8, 16))
        segment.write_bytes(data)
        # A digit of the hash or of the text: the database says what it was; a line torn in two, where.
        kinds = ("changed", "replaced", "unreadable", "torn", "missing", "repeated")
        assert located(log.verify(anchored=False), writer, kinds, seq, seq + 1)


@ATTEMPTS
def test_a_field_changed_and_its_hash_with_it(tried: Tried, attempts: int):
    for log in tried(attempts):
        writer = log.chance.choice(log.gateways)
        seq = log.one_of(writer, ("intent", "outcome"))
        body = field_changed({n: b for n, _, b in log.rows(writer)}[seq])
        digest = sha256(body.encode()).hexdigest()
        log.sql(
            (
                "UPDATE entries SET body = ?, hash = ? WHERE writer = ? AND seq = ?",
                (body, digest, writer, seq),
            )
        )
        log.without_spool(writer)
        assert located(log.verify(anchored=False), writer, "replaced", seq, seq + 1)


@pytest.mark.parametrize("anchored", [False, True])
@ATTEMPTS
def test_a_field_changed_and_all_hashes_after_it(tried: Tried, attempts: int, anchored: bool):
    for log in tried(attempts):
        writer = log.chance.choice(log.gateways)
        unproven = log.verify(anchored=anchored).unproven[writer]
        wrong = log.one_of(writer, ("intent", "outcome"))
        log.chained_anew(writer, wrong, lambda seq, _, body: field_changed(body) if seq == wrong else body)  # noqa: B023
        report = log.verify(anchored=anchored)
        if wrong < unproven:
            assert located(report, writer, "replaced", 1, wrong)
            assert report.fault is not None and int(report.fault.detail.split()[3]) >= wrong
        else:
            assert (report.fault, report.unproven[writer]) == (None, unproven)


@ATTEMPTS
def test_a_checkpoint_forged_over_a_changed_field(tried: Tried, attempts: int):
    for log in tried(attempts):
        writer = log.chance.choice(log.gateways)
        last = max(seq for seq, kind, _ in log.rows(writer) if kind == "checkpoint")
        wrong = log.chance.choice(
            [s for s, kind, _ in log.rows(writer) if kind == "outcome" and s < last - 1]
        )
        hashes: dict[int, str] = {}
        forge = signed_by_forger(log.place.database().installation, writer, hashes.__getitem__)
        before = {seq: sha256(body.encode()).hexdigest() for seq, _, body in log.rows(writer)}
        hashes.update(before)

        def change(seq: int, kind: str, body: str) -> str:
            changed = forge(seq, kind, field_changed(body) if seq == wrong else body)  # noqa: B023
            hashes[seq] = sha256(changed.encode()).hexdigest()  # noqa: B023
            return changed

        log.chained_anew(writer, wrong, change)
        next_one = min(seq for seq, kind, _ in log.rows(writer) if kind == "checkpoint" and seq > wrong)
        assert located(log.verify(anchored=False), writer, "forged", next_one)


@ATTEMPTS
def test_an_entry_deleted(tried: Tried, attempts: int):
    for log in tried(attempts):
        writer = log.chance.choice(log.writers)
        seq = log.one_of(writer)
        log.sql(("DELETE FROM entries WHERE writer = ? AND seq = ?", (writer, seq)))
        log.without_spool(writer)
        assert located(log.verify(anchored=False), writer, "missing", seq)


@ATTEMPTS
def test_two_entries_swapped(tried: Tried, attempts: int):
    for log in tried(attempts):
        writer = log.chance.choice(log.writers)
        one, other = sorted(log.chance.sample([seq for seq, _, _ in log.rows(writer)], 2))
        log.sql(
            *(
                ("UPDATE entries SET seq = ? WHERE writer = ? AND seq = ?", (to, writer, seq))
                for seq, to in ((one, -1), (other, one), (-1, other))
            )
        )
        assert located(log.verify(anchored=False), writer, "missing", one)


@ATTEMPTS
def test_an_old_segment_replayed(tried: Tried, attempts: int):
    for log in tried(attempts):
        writer = log.chance.choice(log.gateways)
        [segment] = (log.place.data / "spool" / writer).glob("*.log")
        lines = segment.read_bytes().splitlines(keepends=True)
        first = log.chance.randrange(len(lines))
        again = lines[first : log.chance.randrange(first, len(lines)) + 1]
        if log.chance.random() < 0.5:
            segment.write_bytes(b"".join([*lines, *again]))
        else:
            segment.with_name(f"{len(lines) + 1:012d}.log").write_bytes(b"".join(again))
        assert located(log.verify(anchored=False), writer, "repeated", len(lines) + 1)


@ATTEMPTS
def test_old_entries_replayed_into_the_database(tried: Tried, attempts: int):
    for log in tried(attempts):
        writer = log.chance.choice(log.writers)
        head, old = log.head(writer), log.one_of(writer)
        log.sql(
            (
                "INSERT INTO entries SELECT writer, ?, boot, at, kind, call_id, hash, body FROM entries "
                "WHERE writer = ? AND seq = ?",
                (head + 1, writer, old),
            )
        )
        assert located(log.verify(anchored=False), writer, "repeated", head + 1)


@ATTEMPTS
def test_a_chain_of_another_installation(tried: Tried, attempts: int, tmp_path: Path):
    other = asyncio.run(make(tmp_path / "other", random.Random(8)))
    other.sql(("UPDATE installation SET id = 'other'", ()))
    for log in tried(attempts):
        writer = log.chance.choice(log.gateways)
        seq = log.one_of(writer)
        bodies = {
            n: body.replace(log.place.database().installation, "other") for n, _, body in log.rows(writer)
        }
        digests = {n: sha256(body.encode()).hexdigest() for n, body in bodies.items()}
        log.sql(
            *(
                (
                    "UPDATE entries SET body = ?, hash = ? WHERE writer = ? AND seq = ?",
                    (bodies[n], digests[n], writer, n),
                )
                for n in bodies
                if n >= seq
            )
        )
        assert located(log.verify(anchored=False), writer, "foreign", seq)
    other.place.close()


@ATTEMPTS
def test_the_tail_dropped(tried: Tried, attempts: int):
    for log in tried(attempts):
        writer = log.chance.choice(log.writers)
        anchored = log.verify(anchored=True).unproven[writer] - 1
        last = log.one_of(writer, but_last=1)
        log.cut(writer, last)
        report = log.verify(anchored=False)
        if report.fault is None:  # nothing that is left speaks of it: it says from where it can't know
            assert report.unproven[writer] <= last + 1
        else:
            assert located(report, writer, "missing", last + 1)
        report = log.verify(anchored=True)
        if last < anchored:
            assert located(report, writer, "missing", last + 1)
        else:
            assert (report.fault, report.unproven[writer]) == (None, anchored + 1)


def test_the_whole_store_rolled_back(whole: Logged, tmp_path: Path):
    log = whole.copy(tmp_path / "copy", random.Random(1))
    (log.folder / "data").rename(log.folder / "newer")
    (log.folder / "older").rename(log.folder / "data")
    heads = {writer: log.head(writer) for writer in log.writers}
    report = log.verify(anchored=False)
    assert report.fault is None
    assert all(report.unproven[writer] <= head + 1 for writer, head in heads.items())
    report = log.verify(anchored=True)
    assert report.fault is not None
    assert (report.fault.what, report.fault.seq) == ("missing", heads[report.fault.writer] + 1)
    log.place.close()


def test_a_writer_removed(whole: Logged, tmp_path: Path):
    for number, writer in enumerate(whole.writers):
        log = whole.copy(tmp_path / f"copy-{number}", random.Random(1))
        log.without(writer)
        for anchored in (False, True):  # the others' checkpoints speak of it, too
            assert located(log.verify(anchored=anchored), writer, "missing", 1)
        log.place.close()


def test_all_gateways_removed(whole: Logged, tmp_path: Path):
    log = whole.copy(tmp_path / "copy", random.Random(1))
    for writer in log.gateways:
        log.without(writer)
    report = log.verify(anchored=False)
    assert report.fault is None
    assert set(report.unproven.values()) == {1}
    report = log.verify(anchored=True)
    assert report.fault is not None
    assert (report.fault.what, report.fault.seq) == ("missing", 1)
    log.place.close()


def field_changed(body: str) -> str:
    """Something that no column says."""
    changed = body.replace('"channel":"chat"', '"channel":"chot"').replace("240.5", "240.6")
    assert changed != body
    return changed
