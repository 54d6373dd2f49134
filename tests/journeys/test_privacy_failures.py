"""What becomes of calls while nobody can say what is in them: refused, or let through by a profile that says so."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.entry import Outcome
from gateway.privacy.faults import DetectorUnavailable
from gateway.privacy.on_demand import DetectionOnDemand
from gateway.privacy.spans import Span
from tests.journeys.test_privacy import MAIL, Parrot, policy, request
from tests.journeys.voices import OPENAI, VOICES, Voice
from tests.parts.gateway_inside import GatewayInside
from tests.parts.scripted_upstream import ScriptedUpstream

LONG = f"Answer to {MAIL}. " + "All else is prose. " * 200
"""It is read by a process of its own."""

Read = Callable[..., Awaitable[Sequence[tuple[Span, ...]]]]


def open_policy(url: str) -> dict[str, Any]:
    """As `policy`, but what fails lets a call pass."""
    whole = policy(url)
    profiles = {name: {**one, "on_failure": "allow"} for name, one in whole["privacy"]["profiles"].items()}
    return {**whole, "privacy": {**whole["privacy"], "profiles": profiles}}


def failing(why: Any) -> Read:
    async def spans(*_: object) -> Sequence[tuple[Span, ...]]:
        raise DetectorUnavailable(why, "")

    return spans


def outcome_of(gateway: GatewayInside) -> Outcome:
    [found] = [entry for entry in gateway.entries if isinstance(entry, Outcome)]
    return found


@pytest.mark.parametrize("client", VOICES, ids=lambda voice: voice.api)
async def test_what_was_not_read_is_refused_and_recorded_as_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: Voice
):
    parrot, whys = Parrot(), ("died", "timed_out", "out_of_memory", "overloaded")
    async with ScriptedUpstream(parrot) as provider, GatewayInside(tmp_path, policy(provider.url)) as gateway:
        for why in whys:
            monkeypatch.setattr(DetectionOnDemand, "spans", failing(why))
            path, body = request(client, f"to-{client.api}", LONG, stream=True)
            async with gateway.client() as caller:
                await caller.call(path, body)
            assert caller.status == 503 and client.is_problem(bytes(caller.body))
    assert parrot.heard == []
    outcomes = [entry for entry in gateway.entries if isinstance(entry, Outcome)]
    for outcome in outcomes:
        [check] = outcome.checks
        assert (check.status, check.mode, check.read_bytes) == ("failed", "block", 0)
        assert outcome.unread == ("request",)
    assert tuple(outcome.decisions[-1].rule for outcome in outcomes) == whys


async def test_what_was_not_read_passes_where_the_profile_says_so_and_the_record_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    parrot = Parrot()
    monkeypatch.setattr(DetectionOnDemand, "spans", failing("died"))
    async with (
        ScriptedUpstream(parrot) as provider,
        GatewayInside(tmp_path, open_policy(provider.url)) as gateway,
    ):
        path, body = request(OPENAI, "to-chat", LONG, stream=False)
        async with gateway.client() as caller:
            await caller.call(path, body)
        assert caller.status == 200
    assert MAIL.encode() in parrot.heard[0]
    outcome = outcome_of(gateway)
    assert [(one.status, one.mode) for one in outcome.checks] == [("failed", "allow")] * 2
    assert outcome.unread == ("request", "answer")
    said = next(entry for entry in gateway.entries if not isinstance(entry, Outcome)).decisions
    assert "not read: died; on_failure allows it" in [one.reason for one in said]


@pytest.mark.parametrize(("sign", "why"), [(signal.SIGKILL, "died"), (signal.SIGSTOP, "timed_out")])
async def test_processes_that_are_killed_or_hang_refuse_what_they_were_to_read(
    tmp_path: Path, sign: signal.Signals, why: str
):
    """The processes themselves, not a stand-in; afterwards there are others."""
    parrot = Parrot()
    async with ScriptedUpstream(parrot) as provider, GatewayInside(tmp_path, policy(provider.url)) as gateway:
        pool = gateway.runtime.detection._detection._pool  # type: ignore[attr-defined]
        path, body = request(OPENAI, "to-chat", LONG, stream=False)
        for pid in pool.pids:
            os.kill(pid, signal.SIGSTOP)
        async with gateway.client() as caller:
            caller.ask(path, body)
            await gateway.until(lambda: pool.busy)
            for pid in pool.pids:
                os.kill(pid, sign)
            await caller.finished()
        assert caller.status == 503 and parrot.heard == []
        async with asyncio.timeout(20), gateway.client() as caller:
            while caller.status != 200:
                await caller.call(path, body)
    refused = [entry for entry in gateway.entries if isinstance(entry, Outcome) and entry.ending == "refused"]
    assert {one.rule for entry in refused for one in entry.decisions if one.verdict == "refuse"} >= {why}
