"""May each request inside a batch? Needs the provider of the plan, for which they are written anew.

Each is read by its own dialect and judged as a single call is: by what other stages decide, which the
page hands in. Refuses the whole batch for one request that would be refused, and says which.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

import msgspec
from msgspec import structs

from gateway.batches import Batch, batch_of
from gateway.call import Call, Caller, Candidate, Grant
from gateway.dialects.batch_lines import EXAMPLE, Inner
from gateway.dialects.interface import Asked, BadBody, Dialect, NotOffered
from gateway.errors import Kind, Problem, Refused
from gateway.freezing import require_unfrozen
from gateway.policy.snapshot import Policy, Target
from gateway.privacy.inside import Inside
from gateway.rendering import changes_for
from gateway.runtime import Runtime
from gateway.stores.ownership import Place

_BETWEEN_TURNS: Final = 64
"""Requests that are judged before others get their turn of the loop."""
_MOST_NOTED: Final = 16


class AsACall(NamedTuple):
    """What a single call passes: authorize's decision, own's, and those of guard and inspect."""

    judge: Callable[[Policy, Caller, str, Asked, Call], Grant]
    places: Callable[[Call, Asked, Grant, Runtime], Awaitable[frozenset[Place] | None]]
    protect: Callable[[Call, Runtime, Candidate, Dialect, Asked], Awaitable[Asked]]


async def enter(call: Call, runtime: Runtime, as_a_call: AsACall) -> None:
    """Have the call ask for the batch as it was written anew. Nothing to do where there is none."""
    batch = batch_of(call, runtime)
    if batch is None:
        return
    assert call.plan is not None
    candidate = call.plan.candidates[0]
    models: dict[str, None] = {}
    number = 0
    try:
        async for raw in batch.requests():
            number += 1
            where = f"{batch.called} {number}: "
            model = await _take(call, runtime, candidate, batch, raw, as_a_call, where)
            if model is not None and len(models) < _MOST_NOTED:
                models[model[:256]] = None
            if number % _BETWEEN_TURNS == 0 or call.policy.privacy is not None:  # to read one takes a while
                await asyncio.sleep(0)
        await batch.finish()
    except BadBody as bad:
        raise _unreadable("", bad) from None
    except OSError as full:
        runtime.journal.fault("upload", call.id, full)
        message = "there is no room for uploads right now"
        problem = Problem(Kind.UNAVAILABLE, message, code="upload", should_retry=False)
        raise Refused(problem, stage="unpack", rule="upload_room") from None
    call.note("unpack", "requests", "change", f"of {', '.join(models)}" if models else None)


def leave(call: Call, runtime: Runtime) -> None:
    """Idempotent. Nobody sends it any more."""
    if call.rewritten is not None:
        call.rewritten.close()


async def _take(
    call: Call,
    runtime: Runtime,
    candidate: Candidate,
    batch: Batch,
    raw: bytes,
    as_a_call: AsACall,
    where: str,
) -> str | None:
    """Judge one request, and put it as it may be sent. Returns the model that it asks for, if any."""
    try:
        request = batch.read(raw)
        if request is None:
            return None
        if isinstance(request, Asked):
            await batch.put((await as_a_call.protect(call, runtime, candidate, EXAMPLE, request)).raw)
            return None
        written = await _written(call, runtime, candidate, request, as_a_call)
    except BadBody as bad:
        raise _unreadable(where, bad) from None
    except Refused as refused:
        raise _refused(where, refused) from None
    await batch.put(written)
    return request.asked.model


async def _written(
    call: Call, runtime: Runtime, candidate: Candidate, request: Inner, as_a_call: AsACall
) -> bytes:
    """The request as it may be sent."""
    assert call.caller is not None
    grant = as_a_call.judge(call.policy, call.caller, request.dialect.api, request.asked, call)
    kept = await as_a_call.places(call, request.asked, grant, runtime)
    target = decide(candidate, request, grant, kept)
    there = structs.replace(candidate, target=target)
    require_unfrozen(call, structs.replace(there, asked_for=request.asked.model), runtime, "unpack")
    asked = request.asked
    if call.policy.reads_texts:
        asked = await as_a_call.protect(call, runtime, there, request.dialect, asked)
        _keep_given(call, request)
        await _check_label(call, runtime, there, request, as_a_call)
    written = request.dialect.render(asked, changes_for(there, grant))
    assert isinstance(written, bytes)  # no request inside a batch is a form
    return request.written(written)


def _keep_given(call: Call, request: Inner) -> None:
    """The placeholders of this request, for its answer among the results."""
    given, call.given = call.given, None
    if given is None:
        return
    label = b"" if request.label is None else bytes(request.label)
    call.inside = call.inside or Inside()
    if not label.startswith(b'"') or not call.inside.add(msgspec.json.decode(label), given.values()):
        message = "what stands for names can't be kept until its results are read: give each request a 'custom_id', "
        message += "split the batch, or let the profile leave it (output: leave)"
        problem = Problem(Kind.INVALID_REQUEST, message, code="privacy_not_restorable", should_retry=False)
        raise Refused(problem, stage="inspect", rule="batch")


async def _check_label(
    call: Call, runtime: Runtime, candidate: Candidate, request: Inner, as_a_call: AsACall
) -> None:
    """Its caller finds its answer by it, so it can't be written anew."""
    if request.label is None:
        return
    raw = b'{"":%b}' % bytes(request.label)
    asked = Asked(raw=raw, fields={}, model=request.asked.model)
    told = await as_a_call.protect(call, runtime, candidate, EXAMPLE, asked)
    if told.raw != raw:
        message = "'custom_id' holds what may not go to the provider: name requests by numbers"
        problem = Problem(
            Kind.INVALID_REQUEST, message, code="privacy_blocked", param="custom_id", should_retry=False
        )
        raise Refused(problem, stage="inspect", rule="custom_id")


def decide(candidate: Candidate, request: Inner, grant: Grant, kept: frozenset[Place] | None) -> Target:
    """The model's target at the provider of the batch: the first that is written there and has a share
    of the calls, else the first."""
    provider = candidate.target.provider
    if kept is not None and Place(provider.name, candidate.credential or 0) not in kept:
        message = "what it refers to is kept at another provider than the batch"
        raise _not_there(message, "kept_apart", None)
    if provider.apis is not None and request.dialect.api not in provider.apis:
        message = f"the provider of the batch does not offer '{request.dialect.api}'"
        raise _not_there(message, "api_not_served", None)
    targets = () if grant.model is None else grant.model.targets
    there = [target for target in targets if target.provider.name == provider.name]
    if not there:
        message = f"the model '{request.asked.model[:200]}' has no target at the provider of the batch"
        raise _not_there(message, "model_elsewhere", "model")
    return next((target for target in there if target.weight), there[0])


def _not_there(message: str, code: str, param: str | None) -> Refused:
    problem = Problem(Kind.INVALID_REQUEST, message, code=code, param=param, should_retry=False)
    return Refused(problem, stage="unpack", rule=code)


def _unreadable(where: str, bad: BadBody) -> Refused:
    if isinstance(bad, NotOffered):
        problem = Problem(Kind.FORBIDDEN, str(bad), code="not_offered", param=bad.param)
        return _refused(where, Refused(problem, stage="unpack", rule="not_offered"))
    problem = Problem(Kind.INVALID_REQUEST, str(bad), code="invalid_body", param=bad.param)
    return _refused(where, Refused(problem, stage="unpack", rule="body"))


def _refused(where: str, why: Refused) -> Refused:
    """With the number of the request: the first is 1."""
    told = why.problem
    problem = Problem(
        told.kind,
        where + told.message,
        code=told.code,
        param=told.param,
        should_retry=told.should_retry,
    )
    rule = why.rule if why.stage == "unpack" else f"{why.stage}:{why.rule}"
    return Refused(problem, stage="unpack", rule=rule)
