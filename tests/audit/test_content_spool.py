"""Contents on their way into the database."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from gateway.audit.content_spool import ContentSpool, rows_in
from gateway.stores.contents import ContentRow, SqlContents
from gateway.stores.interfaces import StoreUnavailable
from tests.audit.parts import Place, counted
from tests.parts.processes import eventually
from tests.stores.test_contents import row


class Down(SqlContents):
    """A database that is away until it is back."""

    back = threading.Event()

    def add(self, rows: Sequence[ContentRow]) -> None:
        if not self.back.is_set():
            raise StoreUnavailable("down")
        super().add(rows)


@pytest.fixture
def contents(place: Place) -> SqlContents:
    return SqlContents(place.database().engine)


def spool(place: Place, contents: SqlContents, **changes: float) -> ContentSpool:
    return ContentSpool(place.data, contents, counted("p"), interval_s=0.01, **changes)  # type: ignore[arg-type]


def files(place: Place) -> list[Path]:
    return sorted((place.data / "content").rglob("*.kept"))


def test_what_was_appended_comes_into_the_database_and_leaves_the_disk(place: Place, contents: SqlContents):
    opened = spool(place, contents)
    opened.append(row(1))
    assert eventually(lambda: contents.named(["c1"]), "shipping")
    opened.append(row(2))
    opened.close()
    assert contents.named(["c1", "c2"]) == {"c1": row(1), "c2": row(2)}
    assert list((place.data / "content").iterdir()) == []


def test_nothing_is_made_on_disk_where_nothing_is_kept(place: Place, contents: SqlContents):
    opened = spool(place, contents)
    opened.recover()
    opened.close()
    assert not (place.data / "content").exists()


def test_an_outage_of_the_database_loses_nothing(place: Place):
    down = Down(place.database().engine)
    down.back = threading.Event()
    opened = spool(place, down)
    opened.append(row(1))
    opened.append(row(2))
    down.back.set()
    assert eventually(lambda: len(down.named(["c1", "c2"])) == 2, "shipping")
    opened.close()


def test_what_a_dead_process_left_is_shipped_by_the_next_one(place: Place, contents: SqlContents):
    down = Down(place.database().engine)
    down.back = threading.Event()
    dead = spool(place, down)
    dead.append(row(1))
    dead.close(timeout_s=0.05)
    assert len(files(place)) == 1
    spool(place, contents).recover()
    assert (contents.named(["c1"]), files(place)) == ({"c1": row(1)}, [])


def test_a_record_that_a_crash_cut_short_is_dropped(place: Place, contents: SqlContents):
    down = Down(place.database().engine)
    down.back = threading.Event()
    dead = spool(place, down)
    dead.append(row(1))
    dead.append(row(2))
    dead.close(timeout_s=0.05)
    [path] = files(place)
    os.truncate(path, path.stat().st_size - 1)
    assert list(rows_in(path)) == [row(1)]
    spool(place, contents).recover()
    assert contents.named(["c1", "c2"]) == {"c1": row(1)}


def test_a_living_process_is_left_alone(place: Place, contents: SqlContents):
    down = Down(place.database().engine)
    down.back = threading.Event()
    alive = spool(place, down)
    alive.append(row(1))
    spool(place, contents).recover()
    assert len(files(place)) == 1
    alive.close(timeout_s=0.05)


def test_more_than_its_bound_does_not_wait_on_the_disk(place: Place):
    down = Down(place.database().engine)
    down.back = threading.Event()
    opened = spool(place, down, most_bytes=300)
    opened.append(row(1, sealed=bytes(150)))
    with pytest.raises(OSError, match="waits for the database"):
        opened.append(row(2, sealed=bytes(150)))
    down.back.set()
    assert eventually(lambda: down.named(["c1"]), "shipping")
    assert eventually(lambda: not files(place), "shipping")
    opened.append(row(2, sealed=bytes(150)))
    opened.close()
