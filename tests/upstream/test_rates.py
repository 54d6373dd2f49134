from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as with_figures

from gateway.upstream.rates import Rates, Step, cost, most
from gateway.usage import MAX_NANO_USD, Usage, nano_usd

RATE = st.integers(0, 10**12)
TOKENS = st.integers(0, 2_000_000)
GPT = Rates(input=250_000_000, output=2_000_000_000, cache_read=25_000_000)


@st.composite
def some_rates(draw: st.DrawFn) -> Rates:
    """Rates that do not fall where the size steps up."""
    names = ["input", "output", "cache_read", "cache_write", "cache_write_1h", "audio_input", "audio_output"]
    low: dict[str, Any] = {name: draw(RATE) for name in names}
    high: dict[str, Any] = {name: rate + draw(RATE) for name, rate in low.items()}
    return Rates(**low, steps=(Step(draw(TOKENS), Rates(**high)),))


@st.composite
def some_usage(draw: st.DrawFn) -> Usage:
    read, written, heard, said, plain, rest = (draw(TOKENS) for _ in range(6))
    return Usage(
        input_tokens=plain + read + written + heard,
        output_tokens=rest + said,
        cache_read_tokens=read,
        cache_write_tokens=written,
        cache_write_1h_tokens=draw(st.integers(0, written)),
        audio_input_tokens=heard,
        audio_output_tokens=said,
    )


def test_a_price_per_million_is_exact() -> None:
    assert cost(GPT, Usage(input_tokens=1_000_000)) == 250_000_000
    assert cost(GPT, Usage(input_tokens=1000, output_tokens=500)) == 250_000 + 1_000_000


def test_a_part_of_a_nano_dollar_is_rounded_up_once() -> None:
    thin = Rates(input=1, output=1)
    assert cost(thin, Usage(input_tokens=1)) == 1
    assert cost(thin, Usage(input_tokens=600_000, output_tokens=600_000)) == 2


def test_what_came_from_a_cache_is_not_paid_as_input_too() -> None:
    assert cost(GPT, Usage(input_tokens=1000, cache_read_tokens=800)) == 200 * 250 + 800 * 25


def test_a_one_hour_write_is_part_of_what_was_written() -> None:
    rates = Rates(input=10**6, output=0, cache_write=2 * 10**6, cache_write_1h=5 * 10**6)
    usage = Usage(input_tokens=10, cache_write_tokens=10, cache_write_1h_tokens=4)
    assert cost(rates, usage) == 6 * 2 + 4 * 5


def test_a_rate_that_is_missing_is_the_nearest_wider_one() -> None:
    rates = Rates(input=3 * 10**6, output=7 * 10**6)
    usage = Usage(
        input_tokens=4, cache_read_tokens=1, cache_write_tokens=1, audio_input_tokens=1, output_tokens=2
    )
    assert cost(rates, usage) == 4 * 3 + 2 * 7
    written = replace(rates, cache_write=5 * 10**6)
    assert cost(written, Usage(input_tokens=1, cache_write_tokens=1, cache_write_1h_tokens=1)) == 5


def test_above_a_step_every_token_costs_more() -> None:
    rates = Rates(input=10**6, output=0, steps=(Step(100, Rates(input=3 * 10**6, output=0)),))
    assert cost(rates, Usage(input_tokens=100)) == 100
    assert cost(rates, Usage(input_tokens=101)) == 303


def test_a_service_tier_has_its_own_rates_and_an_unknown_one_the_standard() -> None:
    rates = replace(GPT, tiers={"flex": Rates(input=1, output=1), "batch": Rates(input=2, output=2)})
    million = Usage(input_tokens=1_000_000)
    assert cost(rates, with_figures(million, tier="flex")) == 1
    assert cost(rates, with_figures(million, batch=True, tier="flex")) == 2
    assert cost(rates, with_figures(million, tier="default")) == cost(GPT, million)


# USD per million: input 1, output 5, cache read 0.1, written for 5 minutes 1.25 and for an hour 2, audio 10 and 20;
# above 200,000 of input twice as much; in a batch half. Like the lists of those who have all of that.
M = 10**9
LONG = Rates(input=2 * M, output=10 * M, cache_read=M // 5, cache_write=25 * M // 10, cache_write_1h=4 * M)
HALF = Rates(
    input=M // 2, output=25 * M // 10, cache_read=M // 20, cache_write=625 * M // 1000, cache_write_1h=M
)
FULL = Rates(
    input=M,
    output=5 * M,
    cache_read=M // 10,
    cache_write=125 * M // 100,
    cache_write_1h=2 * M,
    audio_input=10 * M,
    audio_output=20 * M,
    steps=(Step(200_000, LONG),),
    tiers={"batch": HALF, "priority": replace(LONG, input=3 * M)},
)


@pytest.mark.parametrize(
    ("usage", "usd"),
    [
        (Usage(0, 0), "0"),
        (Usage(1000, 200), "0.002"),
        (Usage(1000, 200, reasoning_tokens=150), "0.002"),
        (Usage(1000, 0, cache_read_tokens=1000), "0.0001"),
        (Usage(1000, 0, cache_write_tokens=1000), "0.00125"),
        (Usage(1000, 0, cache_write_tokens=1000, cache_write_1h_tokens=1000), "0.002"),
        (Usage(1000, 0, cache_write_tokens=800, cache_write_1h_tokens=300), "0.001425"),
        (Usage(1000, 0, cache_read_tokens=500, cache_write_tokens=300, cache_write_1h_tokens=100), "0.0007"),
        (Usage(1000, 200, audio_input_tokens=600), "0.0074"),
        (Usage(1000, 200, audio_output_tokens=150), "0.00425"),
        (Usage(200_000, 1000), "0.205"),
        (Usage(200_001, 1000), "0.410002"),
        (Usage(300_000, 0, cache_read_tokens=250_000), "0.15"),
        (Usage(1000, 200, batch=True), "0.001"),
        (Usage(1000, 200, batch=True, tier="priority"), "0.001"),
        (Usage(1000, 0, cache_write_tokens=1000, cache_write_1h_tokens=1000, batch=True), "0.001"),
        (Usage(1000, 200, tier="priority"), "0.005"),
        (Usage(1000, 200, tier="standard"), "0.002"),
        (Usage(1000, 200, images=3), "0.002"),
        (Usage(1000, 200, estimated=True), "0.002"),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else "",
)
def test_what_a_call_costs(usage: Usage, usd: str) -> None:
    """By hand, from the table of docs/usage.md."""
    assert cost(FULL, usage) == nano_usd(Decimal(usd))


def test_what_is_free_costs_nothing() -> None:
    assert cost(Rates(input=5, output=5, free=True), Usage(input_tokens=10**9)) == 0


@given(some_rates(), some_usage())
def test_the_parts_add_up_exactly(rates: Rates, usage: Usage) -> None:
    used = rates.steps[0].rates if usage.input_tokens > rates.steps[0].above else rates
    parts = [
        (used.cache_read, usage.cache_read_tokens),
        (used.cache_write, usage.cache_write_tokens - usage.cache_write_1h_tokens),
        (used.cache_write_1h, usage.cache_write_1h_tokens),
        (used.audio_input, usage.audio_input_tokens),
        (used.audio_output, usage.audio_output_tokens),
        (used.output, usage.output_tokens - usage.audio_output_tokens),
    ]
    plain = usage.input_tokens - usage.cache_read_tokens - usage.cache_write_tokens - usage.audio_input_tokens
    exact = sum(Fraction((rate or 0) * tokens, 10**6) for rate, tokens in [*parts, (used.input, plain)])
    assert 0 <= cost(rates, usage) - exact < 1


@given(some_rates(), some_usage(), st.sampled_from(["input_tokens", "output_tokens"]), TOKENS)
def test_more_tokens_never_cost_less(rates: Rates, usage: Usage, name: str, more: int) -> None:
    larger = with_figures(usage, **{name: getattr(usage, name) + more})
    assert cost(rates, larger) >= cost(rates, usage)


@given(some_rates(), some_usage())
def test_the_dearest_rates_bound_what_a_call_costs(rates: Rates, usage: Usage) -> None:
    bound = usage.input_tokens * rates.dearest_input + usage.output_tokens * rates.dearest_output
    assert cost(rates, usage) <= -(-bound // 10**6)


@given(some_rates(), some_usage(), st.integers(0, 1000), st.integers(0, 1000))
def test_no_call_of_so_many_tokens_or_fewer_costs_more(rates: Rates, usage: Usage, read: int, written: int):
    assert cost(rates, usage) <= most(rates, usage.input_tokens + read, usage.output_tokens + written)


def test_a_call_that_can_not_reach_a_step_is_bounded_below_it() -> None:
    rates = Rates(input=10**6, output=2 * 10**6, steps=(Step(100, Rates(input=3 * 10**6, output=9 * 10**6)),))
    assert most(rates, 100, 10) == 100 + 20
    assert most(rates, 101, 10) == 303 + 90


@given(some_rates(), st.builds(Usage, *[st.integers(-5, 10**6)] * 8))
def test_figures_that_make_no_sense_never_cost_less_than_nothing(rates: Rates, usage: Usage) -> None:
    assert cost(rates, usage) >= 0


@given(some_rates(), st.builds(Usage, *[st.integers(0, 10**30)] * 8))
def test_no_call_costs_more_than_can_be_recorded(rates: Rates, usage: Usage) -> None:
    assert cost(rates, usage) <= MAX_NANO_USD < 2**63


def test_a_cost_beyond_the_largest_amount_is_that_amount() -> None:
    assert cost(GPT, Usage(input_tokens=10**18)) == MAX_NANO_USD
