"""May it be told? Needs the answer, before a byte of it is passed on and before values are put back: guards see what the
provider has said. Refuses with 403 (or ends a stream) what one of them blocks, and with 503 what one could not read and
must.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import structs

from gateway.call import Call, Served
from gateway.dialects.interface import SSE
from gateway.errors import Refused
from gateway.guarding import AskModel, asked, note, read_by, record, refused, settle, unable
from gateway.guards.answer_texts import said
from gateway.guards.asking import MOST_CHARS
from gateway.guards.finding import Text
from gateway.guards.guard import Guard
from gateway.guards.part import Gathered, Tally, Vetting
from gateway.guards.verdict import Read, size
from gateway.holding import facts_of
from gateway.privacy.text_leaves import Leaves
from gateway.runtime import Runtime
from gateway.streams.answers import SAID_ANSWERS, SAID_DELTAS
from gateway.streams.guard import GuardedStream, without_probabilities
from gateway.streams.held import HeldStream
from gateway.streams.passing import Passing

_MOST_HELD_BYTES: Final = 16 * 1024 * 1024
_REPEATED: Final = b"ogprobs"
_WORDLESS: Final = frozenset({"embed", "count", "moderate"})
"""Operations whose answers are numbers."""


async def enter(call: Call, runtime: Runtime, ask_model: AskModel) -> None:
    """Only under a policy with guardrails. Of a stream it begins here; `conclude` ends it."""
    served = call.served
    guards = () if call.dialect.operation in _WORDLESS else decide(call, runtime)
    if not guards or served is None:
        return
    streamed = call.asked is not None and call.asked.stream
    if served.reader is None and streamed and served.content_type.startswith(call.dialect.stream_type):
        await _told_as_stream(call, runtime, served, guards, ask_model)
    elif served.reader is None:
        served.body = await _whole(call, runtime, served.body or b"", guards, ask_model)
    elif isinstance(served.reader, Passing) or call.dialect.api not in SAID_DELTAS:
        call.vetting = Vetting([Tally(guard, found=Counter()) for guard in guards])
        call.unread = tuple(dict.fromkeys((*call.unread, "answer")))
    else:
        call.vetting = _vetting(guards)
        stream = _guarded(call, served, call.vetting)
        served.first = stream.told(served.first)
        served.reader = stream


async def conclude(call: Call, runtime: Runtime, ask_model: AskModel) -> None:
    """All of a stream has come: what is held of it is judged, and those who must see all of it are asked. Its end
    is still to be sent."""
    vetting, served = call.vetting, call.served
    if vetting is None or served is None or served.reader is None:
        return
    _ = served.reader.terminator  # the last words are in it
    if vetting.gathered is not None:
        await _ask(call, runtime, vetting, ask_model)


def leave(call: Call, runtime: Runtime) -> None:
    """Idempotent. Of a stream what was read, of how much, and what was found, into the record."""
    vetting, served = call.vetting, call.served
    if vetting is None:
        return
    call.vetting = None
    total = vetting.total_bytes
    if not total and served is not None and served.reader is not None:
        total = served.reader.output_bytes
    for tally in vetting.tallies:
        rule = tally.guard.rule
        record(
            call,
            runtime,
            tally.guard,
            read_bytes=tally.read_bytes,
            total_bytes=max(total, tally.read_bytes),
            found=tally.found,
            failed=tally.failed,
        )
        if not (tally.found and rule.action == "block") and not (tally.failed and rule.on_failure == "block"):
            note(call, rule, tally.found, tally.failed)


def decide(call: Call, runtime: Runtime) -> tuple[Guard, ...]:
    """Those that are about the answer: of a fallback those about it, and those about the model that was asked for."""
    all_of_them, served = runtime.guards.of(call.policy), call.served
    guards = all_of_them.output
    if not guards or served is None:
        return ()
    facts, _ = facts_of(call, served.candidate, all_of_them.output_asks)
    named = facts if call.asked is None else structs.replace(facts, model=call.asked.model or None)
    return tuple(
        [guard for guard in guards if guard.rule.match.matches(facts) or guard.rule.match.matches(named)]
    )


def _vetting(guards: Sequence[Guard]) -> Vetting:
    asks = any(guard.asks is not None for guard in guards)
    tallies = [Tally(guard, found=Counter()) for guard in guards]
    return Vetting(tallies, Gathered(MOST_CHARS) if asks else None)


def _guarded(call: Call, served: Served, vetting: Vetting) -> GuardedStream | HeldStream:
    array = call.dialect.stream_type != SSE
    reader = served.reader if served.reader is not None else Passing()
    stream = GuardedStream(reader, SAID_DELTAS[call.dialect.api], vetting, _stop, array=array)
    waits = any(
        tally.guard.asks is not None and "block" in (tally.guard.rule.action, tally.guard.rule.on_failure)
        for tally in vetting.tallies
    )
    return HeldStream(stream, array=array, most_bytes=_MOST_HELD_BYTES) if waits else stream


def _stop(tally: Tally) -> Refused:
    rule = tally.guard.rule
    return refused(rule, tally.found) if tally.failed is None else unable(rule)


async def _ask(call: Call, runtime: Runtime, vetting: Vetting, ask_model: AskModel) -> None:
    assert vetting.gathered is not None
    text = vetting.gathered.text
    asking = [tally for tally in vetting.tallies if tally.guard.asks is not None]
    answers = (
        [asked(tally.guard, [text], call, runtime, ask_model) for tally in asking] if text.strip() else []
    )
    for tally, (found, failed) in zip(asking, await asyncio.gather(*answers), strict=False):
        tally.found, tally.failed = Counter(found), failed
        tally.read_bytes = 0 if failed else size([Text(text, "assistant")])
    for tally in asking:
        rule = tally.guard.rule
        if (tally.failed and rule.on_failure == "block") or (tally.found and rule.action == "block"):
            raise _stop(tally)


async def _told_as_stream(
    call: Call, runtime: Runtime, served: Served, guards: Sequence[Guard], ask_model: AskModel
) -> None:
    """A whole answer that is told as a stream."""
    vetting = call.vetting = _vetting(guards)
    array = call.dialect.stream_type != SSE
    stream = GuardedStream(Passing(), SAID_DELTAS[call.dialect.api], vetting, _stop, array=array)
    served.body = stream.feed(served.body or b"") + stream.finish()
    if vetting.gathered is not None:
        await _ask(call, runtime, vetting, ask_model)


async def _whole(
    call: Call, runtime: Runtime, body: bytes, guards: Sequence[Guard], ask_model: AskModel
) -> bytes:
    if _REPEATED in body and any(guard.rule.action == "redact" for guard in guards):
        body = _without_probabilities(body)
    says = said(call.dialect.api, body)
    leaves = _leaves(body, call.dialect.api)
    texts: Sequence[Text] = [
        Text(text, "assistant") for text in (leaves.texts if leaves else [_decoded(body)])
    ]
    total = size(texts)
    for guard in guards:
        if guard.asks is None:
            done = await read_by(guard, texts, leaves.fixed if leaves else (), said=says)
            texts = done.texts
            settle(call, runtime, done, total)
    asking = [guard for guard in guards if guard.asks is not None]
    if asking and says:
        says = said(call.dialect.api, leaves.written([each.text for each in texts])) if leaves else says
        await _ask_of_whole(
            call, runtime, asking, [Text(text, "assistant") for text in says], total, ask_model
        )
    told = [each.text for each in texts]
    return leaves.written(told) if leaves else body if told[0] == _decoded(body) else told[0].encode()


async def _ask_of_whole(
    call: Call,
    runtime: Runtime,
    asking: Sequence[Guard],
    texts: Sequence[Text],
    total: int,
    ask_model: AskModel,
) -> None:
    answers = [asked(guard, [each.text for each in texts], call, runtime, ask_model) for guard in asking]
    for guard, (found, failed) in zip(asking, await asyncio.gather(*answers), strict=True):
        settle(call, runtime, Read.of_others(guard, texts, found, failed), total)


def _leaves(body: bytes, api: str) -> Leaves | None:
    """None: it is no JSON, and all of it is one text."""
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except (ValueError, RecursionError):
        return None
    return Leaves(body, SAID_ANSWERS.get(api))


def _decoded(body: bytes) -> str:
    return body.decode("utf-8", "replace")


def _without_probabilities(body: bytes) -> bytes:
    try:
        told = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return body
    return msgspec.json.encode(told) if without_probabilities(told) else body
