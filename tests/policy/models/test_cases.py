"""The blocks of a policy test: what they read and what contradicts itself."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from gateway.policy.models.cases import CallerEntry, CaseEntry, ExpectEntry, moment_ms


def test_a_time_has_its_zone():
    assert moment_ms("1970-01-01T01:00:01+01:00") == 1000
    assert moment_ms("1970-01-01T00:01Z") == 60_000


@pytest.mark.parametrize(
    "text", ["12:30", "2026-03-02", "2026-03-02T10:00", "2026-13-02T10:00Z", "noon", 5, None]
)
def test_a_time_without_one_is_none(text: object):
    with pytest.raises(ValueError, match="expected a time with its zone"):
        moment_ms(text)


def test_one_role_may_stand_alone():
    assert CallerEntry(role="reader").all_roles == ("reader",)
    assert CallerEntry(roles=("reader", "writer")).all_roles == ("reader", "writer")


def test_a_decision_may_stand_for_the_whole_expectation():
    case = CaseEntry.model_validate({"name": "x", "as": {"role": "reader"}, "expect": "refuse"})
    assert case.expect == ExpectEntry(decision="refuse")


@pytest.mark.parametrize(
    "expect",
    [
        {"decision": "allow", "status": 403},
        {"decision": "allow", "says": "no"},
        {"decision": "refuse", "role": "reader"},
        {"decision": "refuse", "max_output_tokens": 3},
        {"decision": "refuse", "status": 200},
    ],
)
def test_an_expectation_does_not_contradict_itself(expect: dict[str, object]):
    with pytest.raises(ValidationError):
        ExpectEntry.model_validate(expect)
