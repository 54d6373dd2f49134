"""What would become of a request: the stages of a real call, up to where somebody would have to be asked.

Nothing is sent, recorded or counted. Objects that providers keep are nobody's here, so a request that
refers to one is refused as a stranger's would be.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from msgspec.structs import replace

from gateway.call import Call, Caller, Timing
from gateway.dialects.registry import Route, route
from gateway.errors import Refused
from gateway.network import coarse
from gateway.policy.snapshot import Model, Policy, Target
from gateway.rehearsal.requests import NotSayable, Request
from gateway.runtime import Prices, Runtime
from gateway.stages import authorize, own, plan, prompt
from gateway.stores.ownership import KeptObject

_SOMEBODY: Final = "somebody"
"""The pseudonym of everybody."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """When, in milliseconds since 1970, and from which address a request comes; and its headers."""

    at_ms: int
    address: str | None = None
    headers: tuple[tuple[bytes, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """`call` as far as it came; `refused` is what ended it, None: nothing did."""

    call: Call
    refused: Refused | None


async def rehearse(
    policy: Policy, caller: Caller, request: Request, circumstances: Circumstances, prices: Prices
) -> Rehearsed:
    """Raises NotSayable for a path that is no call."""
    call = _at_the_door(policy, request, circumstances)
    call.caller = caller
    runtime = runtime_of(prices)
    try:
        await prompt.enter(call, runtime)
        await authorize.enter(call, runtime)
        if own.concerns(call):
            await own.enter(call, runtime)
        await plan.enter(call, runtime)
    except Refused as refused:
        return Rehearsed(call, refused)
    return Rehearsed(call, None)


async def kept_out(call: Call, model: Model, target: Target, prices: Prices) -> Refused | None:
    """What keeps a target of `model` out of the plan of a call that was allowed; None: nothing does."""
    assert call.grant is not None
    alone = dataclasses.replace(model, targets=(target,), fallbacks=())
    tried = replace(call, grant=replace(call.grant, model=alone), plan=None)
    try:
        await plan.enter(tried, runtime_of(prices))
    except Refused as refused:
        return refused
    return None


def _at_the_door(policy: Policy, request: Request, circumstances: Circumstances) -> Call:
    headers = list(circumstances.headers)
    named = dict(headers)

    def header(name: str) -> str | None:
        value = named.get(name.encode())
        return None if value is None else value.decode("latin-1")

    found = route(request.method, request.path, header)
    if not isinstance(found, Route) or found.dialect is None:
        raise NotSayable(f"{request.method} {request.path} is no call")
    address = circumstances.address
    return Call(
        id="rehearsal",
        request_id=None,
        at_ms=circumstances.at_ms,
        timing=Timing(started=0.0),
        dialect=found.dialect,
        family=found.family,
        policy=policy,
        network=None if address is None else coarse(address),
        headers=headers,
        named=named,
        address=address,
        body=request.body,
    )


def runtime_of(prices: Prices) -> Runtime:
    """What the stages up to the plan may ask; whatever else is asked is an error."""
    nothing = cast(Any, None)
    held = {field.name: nothing for field in dataclasses.fields(Runtime) if field.name != "running"}
    return Runtime(
        **{**held, "subjects": _Everybody(), "objects": _Nothing(), "prices": prices, "chance": _Even()}
    )


class _Everybody:
    def known(self, kind: str, name: str) -> str:
        return _SOMEBODY

    async def resolve(self, kind: str, name: str) -> str:
        return _SOMEBODY


class _Nothing:
    """No provider keeps anything."""

    async def find(self, tenant: str, ids: Sequence[str]) -> Sequence[KeptObject]:
        return ()


class _Even:
    """Targets in an order that is the same each time."""

    def fraction(self) -> float:
        return 0.5
