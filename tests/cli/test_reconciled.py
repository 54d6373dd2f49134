"""A bill beside what was recorded: planted differences are found to the cent, and nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.cli.bill import ALL_MODELS, Bill, Charge
from gateway.cli.reconciled import Recorded, cents, compared, exactly, total_of

D1 = date(2026, 11, 1)
DAYS = [D1 + timedelta(days=number) for number in range(5)]
MODELS = ["gpt-5", "gpt-5-mini", "claude-haiku-4-5"]


def bill(*charges: Charge) -> Bill:
    return Bill("openai", charges, frozenset(charge.day for charge in charges))


def usd(nano: int) -> Decimal:
    return Decimal(nano).scaleb(-9)


PLACE = st.tuples(st.sampled_from(DAYS), st.sampled_from(MODELS))
NANO = st.integers(0, 10**13)


@settings(max_examples=40)
@given(
    st.dictionaries(PLACE, st.lists(NANO, min_size=1, max_size=5)),
    st.dictionaries(PLACE, st.integers(-(10**12), 10**12).filter(lambda nano: abs(nano) > 10**7)),
)
def test_planted_differences_are_found_to_the_cent_and_no_others(
    spent: dict[tuple[date, str], list[int]], planted: dict[tuple[date, str], int]
):
    charges = [Charge(*place, usd(part)) for place, parts in spent.items() for part in parts]
    charges += [Charge(*place, usd(nano)) for place, nano in planted.items()]
    recorded = [Recorded(*place, usd(sum(parts)), len(parts)) for place, parts in spent.items()]
    found = compared(bill(*charges), recorded, DAYS)
    wrong = {(one.day, one.item): one.difference for one in found if abs(one.difference) > Decimal("0.01")}
    if charges:
        assert wrong == {place: usd(nano) for place, nano in planted.items()}
    assert all(cents(wrong[place]) == cents(usd(nano)) for place, nano in planted.items())


def test_what_is_not_on_the_bill_and_what_is_not_here_are_differences():
    found = compared(bill(Charge(D1, "gpt-5", Decimal(3))), [Recorded(D1, "o3", Decimal(2), 7)], DAYS)
    assert [(one.item, one.difference, one.why) for one in found] == [
        ("gpt-5", Decimal(3), "no such calls here"),
        ("o3", Decimal(-2), "not on the bill"),
    ]


def test_days_that_are_not_asked_for_are_left_out():
    charges = Charge(D1, "gpt-5", Decimal(3)), Charge(DAYS[1], "gpt-5", Decimal(4))
    assert [one.billed for one in compared(bill(*charges), [], [DAYS[1]])] == [4]


def test_a_bill_without_models_is_compared_by_day():
    recorded = [Recorded(D1, "gpt-5", Decimal(2), 1), Recorded(D1, "o3", Decimal(1), 1, 1)]
    [found] = compared(bill(Charge(D1, ALL_MODELS, Decimal(3))), recorded, DAYS)
    assert (found.difference, found.calls, found.unpriced) == (Decimal(0), 2, 1)


def test_sums_keep_every_digit():
    thin = Decimal("0.000000000000000000000000000001")
    found = compared(bill(Charge(D1, "a", Decimal(10**9)), Charge(D1, "a", thin)), [], DAYS)
    whole = "1000000000.000000000000000000000000000001"
    assert total_of(found) == (Decimal(whole), Decimal(0))
    assert exactly(found[0].billed) == whole


def test_money_is_written_to_the_cent_or_exactly():
    assert [cents(Decimal(text)) for text in ("0.005", "0.015", "-0.001", "3")] == [
        "0.00",
        "0.02",
        "0.00",
        "3.00",
    ]
    assert [exactly(Decimal(text)) for text in ("1.500", "1.2345", "100")] == ["1.50", "1.2345", "100.00"]
