"""A process's part in the epochs of the counters, on a real Redis; what it then decides: tests/ledger/test_shared.py."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from redis import Redis

from gateway.clock import SystemClock
from gateway.ledger.demand import Charge, Hold
from gateway.ledger.following import Following
from gateway.ledger.operations import Adopt, Cancel, Operation, Prime, Reserve, Settle
from gateway.ledger.protocol import NO_CUTS, Ended, LedgerUnavailable
from gateway.ledger.redis_store import RedisStore, connect
from tests.ledger.parts import GivenLog, GivenPast, budget
from tests.parts.redis_server import RedisServer

_NAMES = count()
NOW_MS = 1_800_000_000_000


@dataclass
class GivenHolder:
    open: list[Hold] = field(default_factory=list)
    leaving: frozenset[str] = frozenset()
    told: list[str] = field(default_factory=list)
    begun: int = 0

    def began_anew(self) -> frozenset[str]:
        self.begun += 1
        return self.leaving

    def holds(self) -> list[Hold]:
        return self.open

    def known(self, holds: Iterable[Hold]) -> None:
        self.told += [held.id for held in holds]


@dataclass
class Part:
    """A process."""

    deployment: str
    server: RedisServer
    name: str = "one"
    gathering_ms: int = 0
    past: GivenPast = field(default_factory=GivenPast)
    log: GivenLog = field(default_factory=GivenLog)
    holder: GivenHolder = field(default_factory=GivenHolder)

    def __post_init__(self) -> None:
        self.store = RedisStore(
            connect(self.server.url), self.deployment, self.name, gathering_ms=self.gathering_ms
        )
        self.following = Following(self.store, self.past, self.log, SystemClock(), 10.0)

    async def follow(self) -> bool:
        return await self.following.follow(self.holder)


@pytest.fixture
def deployment() -> str:
    return f"following-{next(_NAMES)}"


Parts = Callable[..., Part]


@pytest.fixture
async def join(server: RedisServer, deployment: str) -> AsyncIterator[Parts]:
    async with AsyncExitStack() as stack:

        def make(**more: Any) -> Part:
            part = Part(deployment, server, **more)
            stack.push_async_callback(part.store.aclose)
            return part

        yield make


def hold(id_: str, amount: int = 10) -> Hold:
    return Hold(id_, 0, (budget(amount, 100)(NOW_MS),))


def reserved(client: Redis, deployment: str) -> int:
    (key,) = client.keys(f"{{{deployment}}}:*:month#budget|*")
    return int(client.hgetall(key)[b"reserved"])


async def test_one_alone_needs_one_look(join: Parts):
    part = join()
    assert await part.follow()
    assert (part.holder.begun, part.following.processes) == (1, 1)
    assert await part.follow()
    assert part.holder.begun == 1


async def test_it_joins_when_all_that_ended_is_on_record(join: Parts):
    part = join(log=GivenLog(appended=9, shipped=8))
    with pytest.raises(LedgerUnavailable, match="on their way"):
        await part.follow()
    assert part.log.hurried
    part.log.appended, part.log.shipped = 20, 9
    assert await part.follow()
    assert await part.store.cuts(part.following.epoch, 1.0) == {"w1": 9}


async def test_what_ended_before_is_told_by_its_record_and_nothing_else_is(
    join: Parts, client: Redis, deployment: str
):
    """`early` ended before the epoch was seen, `late` after it although its record is there; of `swapped` an attempt
    ended, and its call goes on."""
    holder = GivenHolder([hold("open", 1), hold("early", 2), hold("late", 4), hold("swapped", 8)])
    holder.leaving = frozenset({"early", "late", "swapped"})
    ended = {"early": Ended(9, Charge(2, 0)), "late": Ended(10, Charge(4, 0))}
    part = join(log=GivenLog(appended=9, shipped=9), past=GivenPast(over=ended), holder=holder)
    assert await part.follow()
    assert reserved(client, deployment) == 1 + 4 + 8
    assert sorted(holder.told) == ["early", "late", "open", "swapped"]


async def test_counters_begin_with_the_records_up_to_the_cuts_of_all(
    join: Parts, client: Redis, deployment: str
):
    one, two = join(), join(name="two")
    await one.follow()
    two.log.writer = "w2"
    client.hset(f"{{{deployment}}}:epoch", "server", "another")
    for part in (one, two):
        part.store._gathering_ms, part.following.processes = 60_000, 2
        part.log.appended = part.log.shipped = 5
        part.past.in_force = frozenset({"month#budget"})
        assert not await part.follow()
    assert not await two.follow(), "one has not told what it holds"
    assert await one.follow()
    assert await two.follow()
    demand = budget(1, 100)(NOW_MS)
    await two.following.before(demand)
    assert two.past.cuts == [{"w1": 5, "w2": 5}]


async def test_counters_that_one_voids_begin_anew_once(join: Parts):
    part = join()
    await part.follow()
    first = part.following.epoch
    part.following.void()
    for _ in range(3):
        assert await part.follow()
    assert part.holder.begun == 2
    second = part.following.epoch
    assert second > first
    await join(name="late").follow()
    assert (await part.store.beat(1, first, 1.0)).number == second


async def test_who_comes_late_says_all_that_the_store_has_not_heard(
    join: Parts, client: Redis, deployment: str
):
    """Counters that were primed before can't know its records."""
    await join().follow()
    holder = GivenHolder([hold("ended", 2)], frozenset({"ended"}))
    late = join(name="late", holder=holder, past=GivenPast(over={"ended": Ended(1, Charge(2, 0))}))
    late.log.appended = late.log.shipped = 5
    await late.follow()
    assert reserved(client, deployment) == 2


async def test_an_entry_that_came_later_begins_with_all_that_is_on_record(join: Parts):
    part = join()
    await part.follow()
    await part.following.before(budget(1, 100)(NOW_MS))
    assert part.past.cuts == [NO_CUTS]


async def test_holds_of_the_dead_are_settled_once_their_calls_are_on_record(
    join: Parts, client: Redis, deployment: str
):
    dead, alive = join(name="dead"), join(name="alive")
    for part in (dead, alive):
        await part.follow()
    demand = hold("a").demands[0]
    now_ms = (await dead.store.run(dead.following.epoch, [], 1.0)).now_ms
    demand = budget(10, 100)(now_ms)
    await dead.store.run(dead.following.epoch, [Prime(demand, 0), Reserve("a", ((demand,),))], 1.0)
    settled: list[Operation] = []
    await alive.following.sweep(settled.append)
    assert not settled, "it lives"
    client.zrem(f"{{{deployment}}}:alive", "dead")
    alive.past.over = {"a": Ended(3, Charge(7, 9))}
    await alive.following.sweep(settled.append)
    assert not settled, "somebody looked a moment ago"
    client.delete(f"{{{deployment}}}:{alive.following.epoch}:swept")
    await alive.following.sweep(settled.append)
    assert settled == [Settle("a", 7, 9)]
    await alive.store.run(alive.following.epoch, settled, 1.0)
    assert reserved(client, deployment) == 0
    client.delete(f"{{{deployment}}}:{alive.following.epoch}:swept")
    await alive.following.sweep(settled.append)
    assert len(settled) == 1


async def test_holds_of_the_dead_that_no_record_will_tell_of_are_given_back(
    join: Parts, client: Redis, deployment: str
):
    dead, alive = join(name="dead", log=GivenLog("w9", boot=4)), join(name="alive")
    for part in (dead, alive):
        await part.follow()
    await dead.store.run(dead.following.epoch, [Adopt(id_, ()) for id_ in ("a", "b")], 1.0)
    client.zrem(f"{{{deployment}}}:alive", "dead")
    [orphans] = await alive.store.orphans(alive.following.epoch, 1.0)
    assert (orphans.writer, orphans.boot, sorted(orphans.ids)) == ("w9", 4, ["a", "b"])
    client.delete(f"{{{deployment}}}:{alive.following.epoch}:swept")
    alive.past.never = frozenset({"b"})
    posted: list[Operation] = []
    await alive.following.sweep(posted.append)
    assert posted == [Cancel("b")]
