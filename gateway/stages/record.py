"""What will be believed later: the intent before a provider is called, the outcome before the end.

`enter` is durable when it returns. `leave` chains the outcome at once, without waiting, so that it
can't be cancelled, and hands back what to wait for.
"""

from __future__ import annotations

from collections.abc import Awaitable, Generator
from typing import Any, Final

from gateway import contents
from gateway.audit.appended import Appended
from gateway.audit.entry import (
    AskedFor,
    Content,
    Cost,
    Intent,
    Latency,
    Outcome,
    Purpose,
    Served,
    Who,
    time_text,
)
from gateway.call import Call, Measured
from gateway.dialects.interface import Asked
from gateway.errors import Kind, Problem, Refused, SpoolUnavailable
from gateway.holding import reserved
from gateway.runtime import Runtime
from gateway.usage import dollars

NO_CONTENT: Final = Content()
_MAX_TOOLS: Final = 64
_MAX_TOOL_NAME: Final = 128


async def enter(call: Call, runtime: Runtime) -> None:
    """Record the intent, durably. Refuses with 503 if the audit log can't take it."""
    if call.policy.audit.keeps:
        await contents.prepare(call, runtime)
    try:
        # A caller that leaves cancels its wait; `leave` still learns what came of the entry.
        await _intent(call, runtime, verdicts=len(call.trail))
    except SpoolUnavailable:
        call.intended = None  # it is in no log; should the spool recover, both are written
        raise _refused() from None
    if call.policy.audit.durability == "database":
        try:
            await runtime.audit.archived()
        except SpoolUnavailable:
            raise _refused() from None


def _refused() -> Refused:
    problem = Problem(Kind.UNAVAILABLE, "the audit log can't be written, so nothing is sent", code="audit")
    return Refused(problem, stage="record", rule="durability")


def leave(call: Call, runtime: Runtime) -> Awaitable[None]:
    """Chain the outcome, and before it the intent of a call that has none in the log.

    An intent that is still on its way takes its outcome along if it fails: the spool sees to that.
    """
    if call.intended is None or (call.intent is not None and call.intent.lost):
        _intent(call, runtime, verdicts=0)
    kept = NO_CONTENT if call.sealer is None else contents.sealed(call, runtime)
    appended = runtime.audit.append(outcome(call, runtime.clock.monotonic(), runtime.clock.now_ms(), kept))
    return _Archived(appended, runtime) if call.policy.audit.durability == "database" else appended


class _Archived:
    """Awaiting it says that an entry is durable, and in the database too. Nobody has to."""

    def __init__(self, appended: Appended, runtime: Runtime) -> None:
        self._appended = appended
        self._runtime = runtime

    def __await__(self) -> Generator[Any, None, None]:
        yield from self._appended.__await__()
        yield from self._runtime.audit.archived().__await__()


def _intent(call: Call, runtime: Runtime, *, verdicts: int) -> Appended:
    appended = runtime.audit.append(intent(call, verdicts))
    call.intended, call.intent = verdicts, appended
    return appended


def intent(call: Call, verdicts: int) -> Intent:
    """With the first `verdicts` of the trail; the outcome holds the rest."""
    caller, asked = call.caller, call.asked
    told = call.inspected or call.policy.privacy is None
    who = (
        Who(network=call.network)
        if caller is None
        else Who(
            auth=caller.auth,
            key=caller.key,
            user=caller.user,
            team=caller.team,
            roles=caller.roles,
            end_user=call.end_user,
            network=call.network,
        )
    )
    return Intent(
        id=call.id,
        parent=call.parent,
        request_id=call.request_id if told else None,
        at=time_text(call.at_ms),
        who=who,
        purpose=Purpose(use_case=call.use_case, tags=call.tags if told else {}),
        asked=AskedFor(
            api=call.dialect.api,
            model=None if asked is None else _model(call, asked),
            stream=False if asked is None else asked.stream,
            tools=() if asked is None or not (asked.functions or asked.hosted_tools) else _tools(asked),
        ),
        policy=call.policy.revision,
        decisions=tuple(call.trail[:verdicts]),
        cost=_held(call),
    )


def _held(call: Call) -> Cost | None:
    """Charged until there is an outcome, should this process not live to say how it ended."""
    if call.hold is None or call.bound is None:
        return None
    nano_usd = reserved(call.hold, call.bound).nano_usd
    return Cost(reserved_usd=dollars(nano_usd)) if nano_usd else None


def _model(call: Call, asked: Asked) -> str | None:
    """Under a policy with privacy a name that nobody declared is the caller's words, and nobody has read them."""
    unknown = call.grant is None and call.policy.privacy is not None
    if unknown and call.policy.model_for(asked.model) is None:
        return None
    return asked.model[:256] or None


def _tools(asked: Asked) -> tuple[str, ...]:
    """Names of tools are the caller's words: so many and so long, no more."""
    names = (*asked.functions, *asked.hosted_tools)[:_MAX_TOOLS]
    return tuple([name[:_MAX_TOOL_NAME] for name in names])


def outcome(call: Call, monotonic: float, now_ms: int, content: Content = NO_CONTENT) -> Outcome:
    """What happened after the intent: the decisions of a record are those of both, in order."""
    measured = call.measured
    return Outcome(
        id=call.id,
        ended_at=time_text(now_ms),
        ending=call.ending or "upstream_error",
        served=_served(call),
        decisions=tuple(call.trail[call.intended or 0 :]),
        checks=tuple(call.checks),
        unread=call.unread,
        usage=None if measured is None else measured.usage,
        cost=_cost(call, measured),
        latency_ms=_latency(call, monotonic),
        content=content,
    )


def _served(call: Call) -> Served:
    attempts = tuple(call.attempts)
    if call.served is None:
        return Served(attempts=attempts)
    target = call.served.candidate.target
    return Served(
        provider=target.provider.name,
        region=target.provider.region,
        target=target.name,
        model=target.model or None,
        attempts=attempts,
    )


def _cost(call: Call, measured: Measured | None) -> Cost:
    in_all = _held_in_all(call)
    spent = None if measured is None else measured.cost_nano_usd
    return Cost(
        usd=None if spent is None else dollars(spent),
        reserved_usd=None if in_all is None else dollars(in_all),
        price_version=None if measured is None else measured.price_version,
    )


def _held_in_all(call: Call) -> int | None:
    """What budgets held for all its attempts; None: nothing."""
    amounts = [each.amount for each in call.hold.demands if each.kind == "budget"] if call.hold else []
    if not amounts and not call.lost_nano_usd:
        return None
    return call.lost_nano_usd + max(amounts, default=0)


def _latency(call: Call, monotonic: float) -> Latency:
    """Milliseconds with three decimals, in a third of the time that `round` takes."""
    started, first_byte = call.timing.started, call.timing.first_byte
    total_us = int((monotonic - started) * 1_000_000 + 0.5)
    upstream_us = int(call.timing.upstream_s * 1_000_000 + 0.5)
    return Latency(
        total=total_us / 1000,
        first_byte=None if first_byte is None else int((first_byte - started) * 1_000_000 + 0.5) / 1000,
        upstream=upstream_us / 1000,
        overhead=(total_us - upstream_us) / 1000,
    )
