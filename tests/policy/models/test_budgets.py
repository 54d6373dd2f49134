from __future__ import annotations

from typing import Any

import pytest

from gateway.policy.models.budgets import BudgetEntry, DowngradeEntry
from tests.policy.models.entry import read, refused

BASE: dict[str, Any] = {"name": "b", "amount": "5 USD", "period": "month"}


def test_a_budget_is_hard_unless_it_is_said():
    entry = read(BudgetEntry, **BASE)
    held = (entry.on_exceeded, entry.on_unbounded, entry.on_unknown_price, entry.on_store_failure)
    assert held == ("block", "block", "block", "block")


def test_another_model_may_take_the_calls():
    entry = read(BudgetEntry, **BASE, on_exceeded={"downgrade": "local"})
    assert entry.on_exceeded == DowngradeEntry(downgrade="local")


def test_an_amount_above_nine_million_is_refused():
    assert "at most 9,000,000 USD" in refused(BudgetEntry, **BASE | {"amount": "9000001 USD"})


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"fiscal_start": 4}, "belongs to the period quarter"),
        ({"per": ("team", "team")}, "names a fact twice"),
        ({"timezone": "Europe/Pariss"}, "expected the name of a time zone"),
        ({"alert_at": ("0%",)}, "expected"),
        ({"on_exceeded": "stop"}, "Input should be"),
    ],
)
def test_what_makes_no_sense_is_refused(more: dict[str, Any], said: str):
    assert said in refused(BudgetEntry, **BASE, **more)
