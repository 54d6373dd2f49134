"""What do the placeholders in the answer stand for? Needs the answer, before a byte of it is passed on. Refuses nothing.

What a whole answer says of itself, before anything is put back, is searched by the rules about the request, for the
record; a stream is not.

The caller reads its own values again, in its own API, however a stream is cut. What a screen would fetch by itself
keeps its placeholders, and so does a placeholder that nobody gave out: both are counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final, NamedTuple

from gateway.call import Call, Cleared, Served
from gateway.dialects.interface import SSE, Keeping
from gateway.evidence import note_check
from gateway.guards.answer_texts import said
from gateway.policy.protection import Protection
from gateway.privacy import text_leaves_openai as openai
from gateway.privacy.faults import NotRead
from gateway.privacy.inside import by_request
from gateway.privacy.placeholders import Issued
from gateway.privacy.profile import looked_for
from gateway.runtime import Runtime
from gateway.stores.interfaces import StoreUnavailable
from gateway.streams.answers import ANSWERS, DELTAS
from gateway.streams.passing import Passing
from gateway.streams.restore import Counts
from gateway.streams.restore_answer import restored_body
from gateway.streams.restore_lines import RestoringLines
from gateway.streams.restore_stream import RestoringStream

_CHECK: Final = "privacy_of_answer"
_ITEMS: Final = "responses.input_items"
_READ_AGAIN: Final = frozenset({"responses.read", "responses.cancel", _ITEMS})
"""Of an answer that a provider keeps."""
_RESULTS: Final = frozenset({"files.download", "message_batches.results"})
"""Of a batch, perhaps."""


async def enter(call: Call, runtime: Runtime) -> None:
    """Write `call.restored`, and the answer as the caller reads it. Nothing to do for most: no placeholder was sent."""
    served = call.served
    if served is None or served.candidate.cleared is None:
        return
    await _search(call, runtime, served, served.candidate.cleared.protection)
    if not _restores(served.candidate.cleared):
        return
    if call.dialect.keeping is not None and call.dialect.keeping.deed in _RESULTS:
        await _results(call, runtime, served)
        return
    issued = served.candidate.cleared.issued
    if issued is None and call.dialect.keeping is not None:
        issued = await _kept(call, runtime, call.dialect.keeping)
    if issued is None:
        return
    call.restored = Counts()
    if served.reader is None:
        served.body = decide(call, served, issued, call.restored)
    elif not isinstance(served.reader, Passing) and call.dialect.api in DELTAS:
        stream = RestoringStream(
            served.reader, DELTAS[call.dialect.api], issued, call.restored, array=_is_array(call)
        )
        served.first = stream.told(served.first)
        served.reader = stream


async def _search(call: Call, runtime: Runtime, served: Served, protection: Protection | None) -> None:
    """What the provider says of its own accord: its kinds, counted."""
    if protection is None or not protection.entities or not served.body or call.dialect.api not in DELTAS:
        return
    assert call.caller is not None
    texts, counts, failed = said(call.dialect.api, served.body), Counter[str](), False
    if not texts:
        return
    try:
        found = await runtime.detection.spans(texts, looked_for(protection), call.caller.tenant)
        counts.update(span.type for spans in found for span in spans)
    except NotRead:
        failed = True
    read = _Said(sum(map(len, map(str.encode, texts))))
    version = runtime.detection.version
    note_check(call, _CHECK, version, read, counts, mode="allow", failed=failed, whole="answer")


class _Said(NamedTuple):
    """A whole answer as it was read."""

    read_bytes: int
    unread: tuple[str, ...] = ()

    @property
    def total_bytes(self) -> int:
        return self.read_bytes


def leave(call: Call, runtime: Runtime) -> None:
    """Idempotent. What was restored, and what was not, into the trail."""
    counts, served = call.restored, call.served
    if counts is None or served is None:
        return
    call.restored = None
    if served.reader is not None and served.reader.complete:
        _ = served.reader.terminator  # the last words are in it
    left = [
        f"{count} {where}"
        for count, where in ((counts.unsafe, "in addresses"), (counts.unknown, "unknown"))
        if count
    ]
    reason = ", ".join([f"{counts.restored} restored", *(f"{each} left" for each in left)])
    call.note("restore", "placeholders", "flag" if left else "change", reason)


def decide(call: Call, served: Served, issued: Issued, counts: Counts) -> bytes:
    """A whole answer, or a whole one that is told as a stream."""
    body = served.body or b""
    streamed = (
        call.asked is not None and call.asked.stream and served.candidate.speech.translation is not None
    )
    if streamed:
        told = RestoringStream(Passing(), DELTAS[call.dialect.api], issued, counts, array=_is_array(call))
        return told.feed(body) + told.finish()
    rules = ANSWERS.get(call.dialect.api)
    if call.dialect.keeping is not None and call.dialect.keeping.deed == _ITEMS:
        rules = openai.RESPONSES_ITEMS
    return restored_body(body, rules, issued, counts)


def _restores(cleared: Cleared) -> bool:
    return cleared.protection is None or cleared.protection.restores


async def _kept(call: Call, runtime: Runtime, keeping: Keeping) -> Issued | None:
    """The placeholders of a stored answer that is read again. None: there are none, or nobody can say now."""
    values = await _found(call, runtime) if keeping.deed in _READ_AGAIN else None
    return Issued(values) if values else None


async def _results(call: Call, runtime: Runtime, served: Served) -> None:
    """Of a file that may be the results of a batch."""
    values = await _found(call, runtime) if isinstance(served.reader, Passing) else None
    if values and served.reader is not None and not served.reader.complete:
        call.restored = Counts()
        lines = RestoringLines(served.reader.usage, by_request(values), call.restored)
        served.first, served.reader = lines.feed(served.first), lines


async def _found(call: Call, runtime: Runtime) -> Mapping[str, str] | None:
    """What the vault has of the object that is read."""
    assert call.asked is not None and call.caller is not None
    try:
        return await runtime.vault.find(call.caller.tenant, call.asked.held[0].id)
    except StoreUnavailable:
        call.note("restore", "store", "flag", "placeholders stay: what they stand for can't be looked up now")
        return None


def _is_array(call: Call) -> bool:
    """Gemini's streams without server-sent events."""
    return call.dialect.stream_type != SSE
