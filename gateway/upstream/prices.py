"""Which rates hold for a target: declared in the policy, else from the dated price list.

The list is recognised by a provider's address alone. A name in a policy is only ours, and a local
server that speaks OpenAI's dialect must not be billed at OpenAI's prices.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from gateway.policy.price import Price
from gateway.upstream.price_list import PriceList
from gateway.upstream.rates import Rates, Step, cost, most
from gateway.usage import nano_usd

__all__ = ["FREE", "PriceBook", "Rates", "Step", "cost", "declared_rates", "most"]

MAX_REMEMBERED: Final = 4096

FREE: Final = Rates(input=0, output=0, version="policy", free=True)
_RATES: Final = (
    "input",
    "output",
    "cache_read",
    "cache_write",
    "cache_write_1h",
    "audio_input",
    "audio_output",
)
AZURE: Final = "https://resource.openai.azure.com"
ECHO: Final = Rates(input=0, output=0, version="built in", free=True)


class PriceBook:
    """`at` gives the day (UTC) whose prices hold; a new day is noticed by the first who asks."""

    def __init__(self, at: date | Callable[[], date]) -> None:
        self._at = at
        self._list = PriceList()
        self._day: date | None = None
        self._remembered: dict[tuple[str, str], Rates | None] = {}
        self._declared: dict[tuple[int, str | None, str], tuple[Price, Rates]] = {}

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
        if declared is None and free:
            return FREE
        if declared is None and dialect == "echo":
            return ECHO
        if dialect == "azure":
            base_url = AZURE  # a resource may have any address; its deployments are named by their models
        if declared is not None:
            return self._of(declared, base_url, model)
        return None if base_url is None else self._listed(base_url, model)

    def _listed(self, base_url: str, model: str) -> Rates | None:
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

    def _of(self, declared: Price, base_url: str | None, model: str) -> Rates:
        """What the list knows of the model beside its price holds all the same."""
        # By identity: hashing four decimals costs more than all else here. What is held here keeps
        # its identity, so an id can't come to mean another price.
        key = (id(declared), base_url, model)
        held = self._declared.get(key)
        if held is None:
            if len(self._declared) >= MAX_REMEMBERED:
                self._declared.clear()
            window = None if base_url is None else self._list.context_window(base_url, model)
            held = self._declared[key] = (declared, declared_rates(declared, window))
        return held[1]


def declared_rates(price: Price, context_window: int | None = None) -> Rates:
    """The rates of a price in a policy (USD per million tokens), each rounded up to a nano-dollar."""
    rates = [getattr(price, name) for name in _RATES]
    if not (any(rates) or price.image or price.tiers):
        return FREE
    parts: dict[str, Any] = {
        name: None if rate is None else nano_usd(rate) for name, rate in zip(_RATES, rates, strict=True)
    }
    return Rates(
        **parts,
        image=0 if price.image is None else nano_usd(price.image),
        tiers=MappingProxyType({tier: declared_rates(other) for tier, other in price.tiers}),
        version="policy",
        context_window=context_window,
    )
