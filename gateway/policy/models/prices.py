"""What a target costs: rates, and those of other service tiers."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema

from gateway.policy.models.block import Block, PlainName

MAX_USD_PER_MILLION = 1_000_000


def _decimal(value: object) -> object:
    """A whole number is an amount too (true is not, though Python says so)."""
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


Rate = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    Field(ge=0, le=MAX_USD_PER_MILLION, decimal_places=9),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": MAX_USD_PER_MILLION}),
]
"""USD, exact to a nano-dollar."""


class RatesEntry(Block):
    """The rates of one service tier, in USD per million tokens."""

    model_config = ConfigDict(title="Rates")

    input: Rate = Field(description="USD per million input tokens.", examples=[0.25])
    output: Rate = Field(description="USD per million output tokens, reasoning included.", examples=[2.0])
    cache_read: Rate | None = Field(
        default=None,
        description="USD per million input tokens read from the provider's cache. Absent: as input.",
        examples=[0.025],
    )
    cache_write: Rate | None = Field(
        default=None,
        description="USD per million input tokens written to the provider's cache. Absent: as input.",
        examples=[0.3],
    )
    cache_write_1h: Rate | None = Field(
        default=None,
        description="USD per million of those that it keeps for an hour. Absent: as cache_write.",
        examples=[0.5],
    )
    audio_input: Rate | None = Field(
        default=None, description="USD per million tokens of audio heard. Absent: as input.", examples=[10]
    )
    audio_output: Rate | None = Field(
        default=None, description="USD per million tokens of audio said. Absent: as output.", examples=[20]
    )
    image: Rate | None = Field(
        default=None,
        description="USD for each image that is drawn, beside its tokens. Absent: nothing.",
        examples=[0.04],
    )


class PriceEntry(RatesEntry):
    """What a target costs, in USD per million tokens."""

    model_config = ConfigDict(title="Price")

    tiers: dict[PlainName, RatesEntry] = Field(
        default_factory=dict,
        description="Service tiers of the provider by its own names (flex, priority, fast …), and their rates. Absent: none.",
    )
