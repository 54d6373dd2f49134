"""The bound is never below what a call can cost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.ledger.bound import bound_nano_usd
from gateway.upstream.rates import Rates, cost
from gateway.usage import Usage

RATE = st.integers(0, 10**12)
RATES = st.builds(
    Rates,
    input=RATE,
    output=RATE,
    cache_read=st.none() | RATE,
    cache_write=st.none() | RATE,
    cache_write_1h=st.none() | RATE,
)


@given(
    st.lists(RATES, min_size=1, max_size=4),
    st.integers(0, 5000),
    st.integers(1, 5000),
    st.integers(1, 4),
    st.data(),
)
def test_no_call_within_its_body_and_cap_costs_more_than_its_bound(
    plan: list[Rates], body_bytes: int, cap: int, choices: int, data: st.DataObject
):
    bound = bound_nano_usd(plan, body_bytes=body_bytes, max_output_tokens=cap, choices=choices)
    assert bound is not None
    given_tokens = data.draw(st.integers(0, body_bytes))
    read = data.draw(st.integers(0, given_tokens))
    written = data.draw(st.integers(0, given_tokens - read))
    usage = Usage(
        input_tokens=given_tokens,
        output_tokens=data.draw(st.integers(0, cap * choices)),
        cache_read_tokens=read,
        cache_write_tokens=written,
        cache_write_1h_tokens=data.draw(st.integers(0, written)),
    )
    assert cost(data.draw(st.sampled_from(plan)), usage) <= bound


@given(st.lists(RATES, max_size=3), st.integers(0, 3))
def test_one_unknown_price_makes_the_plan_unbounded(known: list[Rates], place: int):
    plan: list[Rates | None] = [*known]
    plan.insert(place, None)
    assert bound_nano_usd(plan, body_bytes=1, max_output_tokens=1, choices=1) is None


def test_a_fraction_of_a_nano_dollar_is_rounded_up():
    assert bound_nano_usd([Rates(input=1, output=0)], body_bytes=1, max_output_tokens=None, choices=1) == 1
