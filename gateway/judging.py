"""A model of the policy is asked on behalf of a call: itself a governed call of the same caller, with a record of its own.

It goes where the caller's residency and privacy let it go, limits and budgets count it, and no guardrail is asked of it.
"""

from __future__ import annotations

from typing import Final

import msgspec

from gateway.call import Call, Grant, Timing
from gateway.dialects.openai_chat import DIALECT
from gateway.dialects.openai_family import OPENAI
from gateway.errors import Refused, SpoolUnavailable, UpstreamFault
from gateway.guards.answer_texts import said
from gateway.guards.guard import GuardFailed
from gateway.policy.roles import Role
from gateway.runtime import Runtime
from gateway.stages import attempt, inspect, meter, plan, record, reserve

_ROLE: Final = Role("guardrail", models=("*",))
_MOST_TOKENS: Final = 2048
"""A model that reasons does so before it says yes or no."""
_INSTEAD: Final = inspect.inspected(plan.instead)
_LEAVING: Final = (attempt, meter, reserve)


async def ask(call: Call, runtime: Runtime, model: str, told: str, text: str) -> str:
    """What the model answers. Raises GuardFailed."""
    asking = _asking(call, runtime, model, told, text)
    try:
        return await _answer(asking, runtime)
    except Refused as refused:
        asking.refuse(refused)
        raise GuardFailed(f"the model that judges can't be asked: {refused.problem.code}") from None
    except UpstreamFault:
        asking.end("upstream_error")
        raise GuardFailed("the model that judges did not answer") from None
    finally:
        asking.end("client_gone")  # cancelled: nobody waits for it any more
        _settle(asking, runtime)


async def _answer(asking: Call, runtime: Runtime) -> str:
    await plan.enter(asking, runtime)
    if asking.policy.privacy is not None:
        await inspect.enter(asking, runtime, plan.instead)
    await reserve.enter(asking, runtime, _INSTEAD)
    await record.enter(asking, runtime)
    await attempt.enter(asking, runtime)
    assert asking.served is not None
    asking.end("complete")
    return "".join(said("chat", asking.served.body or b""))


def _settle(asking: Call, runtime: Runtime) -> None:
    for stage in _LEAVING:
        stage.leave(asking, runtime)
    try:
        record.leave(asking, runtime)
    except SpoolUnavailable as full:
        runtime.journal.fault("record", asking.id, full)
    if asking.served is not None:
        asking.served.incoming.close()


def _asking(call: Call, runtime: Runtime, model: str, told: str, text: str) -> Call:
    now_ms = runtime.clock.now_ms()
    turns = [{"role": "system", "content": told}, {"role": "user", "content": text}]
    body = msgspec.json.encode({"model": model, "messages": turns})
    asking = Call(
        id=runtime.chance.call_id(now_ms),
        request_id=None,
        at_ms=now_ms,
        timing=Timing(started=runtime.clock.monotonic()),
        dialect=DIALECT,
        family=OPENAI,
        policy=call.policy,
        network=call.network,
        headers=[],
        named={},
        address=call.address,
        body=body,
    )
    asking.parent, asking.credential, asking.caller = call.id, call.credential, call.caller
    asking.end_user, asking.end_user_name, asking.use_case = call.end_user, call.end_user_name, call.use_case
    asking.asked = DIALECT.parse(body)
    asking.grant = Grant(_ROLE, call.policy.model_for(model), _MOST_TOKENS)
    return asking
