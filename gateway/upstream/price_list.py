"""The dated price list (the package genai-prices), compiled into exact rates.

Only the list that came with the installed package is read: it never updates itself. Prices that
depend on the day are those of the day asked for; where they also depend on the hour, the dearest
hour counts. A model with a charge that `Usage` can't count (a fee per request, images at a rate
above that of text) has no known price; fees of tools that a provider runs are not part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from genai_prices import __version__ as list_version
from genai_prices.data_snapshot import DataSnapshot, get_snapshot
from genai_prices.types import ModelInfo, ModelPrice, Provider, TieredPrices, TimeOfDateConstraint

from gateway.upstream.rates import Rates, Step
from gateway.usage import nano_usd

_FIELDS: Final = {
    "input_mtok": "input",
    "output_mtok": "output",
    "cache_read_mtok": "cache_read",
    "cache_write_mtok": "cache_write",
    "cache_write_1h_mtok": "cache_write_1h",
    "input_audio_mtok": "audio_input",
    "output_audio_mtok": "audio_output",
}
_TOOL_FEES: Final = frozenset({"web_searches_kcount", "social_searches_kcount", "storage_searches_kcount"})
_COVERED: Final = frozenset({"cache_audio_read_mtok"})
"""Charged as a cache read and as audio both: never less than it costs."""

_CONTEXTS: Final = {
    "processing": ("batch",),
    "service_tier": ("default", "flex", "priority", "fast"),
    "speed": ("fast",),
}
"""What of a request selects other prices, and which of its values `Usage` tells of."""


class PriceList:
    """The list as installed."""

    def __init__(self) -> None:
        self._snapshot: DataSnapshot = get_snapshot()

    def rates(self, base_url: str, model: str, day: date) -> Rates | None:
        """None: nobody with this address, no such model there, or a charge that can't be counted."""
        found = self._found(base_url, model)
        if found is None:
            return None
        rates = _compile(*found, day)
        return None if rates is None else replace(rates, context_window=_window(found[1]))

    def context_window(self, base_url: str, model: str) -> int | None:
        """Tokens that the model surely does not exceed in one call; None: not known."""
        found = self._found(base_url, model)
        return None if found is None else _window(found[1])

    def _found(self, base_url: str, model: str) -> tuple[Provider, ModelInfo] | None:
        providers = self._snapshot.providers
        provider = next((one for one in providers if re.match(one.api_pattern, base_url)), None)
        if provider is None:
            return None
        found = provider.find_model(model, all_providers=providers)
        return None if found is None else (provider, found)


def _window(model: ModelInfo) -> int | None:
    """The list rounds: 1,000,000 stands there for 1,048,576."""
    listed = model.context_window
    return None if listed is None else listed + listed // 20


def _compile(provider: Provider, model: ModelInfo, day: date) -> Rates | None:
    version = f"genai-prices {list_version} {day.isoformat()}"
    standard = _dearest(model, {}, day, version)
    if standard is None or not any(model is own for own in provider.models):
        return standard  # prices of tiers hold only where the model is the provider's own
    tiers: dict[str, Rates] = {}
    for key, values in _CONTEXTS.items():
        for value in values:
            variant = _dearest(model, {key: value}, day, version)
            if variant is not None and variant != standard:
                tiers[value] = variant
    if not tiers:
        return standard
    return replace(standard, tiers=MappingProxyType(tiers))


def _dearest(model: ModelInfo, context: dict[str, str], day: date, version: str) -> Rates | None:
    """The rates of the day's dearest hour."""
    compiled = [_flat(model.get_prices(moment, context), version) for moment in _moments(model, day)]
    known = [rates for rates in compiled if rates is not None]
    if len(known) < len(compiled):
        return None
    return max(known, key=lambda rates: (rates.dearest_output, rates.dearest_input))


def _moments(model: ModelInfo, day: date) -> Iterator[datetime]:
    """Midnight and every time of day at which a price of the model begins or ends."""
    yield datetime.combine(day, time(), UTC)
    if isinstance(model.prices, ModelPrice):
        return
    for conditional in model.prices:
        constraint = conditional.constraint
        if isinstance(constraint, TimeOfDateConstraint):
            for at in (constraint.start_time, constraint.end_time):
                yield datetime.combine(day, at if at.tzinfo else at.replace(tzinfo=UTC))


def _flat(prices: ModelPrice, version: str) -> Rates | None:
    """One set of prices, with a step wherever one of them steps."""
    named: dict[str, Decimal | TieredPrices] = {
        key: value for key, value in vars(prices).items() if value is not None and not key.startswith("_")
    }
    starts = {
        tier.start for value in named.values() if isinstance(value, TieredPrices) for tier in value.tiers
    }
    sizes = [0, *sorted(starts)]
    levels = [_level({key: _at(value, size) for key, value in named.items()}, version) for size in sizes]
    known = [level for level in levels if level is not None]
    if len(known) < len(levels):
        return None
    steps = tuple(Step(above, level) for above, level in zip(sizes[1:], known[1:], strict=True))
    parts = {name: getattr(known[0], name) for name in _FIELDS.values()}
    return Rates(**parts, steps=steps, version=version)


def _at(price: Decimal | TieredPrices, above: int) -> Decimal:
    """The price of a call with more than `above` input tokens (0: any)."""
    if not isinstance(price, TieredPrices):
        return price
    reached = [tier.price for tier in price.tiers if above and tier.start <= above]
    return reached[-1] if reached else price.base


def _level(prices: dict[str, Decimal], version: str) -> Rates | None:
    if "input_mtok" not in prices and "output_mtok" not in prices:
        return None
    base = {"input": prices.get("input_mtok", Decimal(0)), "output": prices.get("output_mtok", Decimal(0))}
    parts: dict[str, int | None] = dict.fromkeys(_FIELDS.values())
    for key, price in prices.items():
        if key in _FIELDS:
            parts[_FIELDS[key]] = nano_usd(price)
        elif key not in _TOOL_FEES and key not in _COVERED:
            direction = key.partition("_")[0]
            if not key.endswith("_mtok") or price > base.get(direction, base["input"]):
                return None
    parts["input"], parts["output"] = nano_usd(base["input"]), nano_usd(base["output"])
    return Rates(**parts, version=version)  # type: ignore[arg-type]
