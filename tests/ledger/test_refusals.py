"""Which of several refusals is told."""

from __future__ import annotations

from gateway.ledger.demand import Refusal, Short
from gateway.ledger.operations import Refused
from gateway.ledger.refusals import refusal
from tests.ledger.drawn import demand

REQUESTS, TOKENS, BUDGET = (
    demand("requests", 1, most=1),
    demand("tokens", 9, most=5),
    demand("budget", 1, most=1),
)


def test_what_lasts_longest_is_told():
    refused = Refused(1, (Short(0, 0, 500), Short(1, 0, 9000)))
    assert refusal(((), (REQUESTS, BUDGET)), refused) == Refusal(BUDGET, 0, 9000)


def test_what_never_fits_outlasts_all():
    refused = Refused(0, (Short(0, 5, -1), Short(1, 0, 9000)))
    assert refusal(((TOKENS, BUDGET),), refused) == Refusal(TOKENS, 5, -1)
    assert refusal(((TOKENS, BUDGET),), refused).never
