"""Sealers for people, as the event loop asks for them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gateway.audit.content import Kept
from gateway.audit.content_spool import ContentSpool
from gateway.audit.keeping import Keeping
from gateway.stores.contents import SqlContents
from gateway.stores.interfaces import StoreUnavailable
from tests.audit.parts import Place
from tests.stores.test_contents import row


@dataclass
class People:
    """Everybody has a key, but who was erased."""

    erased: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def of(self, pseudonym: str) -> bytes | None:
        self.asked.append(pseudonym)
        return None if pseudonym in self.erased else pseudonym.encode().ljust(32)

    def pseudonym(self, kind: str, name: str) -> str:
        return f"{kind}-{name}"


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as made:
        yield made


def keeping(place: Place, threads: ThreadPoolExecutor, people: People, capacity: int = 9) -> Keeping:
    spool = ContentSpool(place.data, SqlContents(place.database().engine), lambda: "p")
    return Keeping(spool, people, people, threads, capacity=capacity, random_bytes=bytes)


async def test_people_are_looked_up_once(place: Place, threads: ThreadPoolExecutor):
    people = People()
    kept = keeping(place, threads, people)
    first = await kept.sealer(("u-1", "e-1"), "key:k")
    assert await kept.sealer(("u-1", "e-1"), "key:other") is first
    assert (people.asked, first.subjects) == (["u-1", "e-1"], ("u-1", "e-1"))


async def test_without_people_it_is_sealed_for_the_key(place: Place, threads: ThreadPoolExecutor):
    found = await keeping(place, threads, People()).sealer((), "key:k-1")
    assert found.subjects == ("key-key:k-1",)


async def test_those_used_last_are_remembered(place: Place, threads: ThreadPoolExecutor):
    people = People()
    kept = keeping(place, threads, people, capacity=2)
    for name in ("u-1", "u-2", "u-1", "u-3", "u-1", "u-2"):
        await kept.sealer((name,), "key:k")
    assert people.asked == ["u-1", "u-2", "u-3", "u-2"]


async def test_nothing_is_sealed_for_who_was_erased(place: Place, threads: ThreadPoolExecutor):
    people = People()
    kept = keeping(place, threads, people)
    await kept.sealer(("u-1", "e-1"), "key:k")
    people.erased.add("e-1")
    kept.forget(["e-1"])
    with pytest.raises(StoreUnavailable, match="erased"):
        await kept.sealer(("u-1", "e-1"), "key:k")


async def test_the_same_people_seal_for_each_other(place: Place, threads: ThreadPoolExecutor):
    one, other = (keeping(place, threads, People()) for _ in range(2))
    _, sealed = (await one.sealer(("u-1",), "k")).seal("c1", "sealed", Kept(b"hello"))
    assert (await other.sealer(("u-1",), "k")).open("c1", "sealed", sealed) == Kept(b"hello")


async def test_what_is_kept_goes_to_the_spool(place: Place, threads: ThreadPoolExecutor, tmp_path: Path):
    keeping(place, threads, People()).keep(row(1))
    await asyncio.sleep(0)
    assert list((tmp_path / "content" / "p").glob("*.kept"))
