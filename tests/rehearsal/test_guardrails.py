"""Which guardrails a request would meet."""

from __future__ import annotations

import dataclasses

from msgspec.structs import replace

from gateway.call import Call, Plan
from gateway.policy.guardrails import Guardrail
from gateway.rehearsal.guardrails import GuardrailWord, guardrail_words
from tests.guards.parts import rule
from tests.parts.calls import make_policy, planned_call


def planned(*rules: Guardrail) -> Call:
    call = planned_call()
    call.policy = make_policy(guardrails=rules)
    return call


def test_those_that_match_are_named_with_what_they_do():
    size = rule("size", "block", max_chars=5)
    other = rule("secrets", "flag", match={"model": "another"})
    assert guardrail_words(planned(size, other)) == (GuardrailWord("size", "size", "input", "block"),)


def test_of_a_guardrail_about_some_targets_these_are_named():
    call = planned(rule("size", "flag", "output", max_chars=5, match={"target": "acme/small"}))
    assert call.plan is not None
    [candidate] = call.plan.candidates
    assert guardrail_words(call) == (GuardrailWord("size", "size", "output", "flag"),)
    far = replace(candidate, target=dataclasses.replace(candidate.target, name="far/small"))
    call.plan = Plan((candidate, far))
    assert guardrail_words(call) == (GuardrailWord("size", "size", "output", "flag", ("acme/small",)),)


def test_a_call_without_a_plan_meets_none():
    call = planned(rule("size", "block", max_chars=5))
    call.plan = None
    assert guardrail_words(call) == ()
