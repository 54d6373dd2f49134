"""How Redis is reached, and what is made of its failures. What is decided there: tests/ledger/test_shared.py."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from redis import Redis as Client
from redis import RedisCluster as Masters
from redis.asyncio import Redis, RedisCluster
from redis.asyncio.sentinel import SentinelConnectionPool

from gateway.ledger.operations import Adopt, Cancel, Done, Operation, Prime, Settle
from gateway.ledger.protocol import LedgerUnavailable
from gateway.ledger.redis_store import RedisStore, Watched, connect
from tests.ledger.parts import GivenLog, requests
from tests.parts.redis_server import RedisServer, redis_sentinels, redis_server


async def test_a_script_that_a_server_does_not_know_is_sent_whole(tmp_path: Path):
    with redis_server(tmp_path) as fresh, fresh.client() as client:
        store = RedisStore(connect(fresh.url), "d", "one")
        epoch = await store.beat(1, 0, 1.0)
        assert (await store.run(epoch.number, [Cancel("a")], 1.0)).answers == (Done(),)
        client.script_flush()
        assert (await store.run(epoch.number, [Cancel("a")], 1.0)).answers == (Done(),)
        await store.aclose()


async def test_a_server_that_is_not_there_is_unavailable(tmp_path: Path):
    store = RedisStore(connect(f"unix://{tmp_path}/none.sock"), "d", "one")
    with pytest.raises(LedgerUnavailable):
        await store.beat(1, 0, 1.0)
    await store.aclose()


async def test_a_server_that_does_not_answer_is_unavailable_in_time(tmp_path: Path):
    with redis_server(tmp_path) as frozen:
        store = RedisStore(connect(frozen.url), "d", "one")
        epoch = await store.beat(1, 0, 1.0)
        frozen.freeze()
        with pytest.raises(LedgerUnavailable):
            await store.run(epoch.number, [], 0.05)
        frozen.thaw()
        assert (await store.run(epoch.number, [], 1.0)).state == "gathering"
        await store.aclose()


async def test_an_epoch_is_not_the_one_of_before_after_a_restart(tmp_path: Path):
    with redis_server(tmp_path) as server:
        store = RedisStore(connect(server.url), "d", "one")
        before = await store.beat(1, 0, 1.0)
        server.kill()
        server.start()
        with pytest.raises(LedgerUnavailable):  # the old connection is lost, and nothing is sent twice
            await store.run(before.number, [], 1.0)
        assert (await store.run(before.number, [Cancel("a")], 1.0)).state == "void"
        assert (await store.beat(1, 0, 1.0)).number > before.number
        await store.aclose()


async def test_a_server_that_may_throw_keys_away_is_not_used(tmp_path: Path):
    with redis_server(tmp_path) as server, server.client() as client:
        client.config_set("maxmemory", "100mb")
        client.config_set("maxmemory-policy", "allkeys-lru")
        store = RedisStore(connect(server.url), "d", "one")
        with pytest.raises(LedgerUnavailable, match="noeviction"):
            await store.beat(1, 0, 1.0)
        client.config_set("maxmemory-policy", "noeviction")
        await store.beat(1, 0, 1.0)
        await store.aclose()


async def test_two_deployments_share_a_server_and_nothing_else(server: RedisServer):
    one, two = (RedisStore(connect(server.url), name, "one", gathering_ms=0) for name in ("left", "right"))
    await one.beat(1, 0, 1.0)
    assert (await two.beat(1, 0, 1.0)).processes == 1
    for store in (one, two):
        await store.aclose()


async def opened(server: RedisServer, deployment: str, process: str) -> tuple[RedisStore, int]:
    """A store, and the number of its epoch, which is open."""
    store = RedisStore(connect(server.url), deployment, process, gathering_ms=0)
    number = (await store.beat(1, 0, 10.0)).number
    await store.join(number, GivenLog("w1"), 0, 10.0)
    await store.beat(1, 0, 10.0)
    await store.told(number, 10.0)
    assert (await store.beat(1, 0, 10.0)).state == "open"
    return store, number


async def hold(store: RedisStore, epoch: int, ids: list[str]) -> None:
    demand = requests(1_000_000)(0)
    adopted = [Adopt(id_, (demand,)) for id_ in ids]
    answers = (await store.run(epoch, [Prime(demand, 0), *adopted], 10.0)).answers
    assert set(answers) <= {Done()}, answers


@pytest.mark.parametrize("end", [Settle("long", 0, 0), Cancel("long")])
async def test_a_call_that_outlives_its_hold_is_not_listed_for_ever(
    server: RedisServer, client: Client, end: Operation
):
    store, epoch = await opened(server, f"outlived-{type(end).__name__}", "one")
    base = f"{{outlived-{type(end).__name__}}}:{epoch}"
    await hold(store, epoch, ["long", "other"])
    client.delete(f"{base}:hold:long")  # as when its time is over
    await store.run(epoch, [end], 10.0)
    assert client.smembers(f"{base}:open:one") == {b"other"}
    await store.aclose()


async def test_holds_that_are_over_do_not_hide_those_that_a_killed_process_left(
    server: RedisServer, client: Client
):
    store, epoch = await opened(server, "hidden", "dead")
    over = [f"over-{number}" for number in range(250)]
    await hold(store, epoch, [*over, "left"])
    client.delete(*(f"{{hidden}}:{epoch}:hold:{id_}" for id_ in over))
    client.zrem("{hidden}:alive", "dead")
    found = set()
    for _ in range(2):
        client.delete(f"{{hidden}}:{epoch}:swept")
        found |= {id_ for orphans in await store.orphans(epoch, 10.0) for id_ in orphans.ids}
    assert found == {"left"}
    assert client.smembers(f"{{hidden}}:{epoch}:open:dead") == {b"left"}
    await store.aclose()


async def test_a_cluster_is_reached_by_any_of_its_servers(cluster: Masters):
    port = cluster.get_nodes()[0].port
    store = RedisStore(connect(f"redis+cluster://127.0.0.1:{port}"), "d", "one")
    epoch = await store.beat(1, 0, 2.0)
    assert (await store.run(epoch.number, [Cancel("a")], 2.0)).answers == (Done(),)
    await store.aclose()


async def test_a_cluster_that_is_not_there_is_unavailable():
    store = RedisStore(connect("redis+cluster://127.0.0.1:1"), "d", "one")
    with pytest.raises(LedgerUnavailable):
        await store.beat(1, 0, 2.0)
    await store.aclose()


@pytest.mark.parametrize(
    ("url", "kind"), [("redis://localhost:1/2", Redis), ("redis+cluster://a:1,b:2", RedisCluster)]
)
async def test_an_address_says_what_is_there(url: str, kind: type):
    client = connect(url)
    assert isinstance(client, kind)
    await client.aclose()


async def test_sentinels_are_asked_for_the_master():
    client = connect("rediss+sentinel://me:secret@a:1,b:2/main")
    assert isinstance(client, Watched)
    pool = client.master.connection_pool
    assert isinstance(pool, SentinelConnectionPool)
    assert pool.service_name == "main"
    assert [each.connection_pool.connection_kwargs["port"] for each in client._sentinel.sentinels] == [1, 2]
    for each in (client.master, *client._sentinel.sentinels):
        told = each.connection_pool.connection_kwargs
        assert (told["username"], told["password"]) == ("me", "secret")
    await client.aclose()


@pytest.mark.long
async def test_the_master_is_found_by_any_sentinel(tmp_path: Path):
    with redis_sentinels(tmp_path) as watched:
        store = RedisStore(connect(watched.url), "d", "one")
        assert (await store.beat(1, 0, 2.0)).processes == 1
        await store.aclose()


@pytest.mark.parametrize(
    "url", ["redis+sentinel://a:1", "redis+cluster://a", "redis+cluster://a:b", "http://a:1"]
)
def test_an_address_that_says_nothing_is_an_error(url: str):
    with pytest.raises(ValueError, match=r"expected|must"), contextlib.suppress(LedgerUnavailable):
        connect(url)
