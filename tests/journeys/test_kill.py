"""Must show: `kill -9` under load, again and again (30 times in the long run). What a caller saw to its end is in the log, once, and proven."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gateway.audit.entry import Intent, Outcome
from tests.journeys.plays import either_completes
from tests.journeys.provider import Provider
from tests.journeys.voices import VOICES, Voice, journey_policy, last_event
from tests.parts.audit_reading import entries_of
from tests.parts.gateway_process import GatewayProcess
from tests.parts.http_client import HttpClient

CALLERS = 12
ANSWERS_BEFORE_A_KILL = 60


@dataclass
class Seen:
    """Ids of the answers whose end a caller saw, and how many it lost on the way."""

    ended: list[str] = field(default_factory=list)
    lost: int = 0
    wanted: int = 0
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    def want(self, more: int) -> None:
        self.wanted = len(self.ended) + more
        self.enough.clear()

    def saw(self, call_id: str) -> None:
        self.ended.append(call_id)
        if len(self.ended) >= self.wanted:
            self.enough.set()


async def _calls_until_cut(port: int, key: str, voice: Voice, *, stream: bool, seen: Seen) -> None:
    """One call after the other on one connection, until the gateway is gone."""
    async with HttpClient(port, {"authorization": f"Bearer {key}"}) as client:
        while True:
            await client.call(voice.where("plain", stream=stream), voice.request("plain", stream=stream))
            if not client.whole:
                seen.lost += 1
                return
            assert client.status == 200, bytes(client.body)
            assert not stream or voice.stop_sign in last_event(bytes(client.body))
            seen.saw(client.headers["x-request-id"])


async def _one_life(gateway: GatewayProcess, key: str, seen: Seen) -> None:
    """Load from many callers, and a kill in its midst."""
    port = int(gateway.url.rpartition(":")[2])
    seen.want(ANSWERS_BEFORE_A_KILL)
    async with asyncio.TaskGroup() as callers:
        for number in range(CALLERS):
            voice, stream = VOICES[number % 3], number % 6 >= 3
            callers.create_task(_calls_until_cut(port, key, voice, stream=stream, seen=seen))
        async with asyncio.timeout(60):
            await seen.enough.wait()
        gateway.kill()


async def _killed(folder: Path, kills: int) -> tuple[Seen, GatewayProcess]:
    """So many kills under load, one more start and a clean stop; `audit verify` agrees."""
    async with Provider() as provider:
        provider.play(either_completes)
        policy = journey_policy(provider.url, "http://127.0.0.1:9")
        gateway = GatewayProcess(folder, policy)
        seen = Seen()
        key = await asyncio.to_thread(lambda: gateway.make_key("load", role="caller").key)
        for _ in range(kills):
            await asyncio.to_thread(gateway.start)
            await _one_life(gateway, key, seen)
        await asyncio.to_thread(gateway.start)
        await asyncio.to_thread(gateway.stop)
        verified = await asyncio.to_thread(gateway.command, "audit", "verify")
        assert verified.returncode == 0, verified.stdout
    return seen, gateway


@pytest.mark.timeout(600)  # a start of a process a kill: some seconds each where others work beside it
@pytest.mark.parametrize("kills", [3, pytest.param(30, marks=pytest.mark.long)])
async def test_whatever_a_caller_saw_to_its_end_survives_every_kill_once_and_proven(
    tmp_path: Path, kills: int
):
    seen, gateway = await _killed(tmp_path, kills)
    entries = entries_of(gateway.data)
    intents = Counter(entry.id for entry in entries if isinstance(entry, Intent))
    outcomes = Counter(entry.id for entry in entries if isinstance(entry, Outcome))
    endings = {entry.id: entry.ending for entry in entries if isinstance(entry, Outcome)}
    assert set(intents.values()) == set(outcomes.values()) == {1}, "none twice"
    assert intents.keys() == outcomes.keys(), "none open"
    assert len(set(seen.ended)) == len(seen.ended) >= kills * ANSWERS_BEFORE_A_KILL
    assert {endings.get(call_id) for call_id in seen.ended} == {"complete"}
    cut = {call_id: ending for call_id, ending in endings.items() if call_id not in set(seen.ended)}
    assert set(cut.values()) <= {"interrupted", "complete"}
    assert "interrupted" in cut.values(), "the kills came under load"
    assert seen.lost == kills * CALLERS
