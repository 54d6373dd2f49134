"""Must show: reloads under load (good, bad, good) fail no request, each record names the revision that its call
ran under, and the process does not grow."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.entry import Intent, Outcome
from gateway.policy.load import load_policy
from tests.journeys.plays import either_completes
from tests.journeys.provider import Provider
from tests.journeys.voices import VOICES, Voice, journey_policy
from tests.parts.audit_reading import entries_of
from tests.parts.gateway_process import GatewayProcess
from tests.parts.http_client import HttpClient
from tests.parts.processes import eventually

CALLERS = 4
MOST_GROWTH_BYTES = 24 * 1024 * 1024
"""Of the second half of the reloads over the first: what is kept of each would be far more."""


@dataclass(frozen=True, slots=True)
class Answered:
    call: str
    policy: str
    began: float
    ended: float


@dataclass(slots=True)
class Load:
    """What callers saw, until they are told to stop."""

    answers: list[Answered] = field(default_factory=list)
    stop: bool = False


@dataclass(frozen=True, slots=True)
class Enforced:
    """A revision, not in force before `since`, and in force by `known`. Seconds."""

    revision: str
    since: float
    known: float


async def _calls(port: int, key: str, voice: Voice, *, stream: bool, load: Load) -> None:
    """One call after the other on one connection."""
    where, request = voice.where("plain", stream=stream), voice.request("plain", stream=stream)
    async with HttpClient(port, {"authorization": f"Bearer {key}"}) as client:
        while not load.stop:
            began = time.monotonic()
            await client.call(where, request)
            assert client.status == 200, bytes(client.body)
            assert client.whole
            named = client.headers
            load.answers.append(
                Answered(named["x-request-id"], named["x-gateway-policy"], began, time.monotonic())
            )


class Reloads:
    """Writes policies and asks the gateway to read them; knows from its output when it has."""

    def __init__(self, gateway: GatewayProcess, addresses: tuple[str, str]) -> None:
        self._gateway = gateway
        self._addresses = addresses
        self._heard = 0
        self.enforced: list[Enforced] = []

    def policy(self, number: int) -> dict[str, Any]:
        """Each has another meaning, and every second one reaches its providers elsewhere."""
        made = journey_policy(self._addresses[number % 2], "http://127.0.0.1:9")
        return {**made, "teams": {**made["teams"], f"team-{number}": {}}}

    async def good(self, number: int) -> None:
        since = time.monotonic()
        self._gateway.write_policy(self.policy(number))
        revision = load_policy(self._gateway.policies, environment={}).revision
        self._ask()
        await self._hears(f"policy {revision} is in force")
        self.enforced.append(Enforced(revision, since, time.monotonic()))

    async def bad(self, number: int) -> None:
        self._gateway.write_policy({**self.policy(number), f"nonsense-{number}": {}})
        self._ask()
        await self._hears(f"`nonsense-{number}` is no")

    def _ask(self) -> None:
        os.kill(self._gateway.pid, signal.SIGHUP)

    async def _hears(self, sentence: str) -> None:
        told = self._gateway.complaints

        def look() -> bool:
            lines = told[self._heard :]
            self._heard += len(lines)
            return any(sentence in line for line in lines)

        await asyncio.to_thread(eventually, look, sentence)


@dataclass(slots=True)
class Shown:
    """What a run of reloads left."""

    enforced: list[Enforced]
    answers: list[Answered]
    policies: dict[str, str] = field(default_factory=dict)
    resident: list[int] = field(default_factory=list)
    took_s: float = 0.0


async def _run(folder: Path, reloads: int) -> Shown:
    """Every third policy is bad; under load all the while."""
    async with Provider() as one, Provider() as two:
        for provider in (one, two):
            provider.play(either_completes)
        gateway = GatewayProcess(folder, journey_policy(one.url, "http://127.0.0.1:9"))
        with gateway.running():
            key = await asyncio.to_thread(lambda: gateway.make_key("load", role="caller").key)
            told, load = Reloads(gateway, (one.url, two.url)), Load()
            shown, port = Shown(told.enforced, load.answers), int(gateway.url.rpartition(":")[2])
            async with asyncio.TaskGroup() as callers:
                for number in range(CALLERS):
                    voice, stream = VOICES[number % 3], number % 2 == 1
                    callers.create_task(_calls(port, key, voice, stream=stream, load=load))
                began = time.monotonic()
                for number in range(reloads):
                    await (told.bad if number % 3 == 1 else told.good)(number)
                    shown.resident.append(gateway.resident_bytes)
                shown.took_s = time.monotonic() - began
                load.stop = True
    outcomes = [entry for entry in entries_of(gateway.data) if isinstance(entry, Intent | Outcome)]
    assert {entry.ending for entry in outcomes if isinstance(entry, Outcome)} == {"complete"}
    shown.policies = {entry.id: entry.policy for entry in outcomes if isinstance(entry, Intent)}
    return shown


def _in_force_while(answered: Answered, enforced: list[Enforced]) -> bool:
    """Whether its revision was in force at some time while the call ran."""
    for now, then in pairwise([*enforced, Enforced("", float("inf"), float("inf"))]):
        if now.revision == answered.policy:
            return answered.ended >= now.since and answered.began <= then.known
    return answered.began <= enforced[0].known  # what the process began with


def _strangers(shown: Shown) -> Iterator[Answered]:
    return (one for one in shown.answers if not _in_force_while(one, shown.enforced))


@pytest.mark.timeout(900)
@pytest.mark.parametrize("reloads", [30, pytest.param(1000, marks=pytest.mark.long)])
async def test_reloads_under_load_fail_no_request_and_each_record_names_its_revision(
    tmp_path: Path, reloads: int
):
    shown = await _run(tmp_path, reloads)
    assert len(shown.enforced) == reloads - (reloads + 1) // 3
    assert len({answered.policy for answered in shown.answers}) > reloads // 3, "calls ran under most of them"
    assert not list(_strangers(shown))
    assert {answered.call: answered.policy for answered in shown.answers} == shown.policies
    half = len(shown.resident) // 2
    grown = max(shown.resident[half:]) - max(shown.resident[:half])
    print(
        f"{reloads} reloads in {shown.took_s:.0f} s, {len(shown.answers)} calls, none failed; "
        f"resident {min(shown.resident) >> 20} to {max(shown.resident) >> 20} MB, "
        f"{max(shown.resident[:half]) >> 20} MB at most by the middle"
    )
    assert grown < MOST_GROWTH_BYTES
