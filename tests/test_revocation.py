"""A running call whose key is good no more is refused in its midst, and closed like any other."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from gateway import pipeline
from gateway.dialects.openai_family import OPENAI
from gateway.front import open_call
from gateway.presence import Message
from gateway.revocation import end_revoked
from gateway.wire import Exchange
from tests.parts.asgi_client import AsgiClient
from tests.parts.calls import BEARER, KEY, chat_body, key_record, make_call, make_policy
from tests.parts.ledgers import CountingLedger, roomy
from tests.parts.provider_answers import chat_chunk
from tests.parts.runtime import (
    NOON_MS,
    FakeAudit,
    FakeClock,
    FakeIncoming,
    FakeKeys,
    FakeUpstream,
    kinds,
    make_runtime,
)


class Running:
    """A call whose provider has said something and then says no more."""

    def __init__(self, *, stream: bool, client: AsgiClient | None = None, **key: Any) -> None:
        chunks = (chat_chunk("Hi"),) if stream else ()
        kind = "text/event-stream" if stream else "application/json"
        self.incoming = FakeIncoming(*chunks, content_type=kind, hangs=True)
        self.keys, self.ledger, self.audit = FakeKeys({KEY: key_record(**key)}), CountingLedger(), FakeAudit()
        self.clock = FakeClock()
        self.runtime = make_runtime(
            make_policy(entries=roomy()),
            FakeUpstream(self.incoming),
            keys=self.keys,
            ledger=self.ledger,
            audit=self.audit,
            clock=self.clock,
        )
        self.client = client or AsgiClient(chat_body(stream=stream), headers=(BEARER,))
        self.serving = asyncio.create_task(self._serve())

    async def _serve(self) -> None:
        exchange = Exchange(self.client.scope, self.client.receive, self.client.send)
        call = open_call(exchange, make_call().dialect, OPENAI, self.runtime)
        await pipeline.serve(call, exchange, self.runtime)

    async def turns(self) -> None:
        for _ in range(50):
            await asyncio.sleep(0)


async def test_a_key_that_is_good_keeps_its_calls():
    running = Running(stream=True)
    await running.turns()
    end_revoked(running.runtime)
    await running.turns()
    assert not running.serving.done()
    assert running.incoming.closed == 0
    running.serving.cancel()
    await asyncio.wait([running.serving])


async def test_the_stream_of_a_revoked_key_ends_with_an_error_event_and_a_record_of_why():
    running = Running(stream=True)
    await running.turns()
    running.keys.records = {KEY: key_record(revoked_at=NOON_MS)}
    end_revoked(running.runtime)
    end_revoked(running.runtime)
    await running.serving
    said = running.client.body
    assert said.startswith(chat_chunk("Hi"))
    assert b"this gateway key was revoked" in said
    assert b"[DONE]" not in said
    assert running.client.ended
    assert running.incoming.closed
    [outcome] = running.audit.outcomes
    assert outcome.ending == "refused"
    said_no = [(d.stage, d.rule) for d in outcome.decisions if d.verdict == "refuse"]
    assert said_no == [("authenticate", "revoked")], "once"
    assert outcome.usage is not None and outcome.usage.estimated, "what was made before is counted"
    assert (running.ledger.open_holds, running.ledger.settled) == (0, 1)
    assert running.runtime.running == {}


async def test_a_key_ends_its_stream_by_expiring_without_a_word_from_the_database():
    running = Running(stream=True, expires_at=NOON_MS + 1000)
    await running.turns()
    running.clock.ms += 999
    end_revoked(running.runtime)
    await running.turns()
    assert not running.serving.done()
    running.clock.ms += 1
    end_revoked(running.runtime)
    await running.serving
    assert b"this gateway key has expired" in running.client.body


async def test_a_whole_answer_that_is_awaited_becomes_a_401_and_is_counted_as_sent():
    running = Running(stream=False)
    await running.turns()
    running.keys.records = {KEY: key_record(expires_at=NOON_MS)}
    end_revoked(running.runtime)
    await running.serving
    assert running.client.status == 401
    assert "expired" in json.loads(running.client.body)["error"]["message"]
    assert running.incoming.closed
    [outcome] = running.audit.outcomes
    assert outcome.usage is not None and outcome.usage.estimated


async def test_nobody_stops_a_call_that_has_ended():
    running = Running(stream=True)
    await running.turns()
    running.serving.cancel()
    await asyncio.wait([running.serving])
    running.keys.records = {}
    end_revoked(running.runtime)
    assert [outcome.ending for outcome in running.audit.outcomes] == ["shutdown"]


class Uploading(AsgiClient):
    """Sends the beginning of a body, and then nothing."""

    async def receive(self) -> Message:
        if self.receives:
            await asyncio.get_running_loop().create_future()
        self.receives += 1
        return {"type": "http.request", "body": b"{", "more_body": True}


async def test_a_body_that_is_still_coming_is_waited_for_no_longer():
    client = Uploading(headers=(BEARER,))
    running = Running(stream=False, client=client)
    await running.turns()
    running.keys.records = {}
    end_revoked(running.runtime)
    await running.serving
    assert client.status == 401
    assert kinds(running.audit.entries) == ["Intent", "Outcome"]
