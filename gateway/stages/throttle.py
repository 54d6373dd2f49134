"""Is it known already that the answer is no? Needs the caller only: neither a body is read nor a ledger asked. Refuses
with 403 whoever is frozen, and with what *reserve* would say who comes back before there is room."""

from __future__ import annotations

from datetime import UTC, datetime

from gateway.call import Call
from gateway.errors import Refused
from gateway.exhaustion import problem_of
from gateway.freezing import freeze_of_caller, refused_by
from gateway.ledger.demands import Bound, demands
from gateway.policy.match import Facts
from gateway.policy.networks import parsed_address
from gateway.runtime import Runtime

_NOTHING = Bound(0, 0)
"""A request counts as one, whatever it costs."""


def enter(call: Call, runtime: Runtime) -> None:
    """Nothing to do where no caller is frozen and nothing is exhausted."""
    if runtime.measures.of_caller:
        freeze = freeze_of_caller(call, runtime)
        if freeze is not None:
            raise refused_by(freeze, "throttle")
    if runtime.exhausted:
        _require_room(call, runtime)


def _require_room(call: Call, runtime: Runtime) -> None:
    now_ms = runtime.clock.now_ms()
    asked = demands(call.policy.throttled.about(*_facts(call)), _NOTHING, now_ms)
    assert isinstance(asked, tuple)  # requests are never blocked before they are counted
    refusal = runtime.exhausted.known(asked, int(runtime.clock.monotonic() * 1000))
    if refusal is not None:
        raise Refused(problem_of(refusal, now_ms), stage="throttle", rule=refusal.demand.name)


def _facts(call: Call) -> tuple[Facts, Facts]:
    """Those of the caller: with their name, as rules match, and with their pseudonym, as calls are counted."""
    caller, credential, asks = call.caller, call.credential, call.policy.throttled.asks
    assert caller is not None
    matched = Facts(
        team=caller.team,
        user=caller.user if credential is None else credential.user,
        roles=caller.roles,
        key=caller.key,
        address=parsed_address(call.address) if call.address is not None and "network" in asks else None,
        at=datetime.fromtimestamp(call.at_ms / 1000, UTC) if "hours" in asks else None,
    )
    return matched, Facts(team=caller.team, user=caller.user, roles=caller.roles, key=caller.key)
