"""The ledger of several processes on a real Redis: what it decides, and what it does when that fails."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import pytest
from redis import Redis

from gateway.clock import SystemClock
from gateway.ledger import shared as shared_module
from gateway.ledger.demand import Charge, Demand, Hold, Refusal
from gateway.ledger.operations import Spent
from gateway.ledger.protocol import NO_CUTS, Cuts, Ended, OnSettled, Recorded, Standing
from gateway.ledger.redis_store import RedisStore, connect
from gateway.ledger.shared import SharedLedger
from gateway.usage import MAX_NANO_USD
from tests.ledger.parts import (
    DAY_MS,
    NOTHING,
    GivenLog,
    GivenPast,
    as_hold,
    budget,
    requests,
    slot,
    tokens,
    wanted,
)
from tests.parts.redis_server import RedisServer, redis_server

_NAMES = count()


@pytest.fixture
def deployment() -> str:
    return f"deployment-{next(_NAMES)}"


@asynccontextmanager
async def ledger(
    server: RedisServer,
    deployment: str,
    *,
    past: GivenPast | None = None,
    log: GivenLog | None = None,
    process: str = "one",
    gathering_ms: int = 0,
    timeout_s: float = 10,
    clock: SystemClock | None = None,
    on_settled: OnSettled | None = None,
) -> AsyncIterator[SharedLedger]:
    """As it is once it has begun, but for what it does by itself: a test says when it beats."""
    store = RedisStore(connect(server.url), deployment, process, gathering_ms=gathering_ms, newcomers_ms=0)
    made = SharedLedger(
        store,
        clock or SystemClock(),
        past or GivenPast(),
        log or GivenLog(process),
        timeout_s=timeout_s,
        on_settled=on_settled,
    )
    await made.beat()
    try:
        yield made
    finally:
        await made.aclose()


def as_redis(shared: SharedLedger) -> RedisStore:
    store = shared._store
    assert isinstance(store, RedisStore)
    return store


async def up(shared: SharedLedger) -> None:
    """As many beats as it takes."""
    async with asyncio.timeout(20):
        while shared.down:
            await shared.beat()
    await settled(shared)


async def settled(of: SharedLedger) -> None:
    """What was posted has arrived."""
    await of._batches.aclose()


def money(client: Redis, deployment: str) -> tuple[int, int]:
    """Spent and reserved, of the only budget in the epoch of now."""
    number = client.hget(f"{{{deployment}}}:epoch", "number")
    assert isinstance(number, bytes)
    (key,) = client.keys(f"{{{deployment}}}:{number.decode()}:month#budget|*")
    counted = client.hgetall(key)
    return int(counted[b"spent"]), int(counted[b"reserved"])


async def test_a_hold_is_reserved_and_then_spent(server: RedisServer, client: Redis, deployment: str):
    async with ledger(server, deployment) as shared:
        held = as_hold(await shared.reserve("a", wanted(budget(60, 100))))
        assert money(client, deployment) == (0, 60)
        shared.settle(held, Charge(45, 0))
        shared.settle(held, Charge(45, 0))
        await settled(shared)
        assert money(client, deployment) == (45, 0)
        assert shared.standing == Standing(True, True, "the counters are being rebuilt", 0)


async def test_a_refusal_names_the_entry_what_is_left_and_when_it_resets(
    server: RedisServer, deployment: str
):
    async with ledger(server, deployment) as shared:
        as_hold(await shared.reserve("a", wanted(budget(60, 100), requests(9))))
        refused = await shared.reserve("b", wanted(budget(60, 100), requests(9)))
        assert isinstance(refused, Refusal)
        assert (refused.demand.name, refused.left, refused.unavailable) == ("month", 40, False)
        assert 0 < refused.after_ms <= DAY_MS


async def test_three_processes_never_spend_more_than_there_is(
    server: RedisServer, client: Redis, deployment: str
):
    """300 calls at once, 7 nano-dollars each, where there are 1000."""
    async with contextlib.AsyncExitStack() as stack:
        some = [await stack.enter_async_context(ledger(server, deployment, process=str(n))) for n in range(3)]
        decided = await asyncio.gather(
            *(some[n % 3].reserve(f"call-{n}", wanted(budget(7, 1000))) for n in range(300))
        )
        assert sum(isinstance(each, Hold) for each in decided) == 1000 // 7
        for n, each in enumerate(decided):
            if isinstance(each, Hold):
                some[n % 3].settle(each, Charge(7, 0))
        for one in some:
            await settled(one)
        assert money(client, deployment) == (1000 // 7 * 7, 0)


async def test_calls_at_the_same_time_share_round_trips(server: RedisServer, client: Redis, deployment: str):
    async with ledger(server, deployment) as shared:
        await shared.reserve("first", wanted(requests(1000)))
        before = scripts_run(client)
        held = await asyncio.gather(*(shared.reserve(str(n), wanted(requests(1000))) for n in range(64)))
        assert scripts_run(client) - before == 1
        for each in held:
            shared.settle(as_hold(each), NOTHING)
        await settled(shared)
        assert scripts_run(client) - before == 2


async def test_a_swap_is_one_round_trip(server: RedisServer, client: Redis, deployment: str):
    async with ledger(server, deployment) as shared:
        held = as_hold(await shared.reserve("a", wanted(slot(1), budget(60, 100))))
        before = scripts_run(client)
        other = as_hold(await shared.swap(held, Charge(60, 0), "a/1", wanted(slot(1), budget(40, 100))))
        assert scripts_run(client) - before == 1
        assert money(client, deployment) == (60, 40)
        shared.settle(other, NOTHING)


async def test_a_call_that_no_entry_is_about_takes_no_round_trip(
    server: RedisServer, client: Redis, deployment: str
):
    async with ledger(server, deployment) as shared:
        before = scripts_run(client)
        shared.settle(as_hold(await shared.reserve("a", wanted())), Charge(5, 5))
        await settled(shared)
        assert scripts_run(client) == before


def scripts_run(client: Redis) -> int:
    told = client.info("commandstats")
    return int(told.get("cmdstat_evalsha", {"calls": 0})["calls"])


async def test_a_caller_that_goes_while_it_waits_takes_nothing(
    server: RedisServer, client: Redis, deployment: str
):
    async with ledger(server, deployment) as shared:
        await shared.reserve("first", wanted(budget(0, 100)))
        for turns in range(8):
            waiting = asyncio.ensure_future(shared.reserve(f"call-{turns}", wanted(budget(10, 100))))
            for _ in range(turns):
                await asyncio.sleep(0)
            gone = waiting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                if isinstance(held := await waiting, Hold) and not gone:
                    shared.cancel(held)
            await settled(shared)
            assert money(client, deployment) == (0, 0)


async def test_a_period_that_passed_on_the_way_is_asked_for_anew(server: RedisServer, deployment: str):
    times: list[int] = []

    def yesterdays_first(now_ms: int):
        times.append(now_ms)
        return wanted(budget(10, 100))(now_ms - (DAY_MS if len(times) == 1 else 0))

    async with ledger(server, deployment) as shared:
        held = as_hold(await shared.reserve("a", yesterdays_first))
        assert len(times) == 2
        assert held.demands[0].from_ms <= times[1] < held.demands[0].until_ms


async def test_a_new_entry_begins_with_what_is_on_record(server: RedisServer, client: Redis, deployment: str):
    past = GivenPast({"month": Recorded(30, (("running", 25),))})
    async with ledger(server, deployment, past=past) as shared:
        await shared.reserve("a", wanted(budget(40, 100)))
        assert money(client, deployment) == (30, 65)
        await shared.reserve("b", wanted(budget(1, 100)))
        assert past.asked == ["month"]
        past.over["running"] = Ended(9, Charge(20, 0))
        await shared.sweep()
        await settled(shared)
        assert money(client, deployment) == (50, 41)


async def test_where_the_records_cannot_be_asked_a_budget_that_needs_them_blocks(
    server: RedisServer, deployment: str
):
    async with ledger(server, deployment, past=GivenPast(down=True)) as shared:
        refused = await shared.reserve("a", wanted(budget(40, 100)))
        assert isinstance(refused, Refusal)
        assert refused.unavailable


async def test_settlements_are_told_with_their_overrun_once(server: RedisServer, deployment: str):
    told: list[tuple[str, tuple[Spent, ...]]] = []
    async with ledger(
        server, deployment, on_settled=lambda held, spent: told.append((held.id, spent))
    ) as shared:
        held = as_hold(await shared.reserve("a", wanted(budget(10, 100))))
        shared.settle(held, Charge(12, 0))
        shared.settle(held, Charge(12, 0))
        await settled(shared)
        assert told == [("a", (Spent(held.demands[0].key, 12, 2),))]


async def test_the_lease_of_a_live_call_is_renewed(server: RedisServer, client: Redis, deployment: str):
    async with ledger(server, deployment) as shared:
        as_hold(await shared.reserve("a", wanted(slot(1))))
        (key,) = client.keys(f"{{{deployment}}}:*:at-once*")
        client.zadd(key, {"a": 1})
        shared._extended_s -= 30
        await shared.beat()
        await settled(shared)
        assert float(str(client.zscore(key, "a"))) > 1


async def test_a_charge_that_no_number_of_the_store_can_hold_is_the_largest_there_is(
    server: RedisServer, client: Redis, deployment: str
):
    """A provider may claim anything; what the script can't do would be tried for ever, and nothing after it."""
    async with ledger(server, deployment) as shared:
        held = as_hold(await shared.reserve("a", wanted(budget(60, 100), tokens(60, 100))))
        shared.settle(held, Charge(10**30, 10**30))
        await settled(shared)
        assert not shared.down
        assert money(client, deployment) == (MAX_NANO_USD, 0)


class StalledPast(GivenPast):
    """Never answers."""

    async def before(self, demand: Demand, cuts: Cuts = NO_CUTS) -> Recorded:
        await asyncio.Event().wait()
        raise AssertionError


class JumpingClock(SystemClock):
    """Each look at it takes as long as the store may take."""

    def __init__(self) -> None:
        self.looks = 0

    def monotonic(self) -> float:
        self.looks += 1
        return super().monotonic() + 10 * self.looks


async def test_what_was_asked_first_and_what_is_asked_next_share_the_time_of_the_store(
    server: RedisServer, client: Redis, deployment: str
):
    async with ledger(server, deployment, past=StalledPast(), clock=JumpingClock()) as shared:
        async with asyncio.timeout(8):  # the look-up alone may take 10 s
            refused = await shared.reserve("a", wanted(budget(40, 100)))
        assert isinstance(refused, Refusal)
        assert refused.unavailable


# ------------------------------------------------------------------ trouble


@pytest.fixture
def fragile(tmp_path: Path):
    """A server that a test may kill."""
    with redis_server(tmp_path) as started:
        yield started


async def test_while_redis_is_frozen_each_entry_does_what_it_says(fragile: RedisServer, deployment: str):
    async with ledger(fragile, deployment, timeout_s=0.25) as shared:
        fragile.freeze()
        blocked = await shared.reserve("a", wanted(requests(10, failing="block")))
        local = await shared.reserve("b", wanted(requests(10, name="local", failing="local")))
        allowed = await shared.reserve("c", wanted(requests(0, name="allow", failing="allow")))
        fragile.thaw()
        assert isinstance(blocked, Refusal)
        assert blocked.unavailable
        assert isinstance(local, Hold)
        assert isinstance(allowed, Hold)


async def test_a_reservation_that_came_too_late_is_given_back(fragile: RedisServer, deployment: str):
    async with ledger(fragile, deployment, timeout_s=0.25) as shared:
        shared.settle(as_hold(await shared.reserve("a", wanted(budget(10, 100)))), NOTHING)
        await settled(shared)
        fragile.freeze()
        assert isinstance(await shared.reserve("b", wanted(budget(10, 100))), Refusal)
        fragile.thaw()
        await shared.beat()
        await settled(shared)
        with fragile.client() as client:
            assert money(client, deployment) == (0, 0)


async def test_alone_a_process_enforces_its_share_and_its_own_past_counts(
    fragile: RedisServer, deployment: str
):
    """Two processes, 10 a minute: 5 for each, of which this one has used 3."""
    some = wanted(requests(10, failing="local"))
    async with ledger(fragile, deployment, process="two") as other, ledger(fragile, deployment) as shared:
        await other.beat()
        for call in range(3):
            shared.settle(as_hold(await shared.reserve(f"before-{call}", some)), NOTHING)
        await settled(shared)
        fragile.kill()
        decided = [await shared.reserve(f"alone-{call}", some) for call in range(4)]
        assert [isinstance(each, Hold) for each in decided] == [True, True, False, False]


async def test_killed_and_empty_again_redis_learns_what_is_held_and_nothing_is_overspent(
    fragile: RedisServer, deployment: str
):
    past = GivenPast()
    async with ledger(fragile, deployment, past=past) as shared:
        running = as_hold(await shared.reserve("running", wanted(budget(40, 100))))
        over = as_hold(await shared.reserve("over", wanted(budget(30, 100))))
        ended = as_hold(await shared.reserve("ended", wanted(budget(20, 100))))
        fragile.kill()
        shared.settle(over, Charge(25, 0))  # not on record yet
        shared.settle(ended, Charge(20, 0))
        past.over, past.recorded = {"ended": Ended(0, Charge(20, 0))}, {"month": Recorded(20)}
        assert isinstance(await shared.reserve("b", wanted(budget(1, 100))), Refusal)
        fragile.start()
        refused = await shared.reserve("b", wanted(budget(1, 100)))
        assert isinstance(refused, Refusal)
        assert refused.unavailable
        for _ in range(2):
            await shared.beat()
        await settled(shared)
        with fragile.client() as client:
            assert money(client, deployment) == (45, 40)
            shared.settle(running, Charge(38, 0))
            await settled(shared)
            assert money(client, deployment) == (83, 0)


async def test_what_was_let_through_alone_is_charged_when_redis_is_back(
    fragile: RedisServer, deployment: str
):
    some = wanted(budget(10, 100, failing="allow"))
    async with ledger(fragile, deployment) as shared:
        fragile.kill()
        first, second = [as_hold(await shared.reserve(call, some)) for call in ("a", "b")]
        shared.settle(first, Charge(9, 0))
        fragile.start()
        for _ in range(2):
            await shared.beat()
        shared.settle(second, Charge(8, 0))
        await settled(shared)
        with fragile.client() as client:
            assert money(client, deployment) == (17, 0)


async def test_what_was_let_through_alone_is_charged_though_its_counter_was_never_asked_for(
    fragile: RedisServer, deployment: str
):
    """Redis comes back with all its counters, but this one's scope was never seen there."""
    past = GivenPast({"month": Recorded(30)})
    async with ledger(fragile, deployment, past=past, timeout_s=0.25) as shared:
        fragile.freeze()
        held = as_hold(await shared.reserve("a", wanted(budget(10, 100, failing="allow"))))
        running = as_hold(await shared.reserve("b", wanted(budget(20, 100, failing="allow"))))
        shared.settle(held, Charge(9, 0))
        fragile.thaw()
        await up(shared)
        with fragile.client() as client:
            assert money(client, deployment) == (39, 20), "what still runs is held"
            shared.settle(running, Charge(8, 0))
            await settled(shared)
            assert money(client, deployment) == (47, 0)


async def test_of_what_ended_during_a_long_outage_the_records_are_enough(
    fragile: RedisServer, deployment: str, monkeypatch: pytest.MonkeyPatch
):
    """Nothing is kept of it, and the counters begin anew, with what is on record."""
    monkeypatch.setattr(shared_module, "MOST_LEAVING", 5)
    past, some = GivenPast(), wanted(budget(10, 100, failing="allow"))
    async with ledger(fragile, deployment, past=past, timeout_s=0.25) as shared:
        running = as_hold(await shared.reserve("running", some))
        fragile.freeze()
        for call in range(8):
            shared.settle(as_hold(await shared.reserve(str(call), some)), Charge(3, 0))
        assert shared.standing.open <= 6
        past.recorded = {"month": Recorded(24)}
        past.over = {f"{call}~": Ended(0, Charge(3, 0)) for call in range(8)}
        fragile.thaw()
        await up(shared)
        with fragile.client() as client:
            assert money(client, deployment) == (24, 10)
            shared.settle(running, Charge(4, 0))
            await settled(shared)
            assert money(client, deployment) == (28, 0)


async def test_a_store_that_went_away_is_found_out_without_a_call(fragile: RedisServer, deployment: str):
    async with ledger(fragile, deployment, timeout_s=0.25) as shared:
        fragile.kill()
        await shared.beat()
        assert shared.down
        assert not shared.standing.counts
        assert (shared.standing.trouble or "").startswith("Redis: ")


async def test_a_master_that_took_over_begins_a_new_epoch(
    server: RedisServer, client: Redis, deployment: str
):
    """Its copy may lack the last writes: what it holds of the counters counts for nothing."""
    async with ledger(server, deployment) as shared:
        as_hold(await shared.reserve("a", wanted(budget(40, 100))))
        client.hset(f"{{{deployment}}}:epoch", "server", "another")
        refused = await shared.reserve("b", wanted(budget(1, 100)))
        assert isinstance(refused, Refusal)
        assert refused.unavailable
        for _ in range(2):
            await shared.beat()
        as_hold(await shared.reserve("c", wanted(budget(60, 100))))
        assert isinstance(await shared.reserve("d", wanted(budget(1, 100))), Refusal)


async def test_a_new_epoch_waits_for_every_process_that_was_heard_of(fragile: RedisServer, deployment: str):
    long_ms = 3_600_000
    async with (
        ledger(fragile, deployment) as one,
        ledger(fragile, deployment, process="two", gathering_ms=long_ms) as two,
    ):
        as_hold(await two.reserve("a", wanted(budget(90, 100))))
        as_redis(one)._gathering_ms = long_ms
        await one.beat()
        fragile.kill()
        fragile.start()
        for each in (one, two):
            await each.reserve("finds out", wanted(budget(1, 100)))
        for _ in range(3):
            await one.beat()
        assert (one.down, two.down) == (True, True)
        for each in (two, one, two, one):
            await each.beat()
        refused = await one.reserve("b", wanted(budget(11, 100)))
        assert isinstance(refused, Refusal)
        assert refused.left == 10


async def test_one_that_has_just_started_cannot_know_for_whom_to_wait(fragile: RedisServer, deployment: str):
    async with ledger(fragile, deployment, gathering_ms=3_600_000) as shared:
        for _ in range(3):
            await shared.beat()
        assert shared.down
