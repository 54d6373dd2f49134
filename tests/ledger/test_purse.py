"""Money spent and reserved."""

from __future__ import annotations

from gateway.ledger.demand import Charge
from gateway.ledger.purse import KEPT_MS, Purse
from gateway.policy.periods import FOREVER_MS
from tests.ledger.drawn import demand

FIFTY = demand("budget", 50, most=100)


def test_what_is_reserved_is_not_left():
    purse = Purse(1000, spent=30)
    purse.hold("a", FIFTY, 0)
    assert purse.left(100, 0) == 20


def test_what_a_call_did_not_cost_is_left_again():
    purse = Purse(1000)
    place = purse.hold("a", FIFTY, 0)
    assert purse.settle("a", FIFTY, place, Charge(10, 0), 0) == 0
    assert purse.left(100, 0) == 90


def test_what_a_call_cost_above_its_reservation_is_told():
    purse = Purse(1000)
    place = purse.hold("a", FIFTY, 0)
    assert purse.settle("a", FIFTY, place, Charge(70, 0), 0) == 20
    assert purse.left(100, 0) == 30


def test_what_was_cancelled_is_left_again():
    purse = Purse(1000)
    purse.cancel("a", FIFTY, purse.hold("a", FIFTY, 0), 0)
    assert purse.left(100, 0) == 100


def test_a_budget_of_all_time_is_never_over():
    assert not Purse(FOREVER_MS).over(FOREVER_MS * 2, 0)
    assert Purse(1000).over(1000 + KEPT_MS, 0)
