"""What is kept of a call's content: a tape while it goes on, sealed for its people when it has ended.

Nothing of it refuses a call: content that can't be kept is not kept, and the record says so.
"""

from __future__ import annotations

from gateway.audit.content import Kept, Sealer, Tape, beginning
from gateway.audit.entry import Content, time_text
from gateway.call import Call
from gateway.errors import GatewayError
from gateway.holding import facts_of
from gateway.policy.models.audit import Content as Mode
from gateway.runtime import Runtime
from gateway.stores.contents import ContentRow
from gateway.upstream.interface import Incoming, Outgoing

_STAGE = "record"
_RULE = "content"


async def prepare(call: Call, runtime: Runtime) -> None:
    """Before it is sent: a key for its people, and a tape for what it gets. For policies that keep content."""
    assert call.caller is not None
    people = tuple(one for one in (call.caller.user, call.end_user) if one is not None)
    try:
        sealer = await runtime.contents.sealer(people, f"{call.caller.auth}:{call.caller.key}")
    except GatewayError:
        call.note(_STAGE, _RULE, "flag", "no content is kept: there is no key for it now")
        return
    call.tape, call.sealer = Tape(), sealer


def sealed(call: Call, runtime: Runtime) -> Content:
    """Keep it, once the call has ended; what its outcome says of that."""
    sealer = call.sealer
    if sealer is None or not call.attempts:
        return Content()
    mode = mode_of(call)
    if mode == "none":
        return Content()
    kept = _as_got(call) if mode == "sealed" else _as_exchanged(call)
    if kept is None:
        call.note(_STAGE, _RULE, "flag", "no content is kept: no privacy rule has redacted it")
        return Content()
    ref, text = sealer.seal(call.id, mode, kept)
    try:
        runtime.contents.keep(_row(call, sealer, ref, mode, text))
    except OSError:
        call.note(_STAGE, _RULE, "flag", "no content is kept: it can't be written")
        return Content()
    return Content(mode=mode, ref=ref)


def mode_of(call: Call) -> Mode:
    """By the rules that are about it, as it was sent in the end."""
    audit = call.policy.audit
    if not audit.rules:
        return audit.content
    assert call.plan is not None
    return audit.content_of(facts_of(call, call.sent_to or call.plan.candidates[0], audit.asks)[0])


class Overheard:
    """gateway.upstream.interface.Incoming, with a tape of what the provider says."""

    __slots__ = ("_incoming", "_tape", "headers", "status")

    def __init__(self, incoming: Incoming, tape: Tape) -> None:
        self._incoming = incoming
        self._tape = tape
        self.status = incoming.status
        self.headers = incoming.headers

    async def next_chunk(self) -> bytes:
        chunk = await self._incoming.next_chunk()
        self._tape.add(chunk)
        return chunk

    async def read(self, cap_bytes: int) -> bytes:
        body = await self._incoming.read(cap_bytes)
        self._tape.add(body)
        return body

    def close(self) -> None:
        self._incoming.close()


def overheard(call: Call, outgoing: Outgoing, incoming: Incoming) -> Incoming:
    """What goes to a provider and what it says: of several tries the last."""
    tape = Tape()
    call.exchanged = (outgoing.body if isinstance(outgoing.body, bytes) else b"", tape)
    return Overheard(incoming, tape)


def _as_exchanged(call: Call) -> Kept | None:
    """As privacy left it: what the provider was sent, and what it said before anything was put back. None: where no
    privacy is in force, nothing was redacted."""
    sent_to, exchanged = call.sent_to, call.exchanged
    if sent_to is None or sent_to.cleared is None or exchanged is None:
        return None
    sent, tape = exchanged
    return Kept(
        sent=beginning(sent),
        got=tape.kept,
        sent_bytes=len(sent),
        got_bytes=tape.size_bytes,
        content_type="" if call.served is None else call.served.content_type,
    )


def _as_got(call: Call) -> Kept:
    got, size_bytes, served = b"", 0, call.served
    if served is not None and served.reader is None:
        body = served.body or b""
        got, size_bytes = beginning(body), len(body)
    elif call.tape is not None:
        got, size_bytes = call.tape.kept, call.tape.size_bytes
    return Kept(
        sent=beginning(call.body),
        got=got,
        sent_bytes=len(call.body),
        got_bytes=size_bytes,
        content_type="" if served is None else served.content_type,
    )


def _row(call: Call, sealer: Sealer, ref: str, mode: str, text: bytes) -> ContentRow:
    caller = call.caller
    assert caller is not None
    anonymous = caller.user is None and call.end_user is None
    return ContentRow(
        call=call.id,
        ref=ref,
        mode=mode,
        at=time_text(call.at_ms),
        team=caller.team,
        user=caller.user,
        end_user=call.end_user,
        key=sealer.subjects[0] if anonymous else None,
        sealed=text,
    )
