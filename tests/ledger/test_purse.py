"""Money spent and reserved."""

from __future__ import annotations

from gateway.ledger.purse import Purse


def test_what_is_reserved_is_not_left():
    purse = Purse(1000, spent=30)
    purse.reserve(50)
    assert purse.left(100) == 20


def test_what_a_call_did_not_cost_is_left_again():
    purse = Purse(1000)
    purse.reserve(50)
    assert purse.settle(50, 10) == 0
    assert purse.left(100) == 90


def test_what_a_call_cost_above_its_reservation_is_told():
    purse = Purse(1000)
    purse.reserve(50)
    assert purse.settle(50, 70) == 20
    assert purse.left(100) == 30
