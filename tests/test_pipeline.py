"""The page of one request: admit, answer, settle, conclude. What is settled is settled once, the
outcome is the last thing written, and the end is sent after it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from gateway import pipeline
from gateway.audit.entry import Intent, Outcome
from gateway.call import Call
from gateway.dialects.interface import Family
from gateway.dialects.openai_family import OPENAI
from gateway.errors import Broken, UpstreamFault
from gateway.front import open_call
from gateway.ledger.demand import Charge, Hold
from gateway.policy.auditing import Audit
from gateway.runtime import Runtime
from gateway.wire import Exchange
from tests.parts.asgi_client import AsgiClient
from tests.parts.calls import BEARER, KEY, chat_body, key_record, make_call, make_policy
from tests.parts.ledgers import CountingLedger, roomy
from tests.parts.provider_answers import CHAT_DONE, chat_answer, chat_chunk
from tests.parts.runtime import (
    FakeAudit,
    FakeIncoming,
    FakeJournal,
    FakeKeys,
    FakeUpstream,
    kinds,
    make_runtime,
)

ANSWER = json.dumps(chat_answer("Hi")).encode()
STREAM = "text/event-stream"


@dataclass
class Page:
    """One call through `serve`, on fakes."""

    answers: tuple[FakeIncoming | UpstreamFault, ...] = ()
    stream: bool = False
    audit: FakeAudit = field(default_factory=FakeAudit)
    durability: str = "before_reply"
    ledger: CountingLedger = field(default_factory=CountingLedger)
    headers: tuple[tuple[bytes, bytes], ...] = (BEARER,)
    family: Family = OPENAI
    client: AsgiClient = field(init=False)
    upstream: FakeUpstream = field(init=False)
    journal: FakeJournal = field(default_factory=FakeJournal)
    runtime: Runtime = field(init=False)
    call: Call = field(init=False)

    def __post_init__(self) -> None:
        self.client = AsgiClient(chat_body(stream=self.stream), headers=self.headers)
        self.upstream = FakeUpstream(*self.answers)
        self.runtime = make_runtime(
            make_policy(audit=Audit(durability=self.durability), entries=roomy()),
            self.upstream,
            audit=self.audit,
            ledger=self.ledger,
            journal=self.journal,
            keys=FakeKeys({KEY: key_record()}),
        )

    async def serve(self) -> Page:
        exchange = Exchange(self.client.scope, self.client.receive, self.client.send)
        self.call = open_call(exchange, make_call().dialect, self.family, self.runtime)
        await pipeline.serve(self.call, exchange, self.runtime)
        return self

    @property
    def error(self) -> dict[str, Any]:
        error = json.loads(self.client.body)["error"]
        assert isinstance(error, dict)
        return error


def streamed(*pieces: bytes | UpstreamFault, hangs: bool = False) -> FakeIncoming:
    return FakeIncoming(*pieces, content_type=STREAM, hangs=hangs)


# ---------------------------------------------------------------- the order


async def test_a_whole_answer_is_passed_after_intent_and_outcome():
    page = await Page((FakeIncoming(ANSWER),)).serve()
    assert (page.client.status, page.client.body) == (200, ANSWER)
    assert kinds(page.audit.entries) == ["Intent", "Outcome"]
    assert page.audit.outcomes[0].ending == "complete"
    assert (page.ledger.open_holds, page.ledger.settled) == (0, 1)


async def test_nothing_is_sent_before_the_intent_is_durable():
    page = Page((FakeIncoming(ANSWER),), audit=FakeAudit(slow=(Intent,)))
    serving = asyncio.create_task(page.serve())
    while not page.audit.entries:
        await asyncio.sleep(0)
    for _ in range(5):
        await asyncio.sleep(0)
    assert page.upstream.sent == []
    serving.cancel()
    await asyncio.wait([serving])


@pytest.mark.parametrize("stream", [False, True])
async def test_the_end_waits_for_a_durable_outcome(stream: bool):
    """What was streamed before has gone out; a whole answer and a terminator have not."""
    answer = streamed(chat_chunk("Hi"), CHAT_DONE) if stream else FakeIncoming(ANSWER)
    page = Page((answer,), stream=stream, audit=FakeAudit(slow=(Outcome,)))
    serving = asyncio.create_task(page.serve())
    while not page.audit.outcomes:
        await asyncio.sleep(0)
    for _ in range(5):
        await asyncio.sleep(0)
    assert not page.client.ended
    assert page.client.body == (chat_chunk("Hi") if stream else b"")
    serving.cancel()
    await asyncio.wait([serving])


@pytest.mark.parametrize("stream", [False, True])
async def test_batched_durability_does_not_wait(stream: bool):
    answer = streamed(chat_chunk("Hi"), CHAT_DONE) if stream else FakeIncoming(ANSWER)
    page = Page((answer,), stream=stream, audit=FakeAudit(slow=(Outcome,)), durability="batched")
    await page.serve()
    assert page.client.ended
    assert page.client.body.endswith(CHAT_DONE if stream else ANSWER)


async def test_a_stranger_is_refused_with_the_body_unread():
    page = await Page(headers=()).serve()
    assert (page.client.status, page.client.receives) == (401, 0)
    assert kinds(page.audit.entries) == ["Intent", "Outcome"]
    assert page.upstream.sent == []


# ---------------------------------------------------------------- the audit log fails


@pytest.mark.parametrize("audit", [FakeAudit(full=(Intent,)), FakeAudit(broken=(Intent,))])
async def test_without_an_intent_nothing_is_sent_and_the_caller_gets_a_503(audit: FakeAudit):
    page = await Page((FakeIncoming(ANSWER),), audit=audit).serve()
    assert (page.client.status, page.error["code"]) == (503, "audit")
    assert page.upstream.sent == []
    assert (page.ledger.open_holds, page.ledger.settled, page.ledger.cancelled) == (0, 0, 1)


def no_outcome(kind: str) -> FakeAudit:
    return FakeAudit(full=(Outcome,)) if kind == "full" else FakeAudit(broken=(Outcome,))


@pytest.mark.parametrize("kind", ["full", "broken"])
async def test_without_an_outcome_a_whole_answer_is_withheld(kind: str):
    page = await Page((FakeIncoming(ANSWER),), audit=no_outcome(kind)).serve()
    assert (page.client.status, page.error["code"]) == (503, "audit")
    assert page.client.headers["x-should-retry"] == "false"
    assert b"Hi" not in page.client.body


@pytest.mark.parametrize("kind", ["full", "broken"])
async def test_without_an_outcome_a_stream_ends_with_an_error_and_no_terminator(kind: str):
    incoming = streamed(chat_chunk("Hi"), CHAT_DONE)
    page = Page((incoming,), stream=True, audit=no_outcome(kind))
    await page.serve()
    assert page.client.status == 200
    assert page.client.ended
    assert b'"code":"audit"' in page.client.body
    assert CHAT_DONE not in page.client.body
    assert incoming.closed


async def test_without_an_outcome_a_providers_own_words_are_withheld_too():
    incoming = FakeIncoming(b'{"error": {"message": "bad"}}', status=400)
    page = await Page((incoming,), audit=FakeAudit(broken=(Outcome,))).serve()
    assert (page.client.status, page.error["code"]) == (503, "audit")


# ---------------------------------------------------------------- settling


class BreakingLedger(CountingLedger):
    def settle(self, held: Hold, charge: Charge) -> None:
        raise ZeroDivisionError("a mistake of ours")


class Unclosable(FakeIncoming):
    def close(self) -> None:
        super().close()
        if self.closed == 1:
            raise ZeroDivisionError("a mistake of ours")


async def test_a_failing_step_does_not_stop_the_next_and_the_outcome_says_so():
    incoming = Unclosable(chat_chunk("Hi"), Broken("x"), content_type=STREAM)
    page = await Page((incoming,), stream=True, ledger=BreakingLedger()).serve()
    [outcome] = page.audit.outcomes
    assert (outcome.ending, outcome.usage is not None) == ("upstream_error_midstream", True)
    flags = [(decision.rule, decision.verdict) for decision in outcome.decisions[-2:]]
    assert flags == [("attempt", "flag"), ("reserve", "flag")]
    assert [what for what, _, _ in page.journal.faults] == ["settle", "settle"]
    assert page.client.ended


async def test_what_was_uploaded_and_what_was_written_anew_are_closed():
    class Kept:
        closed = 0

        def close(self) -> None:
            self.closed += 1

    page, uploaded, written = await Page((FakeIncoming(ANSWER),)).serve(), Kept(), Kept()
    page.call.upload, page.call.rewritten = uploaded, written  # type: ignore[assignment]
    pipeline.settle(page.call, page.runtime)
    assert (uploaded.closed, written.closed) == (1, 1)


async def test_settling_twice_gives_back_once():
    page = await Page((FakeIncoming(ANSWER),)).serve()
    pipeline.settle(page.call, page.runtime)
    assert (page.ledger.open_holds, page.ledger.settled) == (0, 1)


async def test_a_mistake_of_ours_is_a_500_with_a_record():
    class Exploding(FakeUpstream):
        async def send(self, outgoing: Any) -> Any:
            raise ZeroDivisionError("secret prompt")

    page = Page()
    page.runtime = make_runtime(
        make_policy(), Exploding(), audit=page.audit, journal=page.journal, keys=page.runtime.keys
    )
    await page.serve()
    assert (page.client.status, page.error["code"]) == (500, "internal_error")
    assert b"secret" not in page.client.body
    assert page.audit.outcomes[0].ending == "refused"
    assert [what for what, _, _ in page.journal.faults] == ["pipeline"]


async def test_an_error_event_before_any_content_is_an_error_answer():
    incoming = streamed(b'data: {"error": {"type": "overloaded_error"}}\n\n', hangs=True)
    page = await Page((incoming,), stream=True).serve()
    assert (page.client.status, page.error["code"]) == (529, "upstream_overloaded")
    assert page.client.headers["x-should-retry"] == "false"
    assert page.audit.outcomes[0].ending == "upstream_error"
    assert incoming.closed


async def test_a_mistake_of_ours_in_reading_a_providers_error_is_a_500_too():
    def stumbles(status: int, body: bytes) -> Any:
        raise ZeroDivisionError("secret prompt")

    page = Page((FakeIncoming(b"{}", status=400),))
    page.family = replace(page.family, read_problem=stumbles)
    await page.serve()
    assert (page.client.status, page.error["code"]) == (500, "internal_error")
    assert page.audit.outcomes[0].ending == "refused"
    assert [what for what, _, _ in page.journal.faults] == ["pipeline"]


# ---------------------------------------------------------------- leaving and stopping


async def test_a_client_that_leaves_midstream_closes_the_provider_and_is_recorded():
    incoming = streamed(chat_chunk("Hi"), hangs=True)
    page = Page((incoming,), stream=True)
    serving = asyncio.create_task(page.serve())
    while chat_chunk("Hi") not in page.client.body:
        await asyncio.sleep(0)
    page.client.leave()
    await serving
    assert incoming.closed
    [outcome] = page.audit.outcomes
    assert outcome.ending == "client_gone"
    assert outcome.usage is not None
    assert outcome.usage.estimated
    assert not page.client.ended


async def test_a_client_that_left_before_its_refusal_is_no_error_of_the_server():
    """The cancellation arrives when nothing is left to cancel."""
    page = Page(headers=(BEARER, (b"x-gateway-use-case", b"theirs")))
    page.client.leave()
    serving = asyncio.create_task(page.serve())
    await asyncio.wait([serving])
    assert serving.exception() is None
    assert len(page.audit.outcomes) == 1


async def test_a_stop_of_the_process_is_told_to_the_caller():
    page = Page((FakeIncoming(hangs=True),))
    serving = asyncio.create_task(page.serve())
    while not page.upstream.sent:
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    serving.cancel()
    await serving
    assert (page.client.status, page.error["code"]) == (503, "shutdown")
    assert page.client.headers["x-should-retry"] == "true"
    assert page.audit.outcomes[0].ending == "shutdown"


async def test_a_second_cancellation_cuts_the_wait_but_never_the_record():
    page = Page((FakeIncoming(hangs=True),), audit=FakeAudit(slow=(Outcome,)))
    serving = asyncio.create_task(page.serve())
    while not page.upstream.sent:
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    serving.cancel()
    while not page.audit.outcomes:
        await asyncio.sleep(0)
    serving.cancel()
    await asyncio.wait([serving])
    assert serving.cancelled()
    assert [outcome.ending for outcome in page.audit.outcomes] == ["shutdown"]
    assert (page.ledger.open_holds, page.ledger.settled) == (0, 1)


async def test_a_complete_stream_is_read_to_its_end_for_the_next_call():
    incoming = streamed(chat_chunk("Hi") + CHAT_DONE, b": and a farewell\n\n")
    page = await Page((incoming,), stream=True).serve()
    assert page.client.body == chat_chunk("Hi") + CHAT_DONE
    assert await incoming.next_chunk() == b""
    assert incoming.closed
