"""One request, one page: admit → answer → settle. The order is law (docs/one-request.md).

The frame of `serve` outlives the answer, so its own `finally` settles the call, whatever ended it.
Settling never awaits, so it can't be cancelled; the end of the answer is sent after it, once the
outcome is durable.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from gateway import intake, judging
from gateway.call import Call
from gateway.endings import WITHHELD, end_cancelled, ending_of
from gateway.errors import Refused, SpoolUnavailable, UpstreamFault
from gateway.reply import drain, problem_of, send_end, send_stream
from gateway.runtime import Runtime
from gateway.stages import (
    attempt,
    authenticate,
    authorize,
    guard,
    inspect,
    keep,
    meter,
    own,
    plan,
    prompt,
    record,
    reserve,
    restore,
    throttle,
    unpack,
    vet,
)
from gateway.wire import Exchange, current_task

_PROTECT = guard.before(inspect.protect, judging.ask)
_AS_A_CALL = unpack.AsACall(authorize.decide, own.places_of, _PROTECT)  # requests in a batch
_INSTEAD = inspect.inspected(plan.instead)
_LEAVING = (authenticate, attempt, restore, vet, unpack, intake, meter, reserve)


async def serve(call: Call, exchange: Exchange, runtime: Runtime) -> None:
    """Answer one call, and leave exactly one intent and one outcome of it."""
    fault: UpstreamFault | None = None
    try:
        await admit(call, exchange, runtime)
        fault = await answer(call, exchange, runtime)
    except Refused as refused:
        call.refuse(refused)
    except asyncio.CancelledError:
        end_cancelled(call, exchange)
    except Exception as bug:  # the edge: a caller gets an answer, the log a record even of our mistakes
        runtime.journal.fault("pipeline", call.id, bug)
        call.break_down(answering=exchange.started)
    finally:
        exchange.unwatch()
        durable = settle(call, runtime)
    try:
        await conclude(call, exchange, runtime, fault, durable)
    except asyncio.CancelledError:
        if not exchange.client_left:  # the process stops; all that must be kept is kept
            raise
        current_task().uncancel()
    finally:
        if call.served is not None:
            call.served.incoming.close()


async def admit(call: Call, exchange: Exchange, runtime: Runtime) -> None:
    """All that may say no, in order; then the intent, durably. Nothing has been sent yet."""
    await authenticate.enter(call, runtime)
    throttle.enter(call, runtime)
    await intake.enter(call, exchange, runtime)
    exchange.watch()
    await prompt.enter(call, runtime)
    await authorize.enter(call, runtime)
    if own.concerns(call):
        await own.enter(call, runtime)
    # assign: the experiment's arm, once (issue: traffic)
    await plan.enter(call, runtime)
    if call.dialect.keeping is not None:
        await unpack.enter(call, runtime, _AS_A_CALL)
    if call.policy.guardrails:
        await guard.enter(call, runtime, judging.ask)
    if call.policy.privacy is not None:
        await inspect.enter(call, runtime, plan.instead)
    await reserve.enter(call, runtime, _INSTEAD)  # before it: cache (issue: traffic)
    await record.enter(call, runtime)


async def answer(call: Call, exchange: Exchange, runtime: Runtime) -> UpstreamFault | None:
    """Pass on a provider's answer, all but its end. Returns the fault if there is none, or no end."""
    try:
        await attempt.enter(call, runtime)
        if call.dialect.keeping is not None:
            await keep.enter(call, runtime, attempt.enter)
        if call.policy.guardrails:
            await vet.enter(call, runtime, judging.ask)
        await restore.enter(call, runtime)
        await send_stream(call, exchange, runtime)
        if call.vetting is not None:
            await vet.conclude(call, runtime, judging.ask)
    except UpstreamFault as fault:
        call.end(ending_of(fault, started=exchange.started), problem_of(fault, call.sent_to))
        return fault
    call.end("complete")
    return None


def settle(call: Call, runtime: Runtime) -> Awaitable[None] | None:
    """Give back and write down, once. One failing step does not stop the next; the outcome is last.

    Returns what to await until the outcome is durable, None if it can't be made so.
    """
    for stage in _LEAVING:
        try:
            stage.leave(call, runtime)
        except Exception as bug:  # settling goes on whatever a step does
            call.note("settle", stage.__name__.rpartition(".")[2], "flag", "this step failed")
            runtime.journal.fault("settle", call.id, bug)
    try:
        return record.leave(call, runtime)
    except SpoolUnavailable as full:
        runtime.journal.fault("record", call.id, full)
        return None


async def conclude(
    call: Call,
    exchange: Exchange,
    runtime: Runtime,
    fault: UpstreamFault | None,
    durable: Awaitable[None] | None,
) -> None:
    """Wait until the outcome is durable, then send the end of the answer."""
    try:
        if durable is None:
            raise SpoolUnavailable("the audit spool took no outcome")
        if call.policy.audit.durability != "batched":
            await durable
    except SpoolUnavailable:
        call.problem = WITHHELD
        fault = None
    if not exchange.client_left:
        await send_end(call, exchange, runtime, fault)
    if call.served is not None and call.served.reader is not None and call.ending == "complete":
        await drain(call.served)
