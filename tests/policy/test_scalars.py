from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.scalars import MAX_NUMBER_CHARS, NumberTooLong, Plain, resolve


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("NULL", None),
        ("nUll", "nUll"),
        ("true", True),
        ("TRUE", True),
        ("False", False),
        ("tRue", "tRue"),
        ("0", 0),
        ("-0", 0),
        ("007", 7),
        ("+12", 12),
        ("0o17", 15),
        ("0x1F", 31),
        ("-0x1F", "-0x1F"),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("1.", Decimal(1)),
        (".5", Decimal("0.5")),
        ("-.5e+3", Decimal(-500)),
        ("1e3", Decimal(1000)),
        ("1e", "1e"),
        (".", "."),
        ("-", "-"),
        (".inf", Decimal("Infinity")),
        ("-.INF", Decimal("-Infinity")),
        ("12:30", "12:30"),
        ("190:20:30", "190:20:30"),
        ("2026-01-01", "2026-01-01"),
        ("on", "on"),
        ("off", "off"),
        ("yes", "yes"),
        ("no", "no"),
        ("y", "y"),
        ("=", "="),
        ("١٢", "١٢"),
    ],
)
def test_a_plain_scalar_is_what_yaml_1_2_core_says(text: str, value: Plain):
    found = resolve(text)
    assert found == value
    assert type(found) is type(value)


@given(st.integers(min_value=-(10**38), max_value=10**38))
def test_every_integer_is_read_back(number: int):
    assert resolve(str(number)) == number


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=-(10**9), max_value=10**9))
def test_every_amount_is_read_back_exactly(number: Decimal):
    assert resolve(f"{number:f}") == number


@given(st.text(min_size=1).filter(lambda text: text[0] not in "+-.0123456789~nNtTfF"))
def test_text_stays_text(text: str):
    assert resolve(text) == text


def test_a_price_is_exact():
    assert str(resolve("0.0375")) == "0.0375"


@pytest.mark.parametrize("digits", ["9" * 5000, "0x" + "f" * 5000, "1." + "0" * 5000])
def test_a_number_that_no_field_holds_is_refused(digits: str):
    with pytest.raises(NumberTooLong):
        resolve(digits)


def test_the_longest_number_is_still_read():
    assert resolve("9" * MAX_NUMBER_CHARS) == int("9" * MAX_NUMBER_CHARS)
