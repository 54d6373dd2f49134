"""Which rates hold for a target: declared in the policy, else from the dated price list.

The list is recognised by a provider's address alone. A name in a policy is only ours, and a local
server that speaks OpenAI's dialect must not be billed at OpenAI's prices.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Final

from gateway.policy.snapshot import Price
from gateway.upstream.price_list import PriceList
from gateway.upstream.rates import Rates, Step, cost
from gateway.usage import nano_usd

__all__ = ["FREE", "PriceBook", "Rates", "Step", "cost", "declared_rates"]

MAX_REMEMBERED: Final = 4096

FREE: Final = Rates(input=0, output=0, version="policy", free=True)
AZURE: Final = "https://resource.openai.azure.com"
ECHO: Final = Rates(input=0, output=0, version="built in", free=True)


class PriceBook:
    """`at` gives the day (UTC) whose prices hold; a new day is noticed by the first who asks."""

    def __init__(self, at: date | Callable[[], date]) -> None:
        self._at = at
        self._list = PriceList()
        self._day: date | None = None
        self._remembered: dict[tuple[str, str], Rates | None] = {}
        self._declared: dict[int, tuple[Price, Rates]] = {}

    def rates(
        self,
        dialect: str,
        provider: str,
        base_url: str | None,
        model: str,
        declared: Price | None,
        *,
        free: bool,
    ) -> Rates | None:
        """None: no price is known. A price declared for the target comes before `free`, the
        provider's; both before the list."""
        if declared is not None:
            return self._of(declared)
        if free:
            return FREE
        if dialect == "echo":
            return ECHO
        if base_url is None:
            return None
        if dialect == "azure":
            base_url = AZURE  # a resource may have any address; its deployments are named by their models
        day = self._at() if callable(self._at) else self._at
        if day != self._day or len(self._remembered) >= MAX_REMEMBERED:
            self._remembered.clear()
            self._day = day
        key = (base_url, model)
        try:
            return self._remembered[key]
        except KeyError:
            found = self._remembered[key] = self._list.rates(base_url, model, day)
            return found

    def _of(self, declared: Price) -> Rates:
        # By identity: hashing four decimals costs more than all else here. What is held here keeps
        # its identity, so an id can't come to mean another price.
        held = self._declared.get(id(declared))
        if held is None:
            if len(self._declared) >= MAX_REMEMBERED:
                self._declared.clear()
            held = self._declared[id(declared)] = (declared, declared_rates(declared))
        return held[1]


def declared_rates(price: Price) -> Rates:
    """The rates of a price in a policy (USD per million tokens), each rounded up to a nano-dollar."""
    rates = (price.input, price.output, price.cache_read, price.cache_write, price.cache_write_1h)
    if not any((*rates, price.audio_input, price.audio_output)):
        return FREE
    return Rates(
        input=nano_usd(price.input),
        output=nano_usd(price.output),
        cache_read=_nano(price.cache_read),
        cache_write=_nano(price.cache_write),
        cache_write_1h=_nano(price.cache_write_1h),
        audio_input=_nano(price.audio_input),
        audio_output=_nano(price.audio_output),
        version="policy",
    )


def _nano(rate: Decimal | None) -> int | None:
    return None if rate is None else nano_usd(rate)
