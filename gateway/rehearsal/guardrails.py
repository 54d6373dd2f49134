"""Which guardrails a request would meet, and its answer. None of them is made: nothing is read."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, structs

from gateway.call import Call
from gateway.holding import facts_of
from gateway.policy.guardrails import Guardrail


class GuardrailWord(Struct, frozen=True):
    """`targets` are those whose answers it is about; empty: all of them, or the request."""

    name: str
    kind: str
    apply_to: Literal["input", "output"]
    action: str
    targets: tuple[str, ...] = ()


def guardrail_words(call: Call) -> tuple[GuardrailWord, ...]:
    """In the order in which they are declared, for a call that has a plan."""
    if call.plan is None or not call.policy.guardrails:
        return ()
    return tuple(word for rule in call.policy.guardrails if (word := _word(call, rule)) is not None)


def _word(call: Call, rule: Guardrail) -> GuardrailWord | None:
    assert call.plan is not None and call.asked is not None
    met: list[str] = []
    for candidate in call.plan.candidates:
        facts, _ = facts_of(call, candidate, rule.asks)
        named = structs.replace(facts, model=call.asked.model or None)
        if rule.match.matches(named) or (rule.apply_to == "output" and rule.match.matches(facts)):
            met.append(candidate.target.name)
    if not met:
        return None
    some = rule.apply_to == "output" and len(met) < len(call.plan.candidates)
    return GuardrailWord(rule.name, rule.kind, rule.apply_to, rule.action, tuple(met) if some else ())
