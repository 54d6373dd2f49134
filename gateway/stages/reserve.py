"""Is there room? Takes one hold, at most one ledger round trip. Gives it back, once, when settled. Refuses with 429,
with 400 what there never is room for, with 503 what can't be counted, and with 403 what is frozen."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gateway.alerts.spending import exceeded
from gateway.bounding import bound_of
from gateway.call import Call, Plan
from gateway.errors import Kind, Problem, Refused
from gateway.exhaustion import problem_of
from gateway.freezing import freeze_of, unfrozen
from gateway.holding import Asking, note_above
from gateway.ledger.demand import Charge, Demand, Refusal
from gateway.ledger.demands import Blocked
from gateway.runtime import Runtime

Instead = Callable[[Call, Runtime, str], Plan | None]


async def enter(call: Call, runtime: Runtime, instead: Instead) -> None:
    """Nothing to do under a policy without limits and budgets. `instead` plans for another model."""
    assert call.plan is not None
    if runtime.measures.freezes:
        call.plan = unfrozen(call, call.plan, runtime)
    if not call.policy.entries:
        return
    now_ms = runtime.clock.now_ms()
    asking = _asking(call, call.plan, runtime)
    call.bound = asking.bound
    first = asking.at(now_ms)
    if isinstance(first, Blocked):
        raise _blocked(first)
    if not first:
        return
    plans, choices = [call.plan], [asking]
    if call.policy.scopes.downgrades:
        for plan in _instead(call, runtime, first, instead):
            other = _asking(call, plan, runtime, downgraded=True)
            if not isinstance(other.at(now_ms), Blocked):
                plans.append(plan)
                choices.append(other)
    answer = await runtime.ledger.reserve(
        call.id, lambda now_ms: tuple([each.wanted(now_ms) for each in choices])
    )
    if isinstance(answer, Refusal):
        _remember(call, runtime, answer)
        raise refused(answer, runtime.clock.now_ms())
    call.hold = answer
    if answer.above:
        note_above(call, answer)
        _tell(call, runtime, [answer.demands[place] for place in answer.above])
    if answer.choice:
        call.plan, call.bound = plans[answer.choice], choices[answer.choice].bound
        call.downgraded = True
        call.note("reserve", "downgrade", "change", call.plan.candidates[0].asked_for)


def _remember(call: Call, runtime: Runtime, refusal: Refusal) -> None:
    """For *throttle*, and for those who are told."""
    if refusal.demand.entry in call.policy.throttled.ids:
        runtime.exhausted.remember(refusal, int(runtime.clock.monotonic() * 1000))
    if refusal.demand.kind == "budget" and not (refusal.unavailable or refusal.never):
        _tell(call, runtime, [refusal.demand])


def _tell(call: Call, runtime: Runtime, without_room: Iterable[Demand]) -> None:
    if call.policy.webhooks:
        for demand in without_room:
            runtime.events.tell(exceeded(demand))


def _asking(call: Call, plan: Plan, runtime: Runtime, *, downgraded: bool = False) -> Asking:
    assert call.asked is not None and call.grant is not None
    later = call.dialect.keeping is not None and call.dialect.keeping.billed_later
    bound = bound_of(plan, call.asked, call.grant, billed_later=later)
    return Asking(call, plan.candidates[0], bound, runtime.measures.increases, downgraded=downgraded)


def _instead(call: Call, runtime: Runtime, demands: tuple[Demand, ...], instead: Instead) -> Iterable[Plan]:
    """Where the call may go where a budget that is about it says so, in the order of the budgets."""
    ids = {each.entry for each in demands if each.exceeded == "downgrade"}
    names = {each.downgrade: None for each in call.policy.entries if each.id in ids and each.downgrade}
    for name in names:
        plan = instead(call, runtime, name)
        if plan is not None and runtime.measures.freezes:
            left = tuple(each for each in plan.candidates if freeze_of(call, each, runtime) is None)
            plan = Plan(left) if left else None
        if plan is not None:
            yield plan


def refused(refusal: Refusal, now_ms: int) -> Refused:
    """What the caller is told: the entry, what is left of it, and when there will be room."""
    return Refused(problem_of(refusal, now_ms), stage="reserve", rule=refusal.demand.name)


def _blocked(blocked: Blocked) -> Refused:
    why = {
        "unbounded": "nothing bounds what this call may cost: send a cap on its output, such as 'max_tokens'; for images, "
        "files, what a provider keeps and tools that it runs, the policy must say what the model and the tools can take",
        "unpriced": "no price of this model is known; the policy can give it one",
    }
    message = f"the budget '{blocked.name}' refuses this call: {why[blocked.why]}"
    problem = Problem(Kind.INVALID_REQUEST, message, code="exceeds_limit", should_retry=False)
    return Refused(problem, stage="reserve", rule=blocked.name)


def leave(call: Call, runtime: Runtime) -> None:
    """Idempotent: the ledger settles a hold once. Nothing is taken by a call that was never sent."""
    held, measured = call.hold, call.measured
    if held is None:
        return
    if call.sent_to is None:
        runtime.ledger.cancel(held)
        runtime.exhausted.forget(held.demands)
        return
    money = tokens = 0
    if measured is not None:
        money = max((measured.cost_nano_usd or 0) - call.lost_nano_usd, 0)
        if measured.usage is not None:
            tokens = measured.usage.input_tokens + measured.usage.output_tokens
    runtime.ledger.settle(held, Charge(money, tokens))
    if call.bound is not None and call.bound.nano_usd is not None and money > call.bound.nano_usd:
        call.note("reserve", "overrun", "flag", "it cost more than was held for it")
