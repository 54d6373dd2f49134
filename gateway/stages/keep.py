"""Whose is what the answer tells of? Needs the answer, before a byte of it is passed on.

What is new gets its owner, what is gone loses it, and a list loses what is others'. Refuses with 503 an
answer whose objects can't be given their owner: one that is told of must be the caller's for good.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final

from gateway.call import Call, Served
from gateway.dialects.interface import Asked, Keeping, StreamReader
from gateway.dialects.kept import Listing, Made
from gateway.errors import Kind, Problem, Refused
from gateway.remembering import remember, remember_results
from gateway.runtime import Runtime
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.ownership import KeptObject, Place

MOST_KNOWN: Final = 1000
"""Objects of a tenant that are counted, to know when all of them have been listed."""
_MOST_NOTED: Final = 16

Begun = Callable[[StreamReader], tuple[Made, ...]]
Ask = Callable[[Call, Runtime], Awaitable[None]]


async def enter(call: Call, runtime: Runtime, ask: Ask) -> None:
    """Nothing to do for an answer that no provider keeps. `ask` sends the call's request once more, with
    the query that `call.asked` has then."""
    served, keeping = call.served, call.dialect.keeping
    if keeping is None or served is None or not _is_kept(call, served, keeping):
        return
    try:
        if keeping.listing is not None:
            await _only_own(call, runtime, keeping.listing, ask)
        if served.reader is not None and keeping.begun is not None:
            await _until_named(served, served.reader, call, runtime, keeping.begun)
        await _keep(call, runtime, keeping)
    except StoreUnavailable:
        problem = Problem(
            Kind.UNAVAILABLE,
            "whose this is can't be written down right now, so the answer is withheld",
            code="store_unavailable",
            should_retry=False,
        )
        raise Refused(problem, stage="keep", rule="store") from None


def decide(asked: Asked, served: Served, keeping: Keeping) -> tuple[Made, ...]:
    """What an answer tells of, whole or begun."""
    if served.reader is None:
        return keeping.made(asked, served.body or b"")
    return () if keeping.begun is None else keeping.begun(served.reader)


def _is_kept(call: Call, served: Served, keeping: Keeping) -> bool:
    """Echo keeps nothing, and what is translated was never the provider's."""
    speech, provider = served.candidate.speech, served.candidate.target.provider
    if speech.translation is not None or provider.dialect == "echo":
        return False
    assert call.asked is not None and call.grant is not None
    return keeping.keeps(call.asked, call.grant.role.allows_privilege("store"))


async def _until_named(
    served: Served, reader: StreamReader, call: Call, runtime: Runtime, begun: Begun
) -> None:
    """Most streams name their object in the first event. Until then nothing of it is passed on; one that
    comes to its content without a name makes none."""
    while not (begun(reader) or reader.complete or reader.fault or reader.output_events):
        waiting = runtime.clock.monotonic()
        try:
            chunk = await served.incoming.next_chunk()
        finally:
            call.timing.upstream_s += runtime.clock.monotonic() - waiting
        served.first += reader.feed(chunk) if chunk else reader.finish()
        if not chunk:
            break


async def _keep(call: Call, runtime: Runtime, keeping: Keeping) -> None:
    served = call.served
    assert served is not None and call.caller is not None and call.asked is not None
    tenant, place = call.caller.tenant, Place(served.candidate.target.provider.name, served.credential)
    made = decide(call.asked, served, keeping)
    if made:
        rows = [KeptObject(tenant, place, one.id, one.kind, call.at_ms, call.id) for one in made]
        if not await runtime.objects.claim(tenant, rows):
            message = "the provider named an object that is another's, so the answer is withheld"
            problem = Problem(Kind.UNAVAILABLE, message, code="not_owned", should_retry=False)
            raise Refused(problem, stage="keep", rule="owner")
        if call.policy.privacy is not None:
            await remember(call, runtime, made)
            await remember_results(call, runtime)
        _note(call, keeping, [one.id for one in made])
    if keeping.removed is not None:
        gone = call.asked.held[0].id
        _note(call, keeping, [gone])
        with suppress(StoreUnavailable):  # whoever asks for it again is told by the provider
            await runtime.objects.forget(tenant, place.provider, gone)
            if call.policy.privacy is not None:
                await runtime.vault.forget(tenant, gone)
    if keeping.retold is not None and served.body is not None:
        served.body = keeping.retold(served.body)


async def _only_own(call: Call, runtime: Runtime, listing: Listing, ask: Ask) -> None:
    """Page after page, until the caller's own is full or the list at its end."""
    assert call.served is not None and call.caller is not None and call.asked is not None
    tenant, provider = call.caller.tenant, call.served.candidate.target.provider.name
    left: int | None = None
    if listing.kind is not None:
        known = await runtime.objects.list(tenant, provider, listing.kind, MOST_KNOWN + 1)
        left = len(known) if len(known) <= MOST_KNOWN else None
    while True:
        ids = listing.read(call.served.body or b"")
        mine = await _own_of(ids, runtime, tenant, provider) if listing.kind is not None else frozenset(ids)
        listing.take(mine, left)
        if listing.done:
            break
        call.asked.query = listing.query
        await ask(call, runtime)
    if listing.astray is not None:
        message = f"there is nothing of this id here: '{listing.astray}'"
        problem = Problem(Kind.NOT_FOUND, message, code="not_found", param=listing.astray, should_retry=False)
        raise Refused(problem, stage="keep", rule="cursor")
    call.served.body = listing.written()


async def _own_of(ids: Sequence[str], runtime: Runtime, tenant: str, provider: str) -> frozenset[str]:
    found = await runtime.objects.find(tenant, ids)
    return frozenset(one.id for one in found if one.place.provider == provider)


def _note(call: Call, keeping: Keeping, ids: Sequence[str]) -> None:
    for one in ids[:_MOST_NOTED]:
        call.note("keep", keeping.deed, "allow", one)
