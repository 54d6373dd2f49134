"""The dated price list: compiled exactly, recognised by address, and silent where it can't be sure."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from genai_prices import __version__ as list_version
from genai_prices.data_snapshot import get_snapshot
from hypothesis import given
from hypothesis import strategies as st

from gateway.upstream.price_list import PriceList
from gateway.upstream.rates import Rates

OPENAI = "https://api.openai.com/v1"
DAY = date(2026, 11, 1)

NAMES = sorted({model.id for provider in get_snapshot().providers for model in provider.models})
LIST = PriceList()


def test_rates_are_exact_nano_dollars_per_million_and_say_where_they_are_from():
    rates = LIST.rates(OPENAI, "gpt-4o", DAY)
    assert isinstance(rates, Rates)
    assert (rates.input, rates.output, rates.cache_read) == (2_500_000_000, 10_000_000_000, 1_250_000_000)
    assert rates.version == f"genai-prices {list_version} 2026-11-01"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000/v1", "https://acme.test/v1", "https://example.com/?api.openai.com"]
)
def test_an_address_nobody_is_known_under_has_no_price(url: str):
    assert LIST.rates(url, "gpt-4o", DAY) is None


def test_a_model_that_is_not_in_the_list_has_no_price():
    assert LIST.rates(OPENAI, "no-such-model-of-theirs", DAY) is None


@given(st.sampled_from(NAMES), st.integers(-1000, 1000))
def test_every_price_of_every_day_is_no_less_than_nothing(name: str, days: int):
    """No model makes it fail, and the bound of a reservation is never below what a call may cost."""
    for url in (OPENAI, "https://api.anthropic.com", "https://generativelanguage.googleapis.com"):
        rates = LIST.rates(url, name, DAY + timedelta(days=days))
        if rates is not None:
            assert min(rates.input, rates.output) >= 0
            assert rates.dearest_input >= rates.input
            assert rates.dearest_output >= rates.output
