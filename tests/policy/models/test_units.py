from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.models.units import (
    Comparison,
    Margin,
    Rate,
    Spending,
    comparison,
    fraction,
    margin,
    nanos,
    rate,
    span_s,
    spending,
)


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (span_s, "500ms", 0.5),
        (span_s, "10m", 600),
        (span_s, "400d", 34_560_000),
        (span_s, "1w", 604_800),
        (nanos, "500 USD", 500_000_000_000),
        (nanos, "0.000000001 USD", 1),
        (nanos, "0 USD", 0),
        (nanos, "9000000 USD", 9_000_000_000_000_000),
        (spending, "20 USD/day", Spending(20_000_000_000, "day")),
        (rate, "60/minute", Rate(60, 60)),
        (rate, "100k/minute", Rate(100_000, 60)),
        (rate, "1.5M/day", Rate(1_500_000, 86_400)),
        (rate, "1/week", Rate(1, 604_800)),
        (fraction, "10%", Decimal("0.1")),
        (fraction, "100%", Decimal(1)),
        (fraction, "0.5%", Decimal("0.005")),
        (margin, "2pp", Margin("points", Decimal("0.02"))),
        (margin, "10%", Margin("relative", Decimal("0.1"))),
        (comparison, ">= 70%", Comparison(">=", Decimal("0.7"), "share")),
        (comparison, "<= 0.01 USD", Comparison("<=", Decimal("0.01"), "usd")),
        (comparison, "<2s", Comparison("<", Decimal(2), "time")),
        (comparison, "> 4.2", Comparison(">", Decimal("4.2"), "number")),
    ],
)
def test_a_quantity_is_exact(read: Callable[[object], object], text: str, value: object):
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (span_s, "10", "expected a time such as 10m"),
        (span_s, "1y", "expected a time such as 10m"),
        (span_s, "0s", "above zero"),
        (span_s, "99999w", "at most 100 years"),
        (nanos, "500", "expected an amount such as 500 USD"),
        (nanos, 500, "expected an amount such as 500 USD"),
        (nanos, "$500", "expected an amount such as 500 USD"),
        (nanos, "-5 USD", "expected an amount such as 500 USD"),
        (nanos, "500 EUR", "expected an amount in USD"),
        (nanos, "500 USD/day", "expected an amount such as 500 USD"),
        (nanos, "9000000.01 USD", "at most 9,000,000 USD"),
        (nanos, "0.0000000001 USD", "at most 9 decimal places"),
        (spending, "20 USD", "expected an amount and a period"),
        (spending, "20 USD/dya", "(did you mean `day`?)"),
        (rate, "60", "expected a rate such as 60/minute"),
        (rate, "60/min", "(did you mean `minute`?)"),
        (rate, "60K/minute", "expected k"),
        (rate, "1.5/minute", "a whole number of at least 1"),
        (rate, "0/minute", "a whole number of at least 1"),
        (rate, "99999999999M/day", "a whole number of at least 1"),
        (fraction, "0.1", "expected a share such as 10%"),
        (fraction, Decimal("0.1"), "expected a share such as 10%"),
        (fraction, "0%", "more than 0"),
        (fraction, "101%", "at most 100%"),
        (margin, "2", "expected percentage points such as 2pp"),
        (margin, "0pp", "expected more than 0"),
        (comparison, "70%", "expected a comparison"),
        (comparison, "= 70%", "expected a comparison"),
    ],
)
def test_anything_else_is_told_what_was_expected(read: Callable[[object], object], text: object, said: str):
    with pytest.raises(ValueError, match="expected") as caught:
        read(text)
    assert said in str(caught.value)


@given(st.integers(0, 9_000_000_000_000_000))
def test_every_nano_dollar_can_be_written(amount: int):
    assert nanos(f"{amount // 10**9}.{amount % 10**9:09} USD") == amount


@given(st.sampled_from([span_s, nanos, spending, rate, fraction, margin, comparison]), st.text())
def test_no_text_breaks_the_reading(read: Callable[[object], object], text: str):
    try:
        read(text)
    except ValueError as error:
        assert str(error).startswith("expected")
