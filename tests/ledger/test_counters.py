"""Counters that are made when they are used, and let go when they count nothing."""

from __future__ import annotations

from gateway.ledger.counters import Counters
from gateway.ledger.purse import KEPT_MS
from tests.ledger.boards import START_MS
from tests.ledger.drawn import HOUR_MS, MINUTE_MS, demand


def used(counters: Counters, number: int, at_ms: int) -> None:
    one = demand("requests", 1, most=2, scope=f"user-{number}")
    counters.at(one, at_ms, at_ms)


def test_asking_what_is_left_makes_no_counter():
    counters = Counters(blank=True)
    one = demand("requests", 1, most=2)
    assert counters.left(one, START_MS, START_MS) == 2
    assert one.key not in counters.by_key


def test_what_counts_nothing_any_more_is_let_go():
    counters = Counters(blank=True)
    for number in range(1000):
        used(counters, number, START_MS + number * MINUTE_MS)
    assert len(counters.by_key) < 10


def test_a_budget_outlives_its_period_by_a_week():
    counters = Counters(blank=True)
    budget = demand("budget", 1, most=2)
    counters.at(budget, START_MS, START_MS)
    end_ms = START_MS + HOUR_MS + KEPT_MS
    used(counters, 1, end_ms - 1)
    assert budget.key in counters.by_key
    used(counters, 2, end_ms)
    assert budget.key not in counters.by_key


def test_where_nothing_came_before_nothing_needs_priming():
    late_ms = START_MS + 1
    assert Counters().left(demand("budget", 1, most=2), late_ms, late_ms) is None
    assert Counters(blank=True).left(demand("budget", 1, most=2), late_ms, late_ms) == 2
