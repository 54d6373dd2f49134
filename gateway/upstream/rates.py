"""What tokens cost, as integers, and what a call cost. Pure.

A rate is nano-dollars per million tokens; `image` is nano-dollars per image. Where one is None the written rule is: a one-hour cache
write costs what a cache write costs; a cache read, a cache write and audio heard cost what input
costs; audio said costs what output costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from gateway.usage import MAX_NANO_USD, Usage

PER_RATE_TOKENS: Final = 1_000_000
WITH_HELD: Final = " + held"
"""Ends the price version of a cost in which there is what was held for work of which no usage was told."""

_NO_TIERS: Final[Mapping[str, Rates]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Step:
    """From more than `above` input tokens on, all tokens of the call cost `rates`."""

    above: int
    rates: Rates


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of one model. `version` says where they are from and of which day.

    `steps` are in ascending order. `tiers` holds the rates of other service tiers as the provider
    names them (flex, priority) and of `batch`; a tier not in it costs what is standard. `context_window` is the
    most tokens that the model reads and writes in one call; None: not known.

    `dearest_input` and `dearest_output` bound any call of the standard tier, `short_input` and `short_output` any below the
    first step; they are derived.
    """

    input: int
    output: int
    cache_read: int | None = None
    cache_write: int | None = None
    cache_write_1h: int | None = None
    audio_input: int | None = None
    audio_output: int | None = None
    image: int = 0
    steps: tuple[Step, ...] = ()
    tiers: Mapping[str, Rates] = field(default_factory=lambda: _NO_TIERS)
    version: str = "policy"
    free: bool = False
    context_window: int | None = None
    dearest_input: int = field(init=False, repr=False, compare=False)
    dearest_output: int = field(init=False, repr=False, compare=False)
    short_input: int = field(init=False, repr=False, compare=False)
    short_output: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        heard = (self.cache_read, self.cache_write, self.cache_write_1h, self.audio_input)
        inputs = [self.input, *(rate for rate in heard if rate is not None)]
        outputs = [self.output, self.audio_output or 0]
        object.__setattr__(self, "short_input", max(inputs))
        object.__setattr__(self, "short_output", max(outputs))
        for step in self.steps:
            inputs.append(step.rates.dearest_input)
            outputs.append(step.rates.dearest_output)
        object.__setattr__(self, "dearest_input", max(inputs))
        object.__setattr__(self, "dearest_output", max(outputs))


def most(rates: Rates, input_tokens: int, output_tokens: int) -> int:
    """No call of so many tokens at its tier costs more, whatever they are; nano-dollars. Images come on top."""
    if rates.steps and input_tokens <= rates.steps[0].above:
        total = input_tokens * rates.short_input + output_tokens * rates.short_output
    else:
        total = input_tokens * rates.dearest_input + output_tokens * rates.dearest_output
    return -(-total // PER_RATE_TOKENS)


def cost(rates: Rates, usage: Usage) -> int:
    """Nano-dollars of a call, exact, rounded up once. Never negative, and never more than can be
    recorded and added up: a dearer call is a mistake of rates or figures.

    Parts that overlap (audio read from a cache is counted as both) are charged as both: what is left
    for the input rate does not go below nothing.
    """
    if rates.free:
        return 0
    if rates.tiers or rates.steps:
        rates = _in_force(rates, usage)
    read, written, written_1h = usage.cache_read_tokens, usage.cache_write_tokens, usage.cache_write_1h_tokens
    heard, said = usage.audio_input_tokens, usage.audio_output_tokens
    if not (read or written or heard or said):
        total = usage.input_tokens * rates.input + usage.output_tokens * rates.output
    else:
        total = max(usage.input_tokens - read - written - heard, 0) * rates.input
        total += max(usage.output_tokens - said, 0) * rates.output
        cache_write = _or(rates.cache_write, rates.input)
        total += read * _or(rates.cache_read, rates.input)
        total += max(written - written_1h, 0) * cache_write
        total += written_1h * _or(rates.cache_write_1h, cache_write)
        total += heard * _or(rates.audio_input, rates.input)
        total += said * _or(rates.audio_output, rates.output)
    nano_usd = -(-total // PER_RATE_TOKENS) + usage.images * rates.image
    return nano_usd if 0 <= nano_usd <= MAX_NANO_USD else min(max(nano_usd, 0), MAX_NANO_USD)


def _in_force(rates: Rates, usage: Usage) -> Rates:
    """The rates of the call's tier and size."""
    if rates.tiers:
        tier = "batch" if usage.batch else usage.tier
        if tier is not None:
            rates = rates.tiers.get(tier, rates)
    for step in reversed(rates.steps):
        if usage.input_tokens > step.above:
            return step.rates
    return rates


def _or(rate: int | None, instead: int) -> int:
    return instead if rate is None else rate
