"""Thresholds of a budget."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from gateway.ledger.alerts import crossed

HALF, MOST, ALL = Decimal("0.5"), Decimal("0.8"), Decimal(1)


def test_a_threshold_is_crossed_when_it_is_reached():
    assert crossed(49, 50, 100, (ALL, HALF)) == (HALF,)
    assert crossed(50, 79, 100, (HALF, MOST)) == ()


def test_one_settlement_may_cross_several_and_go_beyond_all():
    assert crossed(0, 130, 100, (ALL, HALF, MOST)) == (HALF, MOST, ALL)


@given(costs=st.lists(st.integers(0, 40)))
def test_each_threshold_is_crossed_once_however_spending_comes(costs: list[int]):
    spent = 0
    seen: list[Decimal] = []
    for cost in costs:
        seen += crossed(spent, spent + cost, 100, (HALF, MOST, ALL))
        spent += cost
    assert seen == [share for share in (HALF, MOST, ALL) if spent >= share * 100]
