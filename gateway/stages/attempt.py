"""Send it: candidate after candidate, try after try, until one answers. Refuses nothing.

A ladder of short scopes: `enter` walks the plan, `_try` sends once, `_receive` reads as much as is
needed to know that the answer has begun. Until then, and only until then, another try is possible.
"""

from __future__ import annotations

from typing import Final, Literal

from gateway import contents
from gateway.audit.entry import Attempt
from gateway.call import Call, Candidate, Served
from gateway.dialects.answer_headers import request_id, retry_after_s
from gateway.dialects.hub.translation import Translation
from gateway.dialects.interface import SSE, Answer
from gateway.dialects.problems import speaks_of_us
from gateway.dialects.registry import provider_url
from gateway.dialects.whole_answers import read_whole
from gateway.errors import Answered, Broken, BrokenOff, NotConnected, TimedOut, UpstreamFault
from gateway.freezing import may_go
from gateway.holding import lose, moved
from gateway.naming import naming
from gateway.rendering import asked_of, changes_for
from gateway.runtime import Runtime
from gateway.upstream.authentication import provider_headers
from gateway.upstream.interface import Incoming, Outgoing, TimeLimits
from gateway.usage import Usage

_PASSING: Final = frozenset({408, 429, 498, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
"""Statuses that another try may cure; 498 is Groq's, 520 to 524 are of a CDN that finds nobody behind it."""
_THEIRS: Final = frozenset({401, 402, 403, 404, 407})
"""Statuses that tell of this provider and not of the request: another candidate may serve it."""
_ERROR_BODY_BYTES: Final = 256 * 1024
_IN_PROCESS: Final = "echo://"
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 5.0


async def enter(call: Call, runtime: Runtime) -> None:
    """Write `call.served`, or raise the last candidate's UpstreamFault."""
    assert call.plan is not None
    last: UpstreamFault | None = None
    for candidate in call.plan.candidates:
        if last is not None and not (
            may_go(call, candidate, runtime) and await moved(call, candidate, last, runtime)
        ):
            continue
        for number in range(candidate.retries + 1):
            try:
                call.served = await _try(call, candidate, runtime)
                if (rule := candidate.speech.rule()) is not None:
                    call.note("attempt", "translate", "change", rule)
                return
            except UpstreamFault as fault:
                last = fault
            step = decide(last, left=candidate.retries - number)
            if step == "stop":
                raise last
            if step == "next":
                break
            await runtime.clock.sleep(pause_s(last, number, runtime.chance.fraction()))
    assert last is not None  # a plan has at least one candidate
    lose(call, last, runtime)
    raise last


def decide(fault: UpstreamFault, *, left: int) -> Literal["retry", "next", "stop"]:
    """What follows a failed try, when `left` more are allowed on the same candidate.

    A request that was sent and got no word (TimedOut, Broken) may still be worked on, and billed: it
    goes to another candidate. A stale connection's was most often never read, so it may go again.
    """
    status = _status(fault)
    if status is not None and status not in _PASSING:
        return "next" if status in _THEIRS else "stop"
    if isinstance(fault, TimedOut) or (isinstance(fault, Broken) and not fault.stale):
        return "next"
    return "retry" if left > 0 else "next"


def _status(fault: UpstreamFault) -> int | None:
    """What the provider said, as a status: its own, or that of an error event. A 400 that speaks of our
    key or account is no mistake of the caller's."""
    if isinstance(fault, Answered):
        return 401 if fault.status == 400 and speaks_of_us(fault.body) else fault.status
    return fault.problem.kind.status if isinstance(fault, BrokenOff) else None


def pause_s(fault: UpstreamFault, number: int, fraction: float) -> float:
    """Seconds before try `number + 1`: the provider's `retry-after` if it is short, else doubling
    from 0.1 s with full jitter."""
    if isinstance(fault, Answered):
        asked_s = retry_after_s(fault.headers)
        if asked_s is not None:
            return min(asked_s, _LONGEST_PAUSE_S)
    return min(_FIRST_PAUSE_S * 2.0**number, _LONGEST_PAUSE_S) * fraction


def leave(call: Call, runtime: Runtime) -> None:
    """Close the provider's answer, unless it is whole: then the pipeline lets the connection be
    used again."""
    served = call.served
    if served is not None and call.ending != "complete":
        served.incoming.close()


async def _try(call: Call, candidate: Candidate, runtime: Runtime) -> Served:
    clock = runtime.clock
    begun = clock.monotonic()
    result, known_as = "cancelled", None
    call.sent_to = candidate
    credential = _credential(candidate, runtime)
    try:
        upstream = candidate.speech.upstream or candidate.target.provider.dialect
        outgoing = _outgoing(call, candidate, credential)
        incoming = await runtime.upstreams[upstream].send(outgoing)
        if call.sealer is not None:
            incoming = contents.overheard(call, outgoing, incoming)
        try:
            known_as = request_id(incoming.headers)
            served = await _receive(call, candidate, incoming, runtime)
        except BaseException:
            incoming.close()
            raise
        served.credential = credential
        result = "ok"
        return served
    except UpstreamFault as fault:
        result = word(fault)
        raise
    finally:
        spent_s = clock.monotonic() - begun
        call.timing.upstream_s += spent_s
        call.attempts.append(
            Attempt(
                target=candidate.target.name,
                region=candidate.target.provider.region,
                result=result,
                ms=int(spent_s * 1_000_000 + 0.5) / 1000,
                request_id=known_as,
            )
        )


def _credential(candidate: Candidate, runtime: Runtime) -> int:
    """The index of the one that must be used; else calls are spread over them."""
    if candidate.credential is not None:
        return candidate.credential
    known = len(candidate.target.provider.credentials)
    return int(runtime.chance.fraction() * known) if known > 1 else 0


def _outgoing(call: Call, candidate: Candidate, credential: int) -> Outgoing:
    assert call.grant is not None
    asked, provider = asked_of(call, candidate), candidate.target.provider
    timeouts, credentials = provider.timeouts, provider.credentials
    spoken, translation = candidate.speech.dialect, candidate.speech.translation
    changes = changes_for(candidate, call.grant)
    body = spoken.render(asked, changes) if translation is None else translation.render(changes)
    return Outgoing(
        method=spoken.method,
        url=provider_url(spoken, provider.base_url or _IN_PROCESS, candidate.target.model, asked.query),
        headers=provider_headers(
            provider.dialect,
            credentials[credential].reveal() if credentials else None,
            call.headers,
            stream=asked.stream and spoken.stream_type == SSE,
            own=provider.headers,
            accept=spoken.accept,
            form=None if isinstance(body, bytes) else body.content_type,
        ),
        body=body,
        limits=TimeLimits(
            connect_s=timeouts.connect_s,
            first_byte_s=timeouts.first_byte_s if asked.stream else None,
            idle_s=timeouts.idle_s,
            total_s=timeouts.total_s,
        ),
        via=provider.via,
    )


async def _receive(call: Call, candidate: Candidate, incoming: Incoming, runtime: Runtime) -> Served:
    """The answer, whole or begun. Raises Answered for an error status, and BrokenOff for an error
    event before any content: nothing has been passed on yet."""
    assert call.asked is not None
    if incoming.status >= 400:
        raise Answered(incoming.status, dict(incoming.headers), await incoming.read(_ERROR_BODY_BYTES))
    removed = None if call.dialect.keeping is None else call.dialect.keeping.removed
    if removed is not None and incoming.status == 204:
        await incoming.read(_ERROR_BODY_BYTES)
        said = removed(call.asked.held[0].id)
        return Served(candidate, incoming, "application/json", said, answer=Answer(Usage()))
    # Some providers say 201 or 202 of what they will keep: unread, it would be there and be nobody's.
    if incoming.status != 200 and (incoming.status not in (201, 202) or call.dialect.operation != "keep"):
        raise Broken(f"the provider answered {incoming.status}, which is neither an answer nor an error")
    headers = incoming.headers
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise Broken("the provider compressed its answer although it was asked not to")
    content_type = headers.get("content-type", "application/json")
    served, speech = Served(candidate, incoming, content_type), candidate.speech
    streamed = call.asked.stream and content_type.lower().startswith(speech.dialect.stream_type)
    read = speech.dialect.read_stream if streamed else speech.dialect.passing
    if read is None:
        served.heard = await incoming.read(runtime.bounds.answer_bytes)
        served.answer = read_whole(speech.dialect, served.heard)
        _translate_whole(call, served, speech.translation, runtime)
        return served
    reader = read(call.asked)
    if speech.translation is not None:
        served.content_type = call.dialect.stream_type
        reader = speech.translation.stream(reader, naming(call, candidate, speech.translation, runtime))
    while not served.first and not reader.complete:
        chunk = await incoming.next_chunk()
        served.first = reader.feed(chunk) if chunk else reader.finish()
        if not chunk and not reader.complete:  # an answer may be so short that all of it is its end
            raise Broken("the provider's stream ended before it began")
        if reader.fault is not None and not (served.first and reader.output_events):
            raise BrokenOff(reader.fault)
    served.reader = reader
    return served


def _translate_whole(call: Call, served: Served, translation: Translation | None, runtime: Runtime) -> None:
    """Raises Broken for a whole answer that can't be told. Where a stream was asked for, it is told as one."""
    if translation is None:
        served.body = served.heard
        return
    streamed = call.asked is not None and call.asked.stream
    served.content_type = call.dialect.stream_type if streamed else "application/json"
    tell = translation.retold if streamed else translation.whole
    served.body = tell(served.heard, naming(call, served.candidate, translation, runtime))


def word(fault: UpstreamFault) -> str:
    """One word for the record."""
    if isinstance(fault, Answered):
        return str(fault.status)
    if isinstance(fault, BrokenOff):
        return f"error_event:{fault.problem.kind.status}"
    if isinstance(fault, TimedOut):
        return f"timeout:{fault.limit}"
    return "not_connected" if isinstance(fault, NotConnected) else "broken"
