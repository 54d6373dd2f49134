"""Declared limits and budgets, made ready."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gateway.policy.entries import Calendar
from gateway.policy.periods import period
from tests.ledger.boards import START_MS
from tests.ledger.declared import budget, limit

HOUR_MS = 3_600_000


def test_a_limit_becomes_an_entry_for_each_thing_that_it_counts():
    found = limit(requests="60/minute", tokens="100k/hour", concurrent=8, per=["user"])
    assert [(each.kind, each.most, each.span_ms) for each in found] == [
        ("requests", 60, 60_000),
        ("tokens", 100_000, HOUR_MS),
        ("concurrent", 8, 60_000),
    ]
    assert {each.name for each in found} == {"per-user"}
    assert len({each.id for each in found}) == 3


def test_a_budget_keeps_what_it_says():
    found = budget(
        on_exceeded={"downgrade": "local"},
        alert_at=["50%", "100%"],
        on_unbounded="estimate",
        on_unknown_price="flag",
        on_store_failure="allow",
    )
    assert (found.name, found.kind, found.most) == ("support-month", "budget", 500_000_000_000)
    assert (found.exceeded, found.downgrade, found.on_failure) == ("downgrade", "local", "allow")
    assert (found.alert_at, found.on_unbounded) == ((Decimal("0.5"), Decimal(1)), "estimate")
    assert found.on_unknown_price == "flag"


def test_another_amount_is_the_same_count():
    assert budget(amount="1 USD").id == budget(amount="2 USD", on_exceeded="warn", alert_at=["1%"]).id
    assert limit(requests="1/minute")[0].id == limit(requests="2/minute")[0].id


@pytest.mark.parametrize(
    "said",
    [
        {"name": "other"},
        {"match": {"team": "support"}},
        {"match": {"not": {"team": "support"}}},
        {"per": ["team"]},
        {"period": "week"},
        {"period": "quarter"},
        {"period": "quarter", "fiscal_start": 4},
        {"timezone": "Europe/Paris"},
    ],
)
def test_what_is_counted_differently_is_another_count(said: dict[str, object]):
    ids = {budget().id, budget(period="quarter", timezone="Asia/Tokyo").id}
    assert budget(**said).id not in ids


def test_a_window_of_another_length_is_another_count():
    assert limit(requests="60/minute")[0].id != limit(requests="60/hour")[0].id


@pytest.mark.parametrize(
    ("said", "of_target"),
    [
        ({}, False),
        ({"per": ["user", "model"]}, False),
        ({"per": ["provider"]}, True),
        ({"match": {"target": "openai/*"}}, True),
        ({"match": {"not": {"region": "eu"}}}, True),
        ({"match": {"team": "a"}}, False),
    ],
)
def test_what_speaks_of_the_target_binds_each_attempt(said: dict[str, object], of_target: bool):
    assert budget(**said).of_target is of_target


def test_a_calendar_follows_its_zone():
    calendar = Calendar("day", "Europe/Paris", 1)
    for at_ms in (START_MS, START_MS + 30 * HOUR_MS, START_MS):
        assert calendar.at(at_ms).holds(at_ms)


def test_a_calendar_says_what_the_periods_say():
    calendar = Calendar("quarter", "UTC", 4)
    zone = calendar._zone
    assert calendar.at(START_MS) == period("quarter", zone, START_MS, fiscal_start=4)
