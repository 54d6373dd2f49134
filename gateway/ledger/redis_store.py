"""The counters in Redis, by two scripts: alone, behind Sentinel, or in a Cluster.

Keys of a deployment share a hash tag, so one server of a Cluster has them all: there it brings availability,
not more room.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from hashlib import sha1
from typing import Any, Final, Protocol, cast
from urllib.parse import urlsplit

import msgspec
from redis.asyncio import Redis, RedisCluster, Sentinel
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisClusterException, RedisError

from gateway.ledger.operations import Answers, Operation
from gateway.ledger.protocol import Cuts, Epoch, LedgerUnavailable, Log, Orphans
from gateway.ledger.scripts import epoch_key, source

GATHERING_MS: Final = 5_000
"""How long a new epoch waits for processes that were heard of before, and are not any more."""

NEWCOMERS_MS: Final = 1_500
"""How long a new epoch waits at least: a process that began a moment ago is not known to the others, but has beaten
within this time."""

_ONE_OF_SEVERAL_S: Final = 0.1
"""How long one of several servers is waited for that can all say the same, so that another is asked in time."""
_MANY: Final = ("redis+cluster", "rediss+cluster", "redis+sentinel", "rediss+sentinel")

_ANSWERS: Final = msgspec.msgpack.Decoder(Answers)


class Client(Protocol):
    """What is used of redis-py's clients."""

    @property
    def execute_command(self) -> Callable[..., Awaitable[Any]]: ...

    async def aclose(self) -> None: ...


class RedisStore:
    """`process` is a name that no other process has."""

    def __init__(
        self,
        client: Client,
        deployment: str,
        process: str,
        *,
        gathering_ms: int = GATHERING_MS,
        newcomers_ms: int = NEWCOMERS_MS,
    ) -> None:
        self._client = client
        self._key = epoch_key(deployment)
        self._process = process
        self._gathering_ms = gathering_ms
        self._newcomers_ms = min(newcomers_ms, gathering_ms)
        self._ledger = _Script(source("ledger"))
        self._epoch = _Script(source("epoch"))
        self._encode = msgspec.msgpack.Encoder().encode

    async def run(self, epoch: int, operations: Sequence[Operation], timeout_s: float) -> Answers:
        encoded = self._encode((epoch, operations, self._process))
        said = await _bounded(self._ledger.run(self._client, self._key, encoded), timeout_s)
        try:
            return _ANSWERS.decode(said)
        except msgspec.MsgspecError as error:
            raise LedgerUnavailable("Redis answered what no script of ours says") from error

    async def beat(self, processes: int, void: int, timeout_s: float) -> Epoch:
        number, state, alive = await self._ask(
            timeout_s, "beat", processes, self._gathering_ms, self._newcomers_ms, void
        )
        return Epoch(number, _text(state), alive)

    async def join(self, epoch: int, log: Log, cut: int, timeout_s: float) -> None:
        await self._ask(timeout_s, "join", epoch, log.writer, log.boot, cut)

    async def cuts(self, epoch: int, timeout_s: float) -> Cuts:
        said = await self._ask(timeout_s, "cuts", epoch)
        return {_text(writer): int(cut) for writer, cut in zip(said[::2], said[1::2], strict=True)}

    async def told(self, epoch: int, timeout_s: float) -> None:
        await self._ask(timeout_s, "told", epoch)

    async def orphans(self, epoch: int, timeout_s: float) -> Sequence[Orphans]:
        said = await self._ask(timeout_s, "orphans", epoch)
        return [Orphans(_text(writer), boot, [_text(id_) for id_ in ids]) for writer, boot, ids in said]

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _ask(self, timeout_s: float, verb: str, *arguments: object) -> Any:
        asked = self._epoch.run(self._client, self._key, verb, self._process, *arguments)
        return await _bounded(asked, timeout_s)


def _text(said: bytes) -> Any:
    return said.decode()


class _Script:
    """Sent by its hash, and whole where a server doesn't know it yet."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._hash = sha1(text.encode(), usedforsecurity=False).hexdigest()

    async def run(self, client: Client, key: str, *arguments: object) -> Any:
        try:
            return await client.execute_command("EVALSHA", self._hash, 1, key, *arguments)
        except NoScriptError:
            return await client.execute_command("EVAL", self._text, 1, key, *arguments)


async def _bounded(asked: Awaitable[Any], timeout_s: float) -> Any:
    try:
        async with asyncio.timeout(timeout_s):
            return await asked
    except (RedisError, RedisClusterException, OSError, TimeoutError) as error:
        raise LedgerUnavailable(f"Redis: {type(error).__name__} {error}".strip()) from error


class Watched:
    """The master that Sentinels name, found anew for every connection."""

    def __init__(self, sentinel: Sentinel, name: str, once: dict[str, Any]) -> None:
        self._sentinel = sentinel
        self.master: Redis = sentinel.master_for(name, **once)
        self.execute_command = self.master.execute_command

    async def aclose(self) -> None:
        for client in (self.master, *self._sentinel.sentinels):
            await client.aclose()


def connect(url: str) -> Client:
    """`redis://`, `rediss://` and `unix://` as redis-py has them; `redis+cluster://HOST:PORT[,HOST:PORT…]`;
    `redis+sentinel://HOST:PORT[,HOST:PORT…]/NAME`. USER:PASSWORD@ may stand before the hosts; with `rediss` instead of
    `redis` all of it is TLS. Nothing is connected yet. ValueError says what is wrong."""
    kind = urlsplit(url).scheme
    once: dict[str, Any] = {"retry": Retry(NoBackoff(), 0)}  # what is late must not be sent twice
    if kind not in _MANY:
        return cast(Client, Redis.from_url(url, **once))
    found, hosts = urlsplit(url), _hosts(url)
    once |= {"username": found.username, "password": found.password, "ssl": kind.startswith("rediss")}
    if kind.endswith("cluster"):
        nodes = [ClusterNode(host, port) for host, port in hosts]
        return cast(
            Client, RedisCluster(startup_nodes=nodes, socket_connect_timeout=_ONE_OF_SEVERAL_S, **once)
        )
    name = found.path.strip("/")
    if not name:
        raise ValueError("expected redis+sentinel://HOST:PORT/NAME, where NAME is the master's")
    asking = {**once, "socket_timeout": _ONE_OF_SEVERAL_S, "socket_connect_timeout": _ONE_OF_SEVERAL_S}
    return Watched(Sentinel(hosts, sentinel_kwargs=asking), name, once)  # type: ignore[no-untyped-call]


def _hosts(url: str) -> list[tuple[str, int]]:
    found = []
    for each in urlsplit(url).netloc.rpartition("@")[2].split(","):
        host, _, port = each.rpartition(":")
        if not host or not port.isdecimal():
            raise ValueError(f"expected HOST:PORT, not {each!r}")
        found.append((host, int(port)))
    return found
