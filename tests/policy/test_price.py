"""What a price leaves out."""

from __future__ import annotations

from decimal import Decimal

from gateway.policy.price import FREE, Price


def test_a_price_says_nothing_of_what_it_does_not_name():
    price = Price(Decimal("0.25"), Decimal(2))
    assert (price.cache_read, price.cache_write, price.audio_input, price.image, price.tiers) == (
        None,
        None,
        None,
        None,
        (),
    )


def test_free_is_free_in_every_way():
    assert {FREE.input, FREE.output, FREE.cache_read, FREE.cache_write} == {0}
