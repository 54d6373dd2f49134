"""What is in it that may not go out? Needs the plan; reads every text once for all of its candidates.

Each candidate is cleared by the privacy rules about it: what it is sent is written anew where they say so, and it
leaves the plan where they bar it. Refuses a plan that is empty then with 403; with 503 what could not be read, with
413 what is too long for that, and with 400 what is with a provider already.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import parse_qsl

from msgspec import structs

from gateway.call import Call, Candidate, Cleared, Plan
from gateway.clearing import Clearing, Found, history
from gateway.dialects.hub.features import Misfit
from gateway.dialects.interface import Asked, BadBody, Dialect
from gateway.dialects.speech import Speeches
from gateway.errors import GatewayError, Kind, Problem, Refused
from gateway.evidence import note_check, told_claims
from gateway.holding import facts_of
from gateway.policy.protection import Protection
from gateway.privacy.faults import MissingModel, NotCovered, NotRead
from gateway.privacy.placeholders import Issued
from gateway.privacy.profile import Profile, looked_for
from gateway.reading import Reading, reading_of
from gateway.runtime import Runtime
from gateway.stores.interfaces import StoreUnavailable

Instead = Callable[[Call, Runtime, str], Plan | None]

_CHECK: Final = "privacy"
_AT_ONCE_BYTES: Final = 32 * 1024
"""So much is written anew on the event loop: at most 10 ms."""


async def enter(call: Call, runtime: Runtime, instead: Instead) -> None:
    """Only under a policy with privacy. `instead` plans for another model, as a budget may want it later."""
    assert call.plan is not None and call.asked is not None
    names = sorted({entry.downgrade for entry in call.policy.entries if entry.downgrade})
    others = {name: plan for name in names if (plan := instead(call, runtime, name)) is not None}
    asked_for = _protections(call, [call.plan, *others.values()])
    clearing: Clearing | None = None
    if asked_for:
        call.reading = call.reading or await _reading(call, runtime, call.asked, call.dialect)
        clearing = await _clearing(call, runtime, call.dialect, call.asked, call.reading, asked_for)
        await _query(call, runtime, asked_for)
    await told_claims(call, runtime, asked_for)
    call.inspected = True
    call.plan = _cleared(call, call.plan, clearing)
    call.instead = {name: _cleared_instead(call, plan, clearing) for name, plan in others.items()}


async def protect(
    call: Call, runtime: Runtime, candidate: Candidate, dialect: Dialect, asked: Asked
) -> Asked:
    """A request inside a batch, as it may be sent to the candidate of the batch. Refused as a call would be. Writes
    `call.given`: the placeholders that are to be restored in its answer."""
    protection = _protection_inside(call, candidate, dialect, asked)
    if protection is None:
        return asked
    reading = await _reading(call, runtime, asked, dialect)
    clearing = await _clearing(call, runtime, dialect, asked, reading, [protection])
    verdict = clearing.of(protection)
    if verdict.cleared is None:
        assert verdict.refused is not None
        raise verdict.refused
    answered = dialect.operation != "keep"
    call.given = verdict.cleared.issued if protection.restores and answered else None
    return verdict.cleared.asked or asked


def inspected(instead: Instead) -> Instead:
    """As `instead`; of a call that was inspected, where it leads to was inspected too."""

    def chosen(call: Call, runtime: Runtime, asked_for: str) -> Plan | None:
        return instead(call, runtime, asked_for) if call.instead is None else call.instead.get(asked_for)

    return chosen


def protection_of(call: Call, candidate: Candidate) -> Protection | None:
    """Of a fallback what is asked of it, and of the model that the caller named: a rule about that is about
    whoever serves it."""
    privacy = call.policy.privacy
    if privacy is None:
        return None
    facts, _ = facts_of(call, candidate, privacy.asks)
    named = None if call.asked is None else call.asked.model
    if not named or candidate.asked_for in ("", named):
        return privacy.protection_for(facts)
    return privacy.protection_for(facts, structs.replace(facts, model=named))


def _protection_inside(call: Call, candidate: Candidate, dialect: Dialect, asked: Asked) -> Protection | None:
    """Of a request inside a batch: what is asked of it by itself, and of the batch."""
    privacy = call.policy.privacy
    if privacy is None:
        return None
    facts, _ = facts_of(call, structs.replace(candidate, asked_for=asked.model), privacy.asks)
    return privacy.protection_for(facts, structs.replace(facts, api=dialect.api))


def _protections(call: Call, plans: Sequence[Plan]) -> list[Protection]:
    """Each once, in the order of the candidates."""
    found = [protection_of(call, candidate) for plan in plans for candidate in plan.candidates]
    return list(dict.fromkeys(one for one in found if one is not None))


def _cleared_instead(call: Call, plan: Plan, clearing: Clearing | None) -> Plan | None:
    try:
        return _cleared(call, plan, clearing)
    except Refused:
        return None


def _cleared(call: Call, plan: Plan, clearing: Clearing | None) -> Plan:
    """The candidates that may be sent it. Refused, as the first of them, if there are none."""
    kept: list[Candidate] = []
    why: Refused | None = None
    speeches: dict[int, Speeches] = {}
    noted: set[Protection | None] = set()
    for candidate in plan.candidates:
        protection = protection_of(call, candidate)
        if protection is None or clearing is None:
            kept.append(structs.replace(candidate, cleared=Cleared(None)))
            continue
        verdict = clearing.of(protection)
        try:
            if verdict.cleared is None:
                assert verdict.refused is not None
                raise verdict.refused
            kept.append(_spoken(call, candidate, verdict.cleared, speeches))
        except Refused as refused:
            why = why or refused
            call.note("inspect", refused.rule, "flag", f"not to {candidate.target.name}: {refused}")
            continue
        if protection not in noted:
            noted.add(protection)
            for word, reason in verdict.notes:
                call.note("inspect", "+".join(protection.rules), word, reason or None)
    if not kept:
        assert why is not None
        raise why
    return Plan(tuple(kept))


def _spoken(call: Call, candidate: Candidate, cleared: Cleared, speeches: dict[int, Speeches]) -> Candidate:
    """As its provider is told what was written anew."""
    speech = candidate.speech
    if cleared.asked is None or (speech.translation is None and speech.left_out is None):
        return structs.replace(candidate, cleared=cleared)
    known = speeches.get(id(cleared.asked))
    if known is None:
        known = speeches[id(cleared.asked)] = Speeches(call.dialect, call.family, cleared.asked)
    provider = candidate.target.provider
    try:
        said = known.to(provider.dialect, provider.apis)
    except (Misfit, BadBody):
        said = None
    if said is None:
        message = "without what may not go out, it is no request that this provider can be asked"
        raise _refused(Kind.INVALID_REQUEST, "translate", message, "privacy_not_writable")
    return structs.replace(candidate, cleared=cleared, speech=said)


async def _reading(call: Call, runtime: Runtime, asked: Asked, dialect: Dialect) -> Reading:
    try:
        return await reading_of(asked, dialect)
    except OSError as gone:
        runtime.journal.fault("inspect", call.id, gone)
        message = "what was uploaded can't be read any more; send it again"
        raise _refused(Kind.UNAVAILABLE, "upload", message, "upload") from None


async def _clearing(
    call: Call,
    runtime: Runtime,
    dialect: Dialect,
    asked: Asked,
    reading: Reading,
    asked_for: Sequence[Protection],
) -> Clearing:
    """What any of them looks for is found now; the same only once."""
    assert call.caller is not None
    tenant = call.caller.tenant
    found: dict[Profile, Found | GatewayError] = {}
    for protection in asked_for:
        profile = looked_for(protection)
        if protection.entities and profile not in found:
            try:
                found[profile] = await runtime.detection.spans(reading.texts, profile, tenant)
            except (NotRead, NotCovered, MissingModel) as fault:
                runtime.journal.fault("inspect", call.id, fault)
                found[profile] = fault
    keeps = dialect.operation == "keep"
    before = None
    if asked.held and not keeps and any(one.redacts for one in asked_for):
        before = await _before(call, runtime, asked, tenant)
    key = runtime.detection.hash_key(tenant)
    clearing = Clearing(asked, reading, found, key, keeps=keeps, before=before)
    if reading.read_bytes > _AT_ONCE_BYTES:
        await asyncio.to_thread(clearing.judge, asked_for)
    mode = "allow" if all(one.fails_open for one in asked_for) else "block"
    note_check(
        call, _CHECK, runtime.detection.version, reading, clearing.counts, mode=mode, failed=clearing.failed
    )
    return clearing


async def _before(call: Call, runtime: Runtime, asked: Asked, tenant: str) -> Issued | None:
    """The placeholders of earlier turns that a provider keeps; None: nobody knows them, or there are none."""
    ids = list(history(asked).values())
    if len(ids) != 1:
        return None
    try:
        values = await runtime.vault.find(tenant, ids[0])
    except StoreUnavailable:
        message = "what stands for names in the earlier turns can't be looked up right now; try again"
        raise _refused(Kind.UNAVAILABLE, "store", message, "store_unavailable") from None
    return None if values is None else Issued(values)


async def _query(call: Call, runtime: Runtime, asked_for: Sequence[Protection]) -> None:
    """Parameters go to a provider as they came, so what may not go out may not stand in them."""
    assert call.asked is not None and call.caller is not None
    texts = [text for pair in parse_qsl(call.asked.query) for text in pair]
    for protection in asked_for if texts else ():
        if protection.entities:
            try:
                found = await runtime.detection.spans(texts, looked_for(protection), call.caller.tenant)
            except (NotRead, NotCovered, MissingModel):
                message = "what it holds could not be read for personal data, so it is not sent"
                raise _refused(Kind.UNAVAILABLE, "query", message, "privacy_unavailable") from None
            kinds = sorted({span.type for spans in found for span in spans})
            if kinds:
                message = f"a parameter of the query holds what may not go to a provider: {', '.join(kinds)}"
                raise _refused(Kind.INVALID_REQUEST, "query", message, "privacy_blocked")


def _refused(kind: Kind, rule: str, message: str, code: str) -> Refused:
    return Refused(Problem(kind, message, code=code, should_retry=False), stage="inspect", rule=rule)
