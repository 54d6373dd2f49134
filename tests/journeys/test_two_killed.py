"""Must show: two gateways on one data folder under load, and trouble at a random moment. Every answer whose end a
caller saw has its intent and its outcome, once, and the chain verifies."""

from __future__ import annotations

import asyncio
import random
import resource
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gateway.audit.entry import Entry, Intent, Outcome
from tests.journeys.plays import either_completes
from tests.journeys.provider import Provider
from tests.journeys.voices import VOICES, Voice, journey_policy, last_event
from tests.parts.audit_reading import entries_of
from tests.parts.gateway_process import GatewayProcess
from tests.parts.http_client import HttpClient
from tests.parts.postgres_server import PostgresServer, postgres_server

CALLERS = 4
"""At each gateway."""


@dataclass(frozen=True)
class Trouble:
    """What befalls them. `postgres` is away for 50 answers and so long."""

    name: str
    postgres: PostgresServer | None
    away_s: float


@dataclass
class Seen:
    """What callers saw: ids of answers to their end, and how many calls were refused or got no end."""

    ended: list[str] = field(default_factory=list)
    refused: int = 0
    over: bool = False
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def until(self, *, ended: int = 0, refused: int = 0, at_most_s: float = 60.0) -> None:
        """So many more of either."""
        ended, refused = ended + len(self.ended), refused + self.refused
        async with asyncio.timeout(at_most_s), self.changed:
            await self.changed.wait_for(lambda: len(self.ended) >= ended and self.refused >= refused)


async def _calls(port: int, key: str, voice: Voice, seen: Seen, *, stream: bool) -> None:
    """One call after the other, until the gateway is gone or all is over."""
    async with HttpClient(port, {"authorization": f"Bearer {key}"}) as client:
        while not seen.over:
            await client.call(voice.where("plain", stream=stream), voice.request("plain", stream=stream))
            if not client.whole:
                return
            async with seen.changed:
                withheld = stream and voice.stop_sign not in last_event(bytes(client.body))
                if client.status == 200 and not withheld:
                    seen.ended.append(client.headers["x-request-id"])
                else:
                    # 429: what can't be counted without a database may be held for spent.
                    assert client.status in (429, 503) or withheld, bytes(client.body)
                    seen.refused += 1
                seen.changed.notify_all()


@contextmanager
def _full_disk(*gateways: GatewayProcess) -> Iterator[None]:
    """No file of theirs may grow: neither the spool nor the database."""
    for gateway in gateways:
        resource.prlimit(gateway.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        for gateway in gateways:
            resource.prlimit(
                gateway.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            )


async def _one_life(
    gateways: list[GatewayProcess], key: str, seen: Seen, trouble: Trouble, chance: random.Random
) -> None:
    """Both are started, loaded and troubled; who still lives is stopped."""
    await asyncio.gather(*(asyncio.to_thread(gateway.start) for gateway in gateways))
    seen.over = False
    async with asyncio.TaskGroup() as callers:
        for number in range(CALLERS * len(gateways)):
            port = int(gateways[number % len(gateways)].url.rpartition(":")[2])
            callers.create_task(_calls(port, key, VOICES[number % 3], seen, stream=number % 4 >= 2))
        await seen.until(ended=chance.randrange(20, 120))
        alive = list(gateways)
        if trouble.postgres is not None:
            trouble.postgres.stop()
            await seen.until(ended=50)
            with suppress(TimeoutError):
                await seen.until(ended=1_000_000, at_most_s=trouble.away_s)
            trouble.postgres.start()
        if trouble.name == "full disk":
            with _full_disk(*gateways):
                await seen.until(refused=chance.randrange(5, 50))
            await seen.until(ended=20)
        if trouble.name == "kill" or chance.random() < 0.5:
            alive = gateways[1:] if chance.random() < 0.5 else []
            for gateway in gateways[: len(gateways) - len(alive)]:
                gateway.kill()
        if alive:
            await seen.until(ended=20)
        seen.over = True
    for gateway in alive:
        await asyncio.to_thread(gateway.stop)


async def _troubled(folder: Path, lives: int, trouble: Trouble) -> tuple[Seen, list[Entry]]:
    chance, url = random.Random(lives), None if trouble.postgres is None else trouble.postgres.new_database()
    shared = {"GATEWAY_SECRET_KEY": "s" * 40, "GATEWAY_SIGNING_KEY": "t" * 40}
    settings = {} if url is None else {"GATEWAY_DATABASE_URL": url, **shared}
    async with Provider() as provider:
        provider.play(either_completes)
        policy = journey_policy(provider.url, "http://127.0.0.1:9")
        one = GatewayProcess(folder, policy, settings=settings)
        other = GatewayProcess(folder / "other", policy, settings={**settings, "GATEWAY_DATA": str(one.data)})
        key = await asyncio.to_thread(lambda: one.make_key("load", role="caller").key)
        seen = Seen()
        for _ in range(lives):
            await _one_life([one, other], key, seen, trouble, chance)
        await asyncio.to_thread(one.start)
        await asyncio.to_thread(one.stop)
        verified = await asyncio.to_thread(one.command, "audit", "verify")
        assert verified.returncode == 0, verified.stdout
    return seen, entries_of(one.data, url)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("name", "lives"),
    [
        ("kill", 1),
        *(pytest.param(name, 20, marks=pytest.mark.long) for name in ("kill", "full disk", "no database")),
    ],
)
async def test_whatever_a_caller_of_either_saw_to_its_end_is_in_the_log_once_and_proven(
    tmp_path: Path, lives: int, name: str
):
    with ExitStack() as stack:
        postgres = stack.enter_context(postgres_server()) if name == "no database" else None
        trouble = Trouble(name, postgres, away_s=0.0 if lives == 1 else 30.0)
        seen, entries = await _troubled(tmp_path, lives, trouble)
    intents = Counter(entry.id for entry in entries if isinstance(entry, Intent))
    outcomes = Counter(entry.id for entry in entries if isinstance(entry, Outcome))
    endings = {entry.id: entry.ending for entry in entries if isinstance(entry, Outcome)}
    print(f"{name}: {lives} lives, {len(seen.ended)} answers seen to their end, {seen.refused} refused")
    assert set(intents.values()) == set(outcomes.values()) == {1}, "none twice"
    assert intents.keys() == outcomes.keys(), "none open"
    assert len(set(seen.ended)) == len(seen.ended) >= lives * 20
    assert {endings.get(call_id) for call_id in seen.ended} == {"complete"}
    # Without a database a gateway that has not counted yet refuses what has to be counted.
    assert name == "no database" or (seen.refused > 0) is (name == "full disk")
