"""Calls that are frozen: where they may still go, and the end of those that run."""

from __future__ import annotations

from gateway.call import Call, Candidate, Plan
from gateway.errors import Refused
from gateway.exhaustion import frozen_problem
from gateway.holding import facts_of
from gateway.ledger.demands import Freeze, frozen
from gateway.policy.match import Facts
from gateway.policy.networks import parsed_address
from gateway.runtime import Runtime


def freeze_of(call: Call, candidate: Candidate, runtime: Runtime) -> Freeze | None:
    """What stops this call from going there. Asked where somebody is frozen."""
    measures = runtime.measures
    matched, _ = facts_of(call, candidate, measures.asks)
    return frozen(measures.freezes, matched)


def require_unfrozen(call: Call, candidate: Candidate, runtime: Runtime, stage: str) -> None:
    """Of one request inside a call. Refuses with 403."""
    freeze = freeze_of(call, candidate, runtime) if runtime.measures.freezes else None
    if freeze is not None:
        raise refused_by(freeze, stage)


def may_go(call: Call, candidate: Candidate, runtime: Runtime) -> bool:
    """Whether a call that could not be answered elsewhere may go there."""
    freeze = freeze_of(call, candidate, runtime) if runtime.measures.freezes else None
    if freeze is not None:
        call.note("reserve", freeze.id, "flag", "frozen: no attempt there")
    return freeze is None


def freeze_of_caller(call: Call, runtime: Runtime) -> Freeze | None:
    """What stops this caller, wherever the call is to go."""
    caller = call.caller
    assert caller is not None
    address = None if call.address is None else parsed_address(call.address)
    facts = Facts(team=caller.team, roles=caller.roles, key=caller.key, address=address)
    return frozen(runtime.measures.of_caller, facts)


def unfrozen(call: Call, plan: Plan, runtime: Runtime) -> Plan:
    """Where it may still go. Refuses with 403 a call that may go nowhere."""
    stopped = [freeze_of(call, each, runtime) for each in plan.candidates]
    left = tuple(each for each, freeze in zip(plan.candidates, stopped, strict=True) if freeze is None)
    if len(left) == len(plan.candidates):
        return plan
    freeze = next(each for each in stopped if each is not None)
    if not left:
        raise refused_by(freeze, "reserve")
    call.note("reserve", freeze.id, "change", "frozen")
    return Plan(left)


def end_frozen(runtime: Runtime) -> None:
    """Refuse each running call that is frozen by now, and stop it: what it has used is settled and recorded as ever."""
    if not runtime.measures.freezes:
        return
    for call in tuple(runtime.running.values()):
        freeze = _stops(call, runtime)
        if freeze is not None:
            del runtime.running[call.id]
            call.refuse(refused_by(freeze, "throttle"))
            if call.stop is not None:
                call.stop()


def refused_by(freeze: Freeze, stage: str) -> Refused:
    return Refused(frozen_problem(), stage=stage, rule=freeze.id)


def _stops(call: Call, runtime: Runtime) -> Freeze | None:
    """By where it goes, or is to go first; by who calls, where that is not known yet: then *reserve* will judge it."""
    if call.caller is None:
        return None
    if call.plan is None:
        return freeze_of_caller(call, runtime)
    return freeze_of(call, call.sent_to or call.plan.candidates[0], runtime)
