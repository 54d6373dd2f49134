"""What a caller is told where there is no room."""

from __future__ import annotations

import pytest

from gateway.exhaustion import problem_of
from gateway.ledger.demand import Demand, Refusal
from tests.ledger.parts import DAY_MS, budget, requests, slot
from tests.parts.runtime import NOON_MS


def test_a_limit_tells_what_is_left_and_when_there_is_room():
    problem = problem_of(Refusal(requests(60)(NOON_MS), 0, 1500), NOON_MS)
    assert (problem.kind.status, problem.code, problem.retry_after_s) == (429, "rate_limit_exceeded", 1.5)
    assert problem.message == "the limit 'per-user' of 60 requests a minute is reached: 0 left, room in 2s"
    told = dict(problem.limits)
    assert told.pop("date").endswith("GMT")
    assert told == {
        "x-ratelimit-limit-requests": "60",
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "2s",
    }


def test_a_slot_comes_free_whenever_a_call_ends():
    problem = problem_of(Refusal(slot(2)(NOON_MS), 0, 0), NOON_MS)
    assert (problem.retry_after_s, problem.limits) == (1.0, ())
    assert "of 2 calls at once is reached: 0 left, room as soon as another ends" in problem.message


def test_a_budget_tells_what_is_left_of_it_and_when_it_begins_anew():
    demand = budget(2_000_000_000, 10_000_000_000)(NOON_MS)
    problem = problem_of(Refusal(demand, 1_500_000_000, DAY_MS), NOON_MS)
    assert (problem.kind.status, problem.code, problem.should_retry) == (429, "budget_exceeded", False)
    assert problem.message == (
        "the budget 'month' has 1.5 USD left of 10 USD, and this call may cost 2 USD; it begins anew in 16h0m0s"
    )


@pytest.mark.parametrize("demand", [budget(11, 10)(NOON_MS), requests(0)(NOON_MS)])
def test_what_there_never_is_room_for_is_the_callers_mistake(demand: Demand):
    problem = problem_of(Refusal(demand, 0, -1), NOON_MS)
    assert (problem.kind.status, problem.code) == (400, "exceeds_limit")


def test_what_cannot_be_counted_is_unavailable():
    problem = problem_of(Refusal(requests(1)(NOON_MS), 0, 0, unavailable=True), NOON_MS)
    assert (problem.kind.status, problem.code) == (503, "ledger_unavailable")
