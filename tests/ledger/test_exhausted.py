"""Refusals that are remembered."""

from __future__ import annotations

import pytest

from gateway.ledger.demand import Refusal
from gateway.ledger.exhausted import Exhausted
from tests.ledger.drawn import demand

REQUESTS = demand("requests", 1, most=5)


def after_one(refusal: Refusal) -> Exhausted:
    exhausted = Exhausted()
    exhausted.remember(refusal, 1000)
    return exhausted


def test_nothing_is_known_at_first():
    assert Exhausted().known([REQUESTS], 0) is None


def test_who_comes_back_too_early_hears_how_long_it_still_takes():
    exhausted = after_one(Refusal(REQUESTS, 0, 500))
    assert exhausted.known([REQUESTS], 1499) == Refusal(REQUESTS, 0, 1)


def test_who_comes_back_in_time_asks():
    exhausted = after_one(Refusal(REQUESTS, 0, 500))
    assert exhausted.known([REQUESTS], 1500) is None
    assert exhausted.known([REQUESTS], 1000) is None


def test_another_scope_asks():
    exhausted = after_one(Refusal(REQUESTS, 0, 500))
    assert exhausted.known([demand("requests", 1, most=5, scope="ben")], 1000) is None


def test_an_entry_that_was_raised_is_asked_again():
    exhausted = after_one(Refusal(REQUESTS, 0, 500))
    assert exhausted.known([demand("requests", 1, most=6)], 1000) is None


def test_an_entry_that_only_warns_refuses_nobody():
    exhausted = after_one(Refusal(REQUESTS, 0, 500))
    assert exhausted.known([demand("requests", 1, most=5, exceeded="warn")], 1000) is None


@pytest.mark.parametrize(
    "refusal",
    [
        Refusal(demand("tokens", 9, most=5), 0, 500),
        Refusal(demand("budget", 9, most=5), 0, 500),
        Refusal(demand("concurrent", 1, most=5), 0, 0),
        Refusal(REQUESTS, 0, 0, unavailable=True),
        Refusal(REQUESTS, 0, -1),
    ],
)
def test_what_may_come_free_before_its_time_is_not_remembered(refusal: Refusal):
    assert after_one(refusal).known([refusal.demand], 1000) is None


def test_a_flood_of_scopes_takes_no_more_room_than_there_is():
    exhausted = Exhausted()
    for number in range(20_001):
        exhausted.remember(Refusal(demand("requests", 1, most=5, scope=str(number)), 0, 500), 0)
    assert len(exhausted._until_ms) <= 10_000
