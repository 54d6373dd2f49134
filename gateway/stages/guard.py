"""May it be asked? Needs the plan; reads the texts of the request by the guardrails about it. Refuses with 403 what one
of them blocks, and with 503 what one could not read and must. What is redacted is out of the request for every candidate.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from msgspec import structs

from gateway.call import Call, Candidate, Plan
from gateway.dialects.hub.features import Misfit
from gateway.dialects.interface import Asked, BadBody, Dialect
from gateway.dialects.speech import Speeches
from gateway.errors import Kind, Problem, Refused
from gateway.guarding import INPUT, AskModel, asked, read_by, settle
from gateway.guards.finding import Text
from gateway.guards.guard import Guard
from gateway.guards.sources import with_sources
from gateway.guards.verdict import Read
from gateway.holding import facts_of
from gateway.reading import Reading, reading_of, rules_of
from gateway.runtime import Runtime

Protect = Callable[[Call, Runtime, Candidate, Dialect, Asked], Awaitable[Asked]]


async def enter(call: Call, runtime: Runtime, ask_model: AskModel) -> None:
    """Only under a policy with guardrails."""
    assert call.plan is not None and call.asked is not None
    guards = decide(call, runtime, call.plan.candidates[0], call.asked, call.dialect)
    if not guards:
        return
    reading, said = await _read(call, runtime, guards, call.asked, call.dialect, ask_model)
    if said is call.asked:
        call.reading = reading
        return
    call.asked = said
    call.plan = _spoken(call, call.plan, said)


def before(protect: Protect, ask_model: AskModel) -> Protect:
    """`protect`, of requests inside a batch that their guards have let pass."""

    async def guarded(
        call: Call, runtime: Runtime, candidate: Candidate, dialect: Dialect, asked: Asked
    ) -> Asked:
        if call.policy.guardrails:
            guards = decide(call, runtime, candidate, asked, dialect)
            if guards:
                _, asked = await _read(call, runtime, guards, asked, dialect, ask_model)
        return await protect(call, runtime, candidate, dialect, asked)

    return guarded


def decide(
    call: Call, runtime: Runtime, candidate: Candidate, asked: Asked, dialect: Dialect
) -> tuple[Guard, ...]:
    """Those that are about it. Where it will go is not known to them."""
    all_of_them = runtime.guards.of(call.policy)
    guards = all_of_them.input
    if not guards:
        return ()
    facts, _ = facts_of(call, candidate, all_of_them.input_asks)
    facts = structs.replace(facts, model=asked.model or None, api=dialect.api)
    return tuple([guard for guard in guards if guard.rule.match.matches(facts)])


async def _read(
    call: Call,
    runtime: Runtime,
    guards: Sequence[Guard],
    body: Asked,
    dialect: Dialect,
    ask_model: AskModel,
) -> tuple[Reading, Asked]:
    """What was read, and what is asked by now: of several guards each reads what those before it have left."""
    try:
        reading = await reading_of(body, dialect)
    except OSError as gone:
        runtime.journal.fault("guard", call.id, gone)
        message = "what was uploaded can't be read any more; send it again"
        raise Refused(Problem(Kind.UNAVAILABLE, message, code="upload"), stage=INPUT, rule="upload") from None
    texts: Sequence[Text] = with_sources(reading.texts, body.raw, rules_of(dialect))
    for guard in guards:
        if guard.asks is None:
            done = await read_by(guard, texts, reading.fixed)
            texts = done.texts
            settle(call, runtime, done, reading.total_bytes)
    asking = [guard for guard in guards if guard.asks is not None]
    others = [_others(guard, texts, call, runtime, ask_model) for guard in asking]
    for done in await asyncio.gather(*others):
        settle(call, runtime, done, reading.total_bytes)
    return reading, reading.written([each.text for each in texts])


async def _others(
    guard: Guard, texts: Sequence[Text], call: Call, runtime: Runtime, ask_model: AskModel
) -> Read:
    seen = [each for each in texts if each.source in guard.sources]
    found, failed = await asked(guard, [each.text for each in seen], call, runtime, ask_model)
    return Read.of_others(guard, seen, found, failed)


def _spoken(call: Call, plan: Plan, said: Asked) -> Plan:
    """The same candidates, with what is asked by now told to their providers."""
    speeches = Speeches(call.dialect, call.family, said)
    candidates: list[Candidate] = []
    for candidate in plan.candidates:
        if candidate.speech.translation is not None or candidate.speech.left_out is not None:
            provider = candidate.target.provider
            try:
                speech = speeches.to(provider.dialect, provider.apis)
            except (Misfit, BadBody):
                speech = None
            if speech is None:
                continue
            candidate = structs.replace(candidate, speech=speech)
        candidates.append(candidate)
    if not candidates:
        message = "without what a guardrail takes out, it is no request that a provider can be asked"
        problem = Problem(Kind.INVALID_REQUEST, message, code="guardrail_not_writable", should_retry=False)
        raise Refused(problem, stage=INPUT, rule="translate")
    return Plan(tuple(candidates))
