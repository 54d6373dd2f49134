"""Money is exact: whole nano-dollars, their dollars as text and as decimals, and a bound."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.usage import MAX_NANO_USD, Usage, dollars, nano_of, nano_usd, usd

NANO = st.integers(-MAX_NANO_USD, MAX_NANO_USD)


@given(NANO)
def test_dollars_and_back_is_the_same_amount(nano: int):
    assert nano_usd(usd(nano)) == nano


@given(NANO)
def test_the_cheap_text_is_the_exact_one(nano: int):
    assert dollars(nano) == f"{usd(nano):.9f}"


@pytest.mark.parametrize(
    ("nano", "text"),
    [(0, "0.000000000"), (1, "0.000000001"), (-1, "-0.000000001"), (1_500_000_000, "1.500000000")],
)
def test_dollars_have_nine_decimals(nano: int, text: str):
    assert dollars(nano) == text


@given(st.decimals(min_value=-1000, max_value=1000, places=12))
def test_a_part_of_a_nano_dollar_is_rounded_up_and_never_more_than_one(amount: Decimal):
    assert 0 <= usd(nano_usd(amount)) - amount < Decimal("1e-9")


@pytest.mark.parametrize("amount", ["9000000.000000001", "-9000001", "1e30"])
def test_an_amount_beyond_nine_million_dollars_is_an_error(amount: str):
    with pytest.raises(ValueError, match="9,000,000"):
        nano_usd(Decimal(amount))


def test_nine_million_dollars_are_still_an_amount():
    assert nano_usd(Decimal(9_000_000)) == MAX_NANO_USD


def test_what_was_not_used_is_not_written():
    assert msgspec.json.encode(Usage(input_tokens=3)) == b'{"input_tokens":3}'


@given(NANO)
def test_written_dollars_are_read_back_exactly(nano: int):
    assert nano_of(dollars(nano)) == nano
