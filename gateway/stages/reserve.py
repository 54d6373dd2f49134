"""Is there room? Takes one hold, at most one ledger round trip. Gives it back, once, when settled. Refuses with 429,
with 400 what there never is room for, and with 503 what can't be counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from gateway.call import Call, Candidate, Grant, Plan
from gateway.dialects.interface import Asked
from gateway.dialects.openai_servers import server_at
from gateway.dialects.output_caps import bounding, is_surely_read, lower, reading, translated
from gateway.dialects.references import may_name
from gateway.errors import Kind, Problem, Refused
from gateway.exhaustion import problem_of
from gateway.holding import Asking, note_above
from gateway.ledger.bound import bound_nano_usd
from gateway.ledger.demand import Charge, Demand, Refusal
from gateway.ledger.demands import Blocked, Bound
from gateway.rendering import most_bytes
from gateway.runtime import Runtime

_OUTSIDE: Final = re.compile(
    rb'"(?:(?:input_)?(?:image|file|audio|video)|(?:image|audio|video)_url|document|(?i:(?:file|inline)_?data))"'
)
"""Parts whose tokens are not their bytes: counted once the budgets need it (issue: limits and budgets)."""
_PROMPT_OF_TOOLS: Final = 1024
"""Tokens that a provider bills for explaining to its model that there are tools: Anthropic tells of up to 530."""


_ORDINARY_OUTPUT: Final = 4096
"""Tokens of an answer that nothing caps, where an estimate will do."""

Instead = Callable[[Call, Runtime, str], Plan | None]


async def enter(call: Call, runtime: Runtime, instead: Instead) -> None:
    """Nothing to do under a policy without limits and budgets. `instead` plans for another model."""
    if not call.policy.entries:
        return
    assert call.plan is not None
    plans, bounds = [call.plan], [_bound(call, call.plan)]
    call.bound = bounds[0]
    asking = [Asking(call, call.plan.candidates[0], bounds[0])]
    first = asking[0].at(runtime.clock.now_ms())
    if isinstance(first, Blocked):
        raise _blocked(first)
    if not first:
        return
    for plan in _instead(call, runtime, first, instead):
        bound = _bound(call, plan)
        other = Asking(call, plan.candidates[0], bound, downgraded=True)
        if not isinstance(other.at(runtime.clock.now_ms()), Blocked):
            plans.append(plan)
            bounds.append(bound)
            asking.append(other)
    answer = await runtime.ledger.reserve(
        call.id, lambda now_ms: tuple([each.wanted(now_ms) for each in asking])
    )
    if isinstance(answer, Refusal):
        raise refused(answer, runtime.clock.now_ms())
    call.hold, call.bound, call.plan = answer, bounds[answer.choice], plans[answer.choice]
    if answer.above:
        note_above(call, answer)
    if answer.choice:
        call.note("reserve", "downgrade", "change", call.plan.candidates[0].asked_for)


def _instead(call: Call, runtime: Runtime, demands: tuple[Demand, ...], instead: Instead) -> Iterable[Plan]:
    """Where the call may go where a budget that is about it says so, in the order of the budgets."""
    ids = {each.entry for each in demands if each.exceeded == "downgrade"}
    if not ids:
        return
    names = {each.downgrade: None for each in call.policy.entries if each.id in ids and each.downgrade}
    for name in names:
        plan = instead(call, runtime, name)
        if plan is not None:
            yield plan


def _bound(call: Call, plan: Plan) -> Bound:
    assert call.asked is not None and call.grant is not None
    later = call.dialect.keeping is not None and call.dialect.keeping.billed_later
    return bound_of(plan, call.asked, call.grant, billed_later=later)


def bound_of(plan: Plan, asked: Asked, grant: Grant, *, billed_later: bool = False) -> Bound:
    """What is paid for later has no bound, whatever it costs. Where there is none, an estimate: the bytes that are
    sent, and an ordinary answer."""
    most_input = _most_input(plan, asked, grant, priced=False)
    cap = _most_output(plan, asked, grant.max_output_tokens)
    output = (_ORDINARY_OUTPUT if cap is None else cap) * max(asked.choices, 1)
    rates = [candidate.rates for candidate in plan.candidates if candidate.rates is not None]
    dearest_input = max((rate.dearest_input for rate in rates), default=0)
    dearest_output = max((rate.dearest_output for rate in rates), default=0)
    return Bound(
        nano_usd=None if billed_later else decide(plan, asked, grant),
        tokens=most_input + output,
        estimate_nano_usd=-(-(most_input * dearest_input + output * dearest_output) // 1_000_000),
        priced=billed_later or len(rates) == len(plan.candidates),
    )


def decide(plan: Plan, asked: Asked, grant: Grant) -> int | None:
    """An upper bound of what the call can cost, in nano-dollars; None where nothing bounds it.

    What a provider runs, keeps, fetches or serves at another tier is not in the bytes of the body.
    """
    unseen = asked.hosted_tools or asked.mcp_servers or asked.privileges or asked.held
    if asked.unbounded or unseen or (not asked.plain and may_name(asked.raw, _OUTSIDE)):
        return None
    return bound_nano_usd(
        [candidate.rates for candidate in plan.candidates],
        body_bytes=_most_input(plan, asked, grant),
        max_output_tokens=_most_output(plan, asked, grant.max_output_tokens),
        choices=asked.choices,
    )


def _most_input(plan: Plan, asked: Asked, grant: Grant, *, priced: bool = True) -> int:
    """Bytes of the largest body that a candidate is sent; `priced`: only of those whose input costs something."""
    largest = 0
    for candidate in plan.candidates:
        if not priced or (candidate.rates is not None and candidate.rates.dearest_input):
            largest = max(largest, most_bytes(candidate, asked, grant))
    return largest + _PROMPT_OF_TOOLS if asked.functions else largest


def _most_output(plan: Plan, asked: Asked, cap: int | None) -> int | None:
    """The highest cap that any priced candidate is sent. None: one is sent none that it surely reads."""
    highest = 0
    for candidate in plan.candidates:
        if candidate.rates is not None and not candidate.rates.dearest_output:
            continue
        sent = _sent_cap(candidate, asked, cap)
        if sent is None:
            return None
        if sent > highest:
            highest = sent
    return highest


def _sent_cap(candidate: Candidate, asked: Asked, cap: int | None) -> int | None:
    sent, speech = asked.max_output_tokens, candidate.speech
    if speech.translation is not None:
        return translated(speech.dialect.api, sent, cap)
    if sent is not None and not is_surely_read(asked.fields, sent):
        provider = candidate.target.provider
        how = reading(speech.dialect.api, server_at(provider.dialect, provider.base_url or "").cap_field)
        if how is not None:
            sent = bounding(asked.fields, how)
    return sent if cap is None else lower(sent, cap)


def refused(refusal: Refusal, now_ms: int) -> Refused:
    """What the caller is told: the entry, what is left of it, and when there will be room."""
    return Refused(problem_of(refusal, now_ms), stage="reserve", rule=refusal.demand.name)


def _blocked(blocked: Blocked) -> Refused:
    why = {
        "unbounded": "nothing bounds what this call may cost: send a cap on its output, such as 'max_tokens', "
        "and no images, files or provider-run tools",
        "unpriced": "no price of this model is known",
        "frozen": "calls like this are stopped",
    }
    message = f"the budget '{blocked.name}' refuses this call: {why[blocked.why]}"
    code = "frozen" if blocked.why == "frozen" else "exceeds_limit"
    kind = Kind.FORBIDDEN if blocked.why == "frozen" else Kind.INVALID_REQUEST
    problem = Problem(kind, message, code=code, should_retry=False)
    return Refused(problem, stage="reserve", rule=blocked.name)


def leave(call: Call, runtime: Runtime) -> None:
    """Idempotent: the ledger settles a hold once. Nothing is taken by a call that was never sent."""
    held, measured = call.hold, call.measured
    if held is None:
        return
    if call.sent_to is None:
        runtime.ledger.cancel(held)
        return
    money = tokens = 0
    if measured is not None:
        money = max((measured.cost_nano_usd or 0) - call.lost_nano_usd, 0)
        if measured.usage is not None:
            tokens = measured.usage.input_tokens + measured.usage.output_tokens
    runtime.ledger.settle(held, Charge(money, tokens))
    if call.bound is not None and call.bound.nano_usd is not None and money > call.bound.nano_usd:
        call.note("reserve", "overrun", "flag", "it cost more than was held for it")
