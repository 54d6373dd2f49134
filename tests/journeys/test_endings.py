"""Must show: the ending matrix. However a call ends, it leaves one intent, one outcome and nothing else.

Each row of `tests/journeys/endings.py` is played for each API, as a whole answer and as a
stream, on a real uvicorn; after each, the next call of the same kind must work.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.audit.entry import Intent, Outcome
from gateway.usage import nano_of
from tests.journeys.endings import COMPLETE, MATRIX
from tests.journeys.pairs import PAIRS
from tests.journeys.plays import breaks_off, says
from tests.journeys.provider import Provider
from tests.journeys.scenes import Row, Scene
from tests.journeys.voices import INPUT_TOKENS, OUTPUT_TOKENS, VOICES, Voice, journey_policy, last_event
from tests.parts.gateway_inside import GatewayInside
from tests.parts.http_client import HttpClient

STALL_S = 0.1


@pytest.fixture
def dead_url() -> Iterator[str]:
    """An address that refuses connections: bound, and nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


@dataclass(frozen=True)
class Played:
    """One call as it was seen from outside."""

    row: Row
    voice: Voice
    stream: bool
    call_id: str | None
    asks: int
    """Requests that the provider got for it."""
    charged_nano_usd: int
    """By a budget."""


@pytest.mark.parametrize("row", MATRIX, ids=lambda row: f"{row.ending}-{row.name}")
async def test_every_ending_leaves_one_intent_and_one_outcome_and_nothing_behind(
    row: Row, tmp_path: Path, dead_url: str
):
    async with Provider() as provider:
        policy = journey_policy(provider.url, dead_url)
        async with GatewayInside(
            tmp_path, policy, team="home", write_stall_s=STALL_S, max_body_bytes=4096
        ) as gateway:
            played: list[Played] = []
            for voice in (*VOICES, *PAIRS):
                for form in row.forms:
                    played.append(await play(row, gateway, provider, voice, stream=form == "stream"))
                    played.append(await play(COMPLETE, gateway, provider, voice, stream=form == "stream"))
            await gateway.stop()
        assert len(gateway.entries) == 2 * len(played)
        the_log_holds(gateway, played)


async def play(row: Row, gateway: GatewayInside, provider: Provider, voice: Voice, *, stream: bool) -> Played:
    """One call, and what must be true right after it."""
    opened, asked, settled = provider.connections, len(provider.asks), gateway.ledger.settled
    spent = gateway.ledger.spent_nano_usd
    if row.provider is not None:
        provider.play(row.provider(voice, stream))
    async with gateway.client() as client:
        scene = Scene(gateway, provider, client, voice, stream, row)
        await row.act(scene)
        if row.connection == "closed":
            await provider.gone()
        if row.status is not None:
            the_caller_is_told(client, row, voice, stream=stream)
    await gateway.quiet()
    asks = len(provider.asks) - asked
    assert asks == (0 if row.provider is None else 1), "nothing is sent twice, and what is refused never"
    assert gateway.ledger.open_holds == 0
    assert gateway.ledger.settled == settled + (1 if row.results else 0)
    alive = [peer for peer in provider.peers if not peer.gone.is_set()]
    assert len(alive) <= 1, "a connection is used again or closed"
    if row.connection == "kept":
        assert alive
    elif row.connection == "closed":
        assert not alive
    assert provider.connections <= opened + 1
    charged = gateway.ledger.spent_nano_usd - spent
    return Played(row, voice, stream, client.headers.get("x-request-id"), asks, charged)


def the_caller_is_told(client: HttpClient, row: Row, voice: Voice, *, stream: bool) -> None:
    """What the dialect demands: a status and a body in its shape, or an error event in the stream."""
    body = bytes(client.body)
    assert client.whole, "the answer ends as HTTP says"
    assert client.status == row.status
    for name, value in row.answer_headers:
        assert client.headers[name] == value
    if row is COMPLETE or row.ending == "complete":
        if stream:
            assert client.headers["content-type"].startswith("text/event-stream")
            assert voice.shows(body, "one")
            assert voice.ends in last_event(body)
        else:
            assert voice.is_answer(body, "one")
    elif row.midstream:
        assert voice.shows(body, "one") or b"oneone" in body
        assert voice.last_event_is_problem(body)
        assert voice.ends not in body
    else:
        assert client.headers["content-type"] == "application/json"
        assert voice.is_problem(body)
        told_verbatim = b"words of the provider" in body
        assert told_verbatim is (row.name == "400_verbatim")


def the_log_holds(gateway: GatewayInside, played: list[Played]) -> None:
    """Exactly one intent and one outcome for each call, in order, with the facts of its row.

    The chain was checked when the entries were read.
    """
    intents = [entry for entry in gateway.entries if isinstance(entry, Intent)]
    outcomes = [entry for entry in gateway.entries if isinstance(entry, Outcome)]
    assert [intent.id for intent in intents] == [outcome.id for outcome in outcomes]
    assert len({intent.id for intent in intents}) == len(intents) == len(played)
    for call, intent, outcome in zip(played, intents, outcomes, strict=True):
        row = call.row
        assert call.call_id in (None, intent.id)
        assert outcome.ending == row.ending
        assert intent.asked.api == call.voice.asked_api
        assert tuple(attempt.result for attempt in outcome.served.attempts) == row.results
        refusals = [decision for decision in outcome.decisions if decision.verdict == "refuse"]
        assert len(refusals) == (1 if row.ending == "refused" else 0)
        the_usage_is(outcome, row)
        assert nano_of(outcome.cost.usd or "0") == call.charged_nano_usd, "recorded is what was charged"


def the_usage_is(outcome: Outcome, row: Row) -> None:
    usage = outcome.usage
    if row.usage == "none" or (row.usage == "either" and usage is None):
        assert usage is None
        assert outcome.cost.usd is None
        return
    assert usage is not None
    assert usage.estimated is (row.usage != "reported")
    assert outcome.cost.usd is not None
    if row.usage == "reported":
        assert (usage.input_tokens, usage.output_tokens) == (INPUT_TOKENS, OUTPUT_TOKENS)
    elif row.results == ("ok",):
        assert usage.output_tokens >= 1, "what was produced before the cut is counted"


async def test_a_shutdown_ends_every_call_that_hangs_and_tells_its_caller(tmp_path: Path, dead_url: str):
    """Answers that had not begun are a 503, begun streams end with an error event; all are recorded."""
    async with Provider() as provider, AsyncExitStack() as clients:
        policy = journey_policy(provider.url, dead_url)
        gateway = await clients.enter_async_context(GatewayInside(tmp_path, policy, team="home"))
        hanging: list[tuple[HttpClient, Voice, bool]] = []
        for voice in (*VOICES, *PAIRS):
            for stream, begun in ((False, False), (True, False), (True, True)):
                client = await clients.enter_async_context(gateway.client())
                provider.play((breaks_off("hangs") if begun else says(b"", then="hangs"))(voice, stream))
                client.ask(voice.where("plain", stream=stream), voice.request("plain", stream=stream))
                await provider.next_ask()
                if begun:
                    await client.seen(b"two")
                hanging.append((client, voice, begun))
        await gateway.stop(grace_s=0)
        for client, voice, begun in hanging:
            await client.finished()
            assert client.whole
            assert client.status == (200 if begun else 503)
            assert (voice.last_event_is_problem if begun else voice.is_problem)(bytes(client.body))
        await gateway.quiet()
        for peer in provider.peers:
            assert peer.gone.is_set(), "no connection to the provider outlives the gateway"
        assert gateway.ledger.open_holds == 0
        assert gateway.ledger.settled == len(hanging)
    assert len(gateway.entries) == 2 * len(hanging)
    for client, _, begun in hanging:
        call_id = client.headers["x-request-id"]
        assert len(gateway.of_call(Intent, call_id)) == 1
        [outcome] = gateway.of_call(Outcome, call_id)
        assert outcome.ending == "shutdown"
        assert [attempt.result for attempt in outcome.served.attempts] == ["ok" if begun else "cancelled"]
        assert outcome.usage is not None
        assert outcome.usage.estimated
