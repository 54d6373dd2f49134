"""Real gateways under one hard budget, and one failure at a time: nothing is overspent, and nothing is lost.

The long ones have four gateways with 500 streams at once each, under 10 dollars.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from redis import Redis
from redis.sentinel import Sentinel

from tests.faults.scene import (
    AMOUNT_NANO_USD,
    LOCAL_SHARE,
    Books,
    Load,
    Program,
    Scene,
    excess_ms,
    later,
    scene,
    told,
)
from tests.parts.processes import eventually
from tests.parts.redis_server import Watched, redis_sentinels, redis_server

LONG: Final = Load(4, 500, 1_000, (5.0, 9.0), (3.0, 6.0))
DEAR: Final = Load(4, 500, 6_000, (5.0, 9.0), (3.0, 6.0))
SHORT: Final = Load(2, 15, 1_000, (0.2, 0.5), (0.2, 0.4))
TOLERANCE_MS: Final = 50.0
"""Of what is measured: the loop is looked at every 10 ms, and a decision takes several turns of it."""


@contextmanager
def under_load(staged: Scene) -> Iterator[Program]:
    """Once each is at work; at the end they stop, and all that runs ends."""
    with staged.watched(), staged.callers().running() as callers:
        many = staged.load.gateways * staged.load.at_once // 2
        eventually(lambda: told(callers).counts.get("whole", 0) > many, "all are at work", deadline_s=60)
        yield callers
        callers.close()
        callers.wait()


def goes_on(staged: Scene, callers: Program) -> None:
    was, many = told(callers).counts.get("whole", 0), staged.load.gateways * staged.load.at_once // 2
    eventually(
        lambda: told(callers).counts.get("whole", 0) > was + many, "all are at work again", deadline_s=90
    )


def modes(staged: Scene) -> None:
    """What each entry promises for the time without a store."""
    eventually(lambda: all(staged.statuses(at, "hard", 1) == [503] for at in every(staged)), "budgets block")
    for at in every(staged):
        assert staged.statuses(at, "open", 3) == [200] * 3
        assert staged.statuses(at, "shared", LOCAL_SHARE + 2) == [200] * LOCAL_SHARE + [429] * 2


def every(staged: Scene) -> range:
    return range(len(staged.gateways))


def judge(staged: Scene, callers: Program, what: str) -> Books:
    counts, books, seen = told(callers).counts, staged.balanced(), staged.decisions()
    streamed = staged.streamed()
    whole = counts.get("whole", 0)
    print(
        f"gateways, {what}: {books.calls} calls on record, {whole} whole streams of {streamed.begun}, "
        f"{counts.get('429', 0)} refused, {counts.get('503', 0)} not counted (503), "
        f"{counts.get('cut', 0) + counts.get('lost', 0)} cut, {books.interrupted} interrupted; "
        f"spent {books.spent / 1e9:.6f} USD, recorded {books.recorded / 1e9:.6f} USD, "
        f"most spent and reserved {staged.most_taken / 1e9:.6f} USD; "
        f"slowest of {sum(each.decisions for each in seen)} decisions {max(each.slowest_ms for each in seen):.0f} ms, "
        f"loop late by up to {max(each.lag_ms for each in seen):.0f} ms, "
        f"latest decision {excess_ms(seen):.0f} ms after the store's time and that"
    )
    assert books.agree, books
    assert books.spent <= AMOUNT_NANO_USD
    assert staged.most_taken <= AMOUNT_NANO_USD
    assert whole * staged.load.cost_nano_usd <= books.recorded
    assert streamed.ended * staged.load.cost_nano_usd <= books.recorded
    assert excess_ms(seen) <= TOLERANCE_MS
    assert set(counts) <= {"whole", "429", "503", "cut", "lost", "broken"}
    return books


@pytest.mark.long
def test_a_gateway_and_redis_may_die_and_the_records_and_the_counters_agree(
    tmp_path_factory: pytest.TempPathFactory,
):
    folder = tmp_path_factory.mktemp("g")
    with redis_server(folder) as server, scene(folder, server.url, server.client, SHORT) as staged:
        with under_load(staged) as callers:
            staged.kill(0)
            server.kill()
            eventually(lambda: staged.statuses(1, "hard", 1) == [503], "the budget blocks")
            assert staged.statuses(1, "open", 3) == [200] * 3
            server.start()
            staged.restart(0)
            goes_on(staged, callers)
        assert judge(staged, callers, "one and Redis killed").agree


@pytest.mark.long
def test_four_gateways_spend_ten_dollars_and_nothing_more(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("g")
    with redis_server(folder) as server, scene(folder, server.url, server.client, DEAR) as staged:
        with under_load(staged) as callers, server.client() as client:
            eventually(lambda: exhausted(staged), "the budget is spent", deadline_s=120)
            scripts = int(client.info("commandstats")["cmdstat_evalsha"]["calls"])
        books = judge(staged, callers, "none fails")
        whole = told(callers).counts["whole"]
        assert books.spent == whole * staged.load.cost_nano_usd
        decided = sum(each.decisions for each in staged.decisions())
        print(f"gateways, none fails: {decided} decisions and {whole} settlements in {scripts} scripts")
        assert scripts <= decided + whole


def exhausted(staged: Scene) -> bool:
    books = staged.books()
    return books.reserved == 0 and books.spent > AMOUNT_NANO_USD * 0.99


@pytest.mark.long
def test_a_gateway_may_be_killed(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("g")
    with redis_server(folder) as server, scene(folder, server.url, server.client, LONG) as staged:
        with under_load(staged) as callers:
            staged.kill(0)
            later(2.0, "the others go on")
            staged.restart(0)
            goes_on(staged, callers)
        books = judge(staged, callers, "one killed")
        assert books.interrupted > 0


@pytest.mark.long
def test_redis_may_be_killed_and_come_back_empty(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("g")
    with redis_server(folder) as server, scene(folder, server.url, server.client, LONG) as staged:
        with under_load(staged) as callers:
            server.kill()
            modes(staged)
            server.start()
            goes_on(staged, callers)
        assert judge(staged, callers, "Redis killed and empty again").agree


@pytest.mark.long
def test_redis_may_stand_still(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("g")
    with redis_server(folder) as server, scene(folder, server.url, server.client, LONG) as staged:
        with contextlib.ExitStack() as stack:
            callers = stack.enter_context(under_load(staged))
            server.freeze()
            stack.callback(server.thaw)
            modes(staged)
            later(10.0, "Redis stands still")
            server.thaw()
            goes_on(staged, callers)
        assert judge(staged, callers, "Redis stands still for 10 s").agree


@pytest.mark.long
def test_a_replica_may_take_over(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("g")
    with (
        redis_sentinels(folder) as watched,
        scene(folder, watched.url, master_of(watched), LONG) as staged,
    ):
        with under_load(staged) as callers:
            watched.master.kill()
            eventually(
                lambda: told(callers).counts.get("503", 0) > staged.load.gateways * 20, "budgets block"
            )
            goes_on(staged, callers)
        assert judge(staged, callers, "a replica takes over").agree


def master_of(watched: Watched) -> Callable[[], Redis]:
    hosts = [each.rpartition(":") for each in watched.url.split("/")[2].split(",")]

    def connect() -> Redis:
        return Sentinel([(host, int(port)) for host, _, port in hosts]).master_for("main")

    return connect
