"""Limits and budgets as a policy has them."""

from __future__ import annotations

from gateway.policy.entries import Entry, entries
from gateway.policy.models.budgets import BudgetEntry
from gateway.policy.models.limits import LimitEntry


def _frozen(said: dict[str, object]) -> dict[str, object]:
    """Lists as the loader hands them over."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in said.items()}


def limit(**said: object) -> tuple[Entry, ...]:
    return entries([LimitEntry.model_validate(_frozen({"name": "per-user", **said}))], [])


def budget(**said: object) -> Entry:
    whole = {"name": "support-month", "amount": "500 USD", "period": "month", **said}
    return entries([], [BudgetEntry.model_validate(_frozen(whole))])[0]
