"""Which thresholds of a budget a settlement crossed. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal


def crossed(before: int, after: int, amount: int, alert_at: Iterable[Decimal]) -> tuple[Decimal, ...]:
    """The shares of `amount` that spending had not reached before and has now, lowest first. Settlements are told in
    an order in which each begins where another ended, so each share is crossed once in a period."""
    return tuple(share for share in sorted(alert_at) if before < share * amount <= after)
