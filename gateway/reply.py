"""What goes back to the caller: the head of an answer, and problems in the caller's own dialect."""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace
from functools import lru_cache

from gateway.call import Call, Candidate, Served
from gateway.dialects.answer_headers import passing, retry_after_s
from gateway.dialects.interface import Family
from gateway.dialects.problem_shapes import is_shaped_as
from gateway.dialects.problems import quotes_a_key
from gateway.errors import Answered, Broken, BrokenOff, Kind, NotConnected, Problem, TimedOut, UpstreamFault
from gateway.presence import RawHeaders
from gateway.runtime import Runtime
from gateway.streams.passing import Passing
from gateway.usage import dollars
from gateway.wire import Exchange

_VERBATIM = frozenset({400, 404, 409, 413, 422})
_VERBATIM_BYTES = 64 * 1024
_LINGER_S = 1.0
"""How long a provider has to end a stream whose terminator was seen, so that its connection is reused."""


def head(call: Call, content_type: str) -> RawHeaders:
    """Headers of every answer that a call gets."""
    served = call.served
    model, target = ("", "") if served is None else (served.candidate.asked_for, served.candidate.target.name)
    headers = [*_lasting(content_type, call.policy.revision, model, target)]
    request_id = call.id.encode()
    headers.extend([(name, request_id) for name in call.family.request_id_headers])
    if served is not None:
        headers += passing(served.incoming.headers, served.candidate.speech.family.name, call.family.name)
    return headers


def whole_head(call: Call, content_type: str, overhead_s: float) -> RawHeaders:
    """The head of an answer that is not streamed: its cost and the gateway's own time are known."""
    headers = head(call, content_type)
    headers.append((b"x-gateway-overhead-ms", b"%.2f" % (overhead_s * 1000)))
    measured = call.measured
    if measured is not None and measured.cost_nano_usd is not None:
        headers.append((b"x-gateway-cost-usd", dollars(measured.cost_nano_usd).encode()))
    return headers


def problem_head(headers: RawHeaders, problem: Problem) -> RawHeaders:
    """Add what a problem says in headers."""
    if problem.retry_after_s is not None:
        headers.append((b"retry-after", b"%d" % math.ceil(problem.retry_after_s)))
    if problem.should_retry is not None:
        headers.append((b"x-should-retry", b"true" if problem.should_retry else b"false"))
    return headers


async def send_stream(call: Call, exchange: Exchange, runtime: Runtime) -> None:
    """Pass a streamed answer on, all but its terminator. A whole answer is all end: nothing to do."""
    served = call.served
    if served is None or served.reader is None:
        return
    incoming, reader, clock, tape = served.incoming, served.reader, runtime.clock, call.tape
    exchange.gather()
    try:
        await exchange.start(200, head(call, served.content_type))
        if served.first:
            if tape is not None:
                tape.add(served.first)
            await exchange.write(served.first)
    finally:
        exchange.flush()
    call.timing.first_byte = clock.monotonic()
    while not reader.complete and reader.fault is None:  # what follows an error may never come
        waiting = clock.monotonic()
        try:
            chunk = await incoming.next_chunk()
        finally:
            call.timing.upstream_s += clock.monotonic() - waiting
        data = reader.feed(chunk) if chunk else reader.finish()
        if data:
            if tape is not None:
                tape.add(data)
            await exchange.write(data)
        if not chunk:
            break
    if reader.fault is not None:
        raise BrokenOff(reader.fault)
    if not reader.complete:
        raise Broken("the provider's stream ended before its end")


async def send_end(call: Call, exchange: Exchange, runtime: Runtime, fault: UpstreamFault | None) -> None:
    """The last bytes: a stream's terminator, a whole answer, or the problem that ended the call."""
    problem, served = call.problem, call.served
    if exchange.started:
        reader = None if served is None else served.reader
        if problem is not None and isinstance(reader, Passing):
            exchange.cut()  # nothing in it could tell
        elif problem is not None and (reader is None or reader.fault is None or not reader.tells_fault):
            say = call.dialect.problem_event or call.family.problem_event
            await exchange.end(say(problem, call.id))
        else:
            await exchange.end(b"" if reader is None else reader.terminator)
    elif problem is not None:
        spoken = call.sent_to is not None and call.sent_to.speech.family is call.family
        passes = spoken and fault is not None and call.ending != "refused"
        verbatim = verbatim_body(fault, call.family.name) if passes else None
        body = verbatim or call.family.problem_body(problem, call.id)
        headers = problem_head(head(call, "application/json"), problem)
        if problem.limits:
            headers += passing(dict(problem.limits), "openai", call.family.name)
        if isinstance(fault, Answered) and call.sent_to is not None:
            headers += passing(fault.headers, call.sent_to.speech.family.name, call.family.name)
        await exchange.answer(problem.kind.status, headers, body)
    elif served is not None:
        overhead_s = runtime.clock.monotonic() - call.timing.started - call.timing.upstream_s
        await exchange.answer(200, whole_head(call, served.content_type, overhead_s), served.body or b"")


async def drain(served: Served) -> None:
    """Read a complete stream to its end of input, so that the connection can be used again."""
    try:
        async with asyncio.timeout(_LINGER_S):
            while await served.incoming.next_chunk():
                pass
    except (TimeoutError, UpstreamFault):
        pass


async def plain_answer(exchange: Exchange, family: Family, request_id: str, body: bytes) -> None:
    """Answer a request that is no call with JSON."""
    await exchange.answer(200, _plain_head(family, request_id), body)


async def plain_problem(exchange: Exchange, family: Family, request_id: str, problem: Problem) -> None:
    """Answer a request that is no call: an unknown path, a wrong method."""
    body = family.problem_body(problem, request_id)
    await exchange.answer(problem.kind.status, problem_head(_plain_head(family, request_id), problem), body)


def _plain_head(family: Family, request_id: str) -> RawHeaders:
    head: RawHeaders = [(b"content-type", b"application/json")]
    return head + [(name, request_id.encode()) for name in family.request_id_headers]


def problem_of(fault: UpstreamFault, teller: Candidate | None) -> Problem:
    """What a caller is told of the fault of `teller`.

    Where the policy retries, its own tries are over and the caller's SDK need not begin others
    (`should_retry` False); where it doesn't, the SDK does with a status what it would do at the
    provider. What broke or took too long may have been billed: that is never tried again by itself,
    unless most likely nobody read it.
    """
    if isinstance(fault, Answered) and teller is not None:
        told = teller.speech.family.read_problem(fault.status, fault.body)
        after_s = retry_after_s(fault.headers)
        return Problem(
            told.kind,
            told.message,
            code=told.code,
            param=told.param,
            retry_after_s=told.retry_after_s if after_s is None else after_s,
            should_retry=False if teller.retries else None,
        )
    if isinstance(fault, BrokenOff):
        return replace(fault.problem, should_retry=False)
    if isinstance(fault, TimedOut):
        return Problem(
            Kind.UPSTREAM_TIMEOUT,
            "the provider did not answer in time",
            code="upstream_timeout",
            should_retry=False,
        )
    unread = isinstance(fault, NotConnected) or (isinstance(fault, Broken) and fault.stale)
    left_to_sdk = unread and teller is not None and not teller.retries
    broke = "could not be reached" if unread else "broke off its answer"
    return Problem(
        Kind.UPSTREAM,
        f"the provider {broke}",
        code="upstream_error",
        should_retry=None if left_to_sdk else False,
    )


def verbatim_body(fault: UpstreamFault | None, family: str) -> bytes | None:
    """The provider's own error body, where it speaks of the caller's request, in the words of the caller's
    family, and so may pass."""
    if isinstance(fault, Answered) and fault.status in _VERBATIM and len(fault.body) <= _VERBATIM_BYTES:
        is_json = fault.headers.get("content-type", "").startswith("application/json")
        passes = is_json and is_shaped_as(family, fault.body) and not quotes_a_key(fault.body)
        return fault.body if passes else None
    return None


@lru_cache(maxsize=4096)
def _lasting(content_type: str, revision: str, model: str, target: str) -> tuple[tuple[bytes, bytes], ...]:
    """The headers that are the same for call after call."""
    named = (
        (b"content-type", content_type),
        (b"x-gateway-policy", revision),
        (b"x-gateway-model", model),
        (b"x-gateway-target", target),
    )
    return tuple((name, _header(text)) for name, text in named if text)


def _header(text: str) -> bytes:
    return "".join(c if " " <= c <= "~" else "?" for c in text)[:256].encode()
