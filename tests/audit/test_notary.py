"""Who signs where the chains stand: when there is something new, and never what an older database says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

import pytest

from gateway.audit.anchors import Anchoring
from gateway.audit.appended import Appended
from gateway.audit.checkpoint import holds, read_line, stated_by
from gateway.audit.entry import Checkpoint, Entry
from gateway.audit.notary import EVERY_S, Notary, Signing
from gateway.errors import SpoolUnavailable
from gateway.policy.auditing import Anchor
from gateway.signing import LocalSigner, Trust
from gateway.stores.interfaces import Position, StoreUnavailable
from tests.audit.parts import START_MS, counted

SIGNER = LocalSigner(b"s" * 32, b"salt")
URL = Anchor(None, "https://anchors.example.com/heads", 10.0)


class Log:
    """gateway.audit.notary.Log: durable at once, unless `full`."""

    writer = "w1"

    def __init__(self) -> None:
        self.head = (1, "h1")
        self.checkpoints: list[Checkpoint] = []
        self.full = False

    def append(self, entry: Entry) -> Appended:
        if self.full:
            raise SpoolUnavailable("the disk is full")
        assert isinstance(entry, Checkpoint)
        self.checkpoints.append(entry)
        self.grow()
        appended = Appended(asyncio.get_running_loop().create_future())
        appended.durable.set_result(None)
        return appended

    def grow(self, entries: int = 1) -> None:
        seq = self.head[0] + entries
        self.head = (seq, f"h{seq}")


class World:
    """The notary with all that it looks at; `others` are the chains in the database, `told` the anchor's lines."""

    def __init__(self, executor: ThreadPoolExecutor) -> None:
        self.log = Log()
        self.others: dict[str, Position] = {}
        self.down = False
        self.anchors: Sequence[Anchor] = ()
        self.told: list[bytes] = []
        self.slept: list[float] = []
        signing = Signing("inst", self._positions, lambda: SIGNER, counted("cp"))
        self.now_ms = lambda: START_MS
        keeping = Anchoring(self._post, executor, lambda: 0.0, lambda: ())
        self.notary = Notary(self.log, signing, lambda: self.anchors, keeping, executor, self)

    def _positions(self) -> Mapping[str, Position]:
        if self.down:
            raise StoreUnavailable("the database is away")
        return {"w1": Position(self.log.head[0], self.log.head[1]), **self.others}

    async def _post(
        self, url: str, body: bytes, headers: Mapping[str, str], allow: Sequence[Any], *, timeout_s: float
    ) -> int:
        self.told.append(body)
        return 200

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if len(self.slept) == 3:
            raise asyncio.CancelledError

    @property
    def heads(self) -> list[Mapping[str, Any]]:
        return [one.heads for one in self.log.checkpoints]


@asynccontextmanager
async def world() -> AsyncIterator[World]:
    with ThreadPoolExecutor(1) as executor:
        yield World(executor)


async def test_what_was_appended_since_is_signed_and_nothing_twice():
    async with world() as w:
        for entries in (0, 0, 3, 0):
            w.log.grow(entries)
            await w.notary.round()
    assert w.heads == [{"w1": (1, "h1")}, {"w1": (5, "h5")}]
    assert all(holds(Trust([SIGNER.public]), stated_by("inst", "w1", one)) for one in w.log.checkpoints)
    assert (w.notary.state.signed_at_ms, w.notary.state.healthy) == (START_MS, True)


async def test_entries_that_come_while_it_signs_are_signed_next_time():
    async with world() as w:
        append = w.log.append

        def between(entry: Entry) -> Appended:
            w.log.grow(2)
            return append(entry)

        w.log.append = between  # type: ignore[method-assign]
        await w.notary.round()
        w.log.append = append  # type: ignore[method-assign]
        await w.notary.round()
        await w.notary.round()
    assert w.heads == [{"w1": (1, "h1")}, {"w1": (4, "h4")}]


async def test_other_chains_are_signed_too_once_there_is_more_in_them_than_a_checkpoint():
    async with world() as w:
        for seq in (0, 4, 5, 6):
            w.others = {"w2": Position(seq, f"o{seq}")}
            await w.notary.round()
    assert w.heads == [
        {"w1": (1, "h1")},
        {"w1": (2, "h2"), "w2": (4, "o4")},
        {"w1": (3, "h3"), "w2": (6, "o6")},
    ]


@pytest.mark.parametrize("after", [{}, {"w2": Position(3, "o3")}, {"w2": Position(4, "x4")}])
async def test_a_database_that_went_back_is_never_signed(after: dict[str, Position]):
    async with world() as w:
        w.others = {"w2": Position(4, "o4")}
        await w.notary.round()
        w.others = after
        w.log.grow()
        await w.notary.round()
    assert len(w.heads) == 1
    assert w.notary.state.fault is not None and "4 entries of the writer w2" in w.notary.state.fault


async def test_while_the_database_is_away_its_own_chain_is_signed_on():
    async with world() as w:
        w.others = {"w2": Position(4, "o4")}
        await w.notary.round()
        w.down = True
        w.log.grow()
        await w.notary.round()
    assert w.heads[-1] == {"w1": (3, "h3"), "w2": (4, "o4")}


async def test_without_a_database_at_the_start_nothing_is_signed_and_it_says_so():
    async with world() as w:
        w.down = True
        await w.notary.round()
        assert not w.heads
        assert "the database is away" in str(w.notary.state)
        w.down = False
        await w.notary.round()
    assert len(w.heads) == 1
    assert w.notary.state.healthy


async def test_a_full_disk_is_a_fault_until_the_next_time():
    async with world() as w:
        w.log.full = True
        await w.notary.round()
        assert "the disk is full" in str(w.notary.state)
        w.log.full = False
        await w.notary.round()
    assert (len(w.heads), w.notary.state.fault) == (1, None)


async def test_anchors_get_what_was_signed_and_the_last_one_at_once():
    async with world() as w:
        w.anchors = [URL]
        await w.notary.round()
        w.log.grow()
        await w.notary.round()
        assert len(w.told) == 1
        await w.notary.round(last=True)
    statements = [read_line(line) for line in w.told]
    assert [one.heads for one in statements if one] == w.heads


async def test_it_looks_as_often_as_the_most_eager_anchor_wants():
    async with world() as w:
        with pytest.raises(asyncio.CancelledError):
            await w.notary.follow()
        assert w.slept == [EVERY_S] * 3
        w.slept, w.anchors = [], [URL, Anchor("/a", None, 0.1)]
        with pytest.raises(asyncio.CancelledError):
            await w.notary.follow()
    assert w.slept == [1.0] * 3
