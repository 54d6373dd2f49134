"""`models`: the names that applications ask for, and the targets behind them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    WithJsonSchema,
    model_validator,
)

from gateway.policy.models.block import Block
from gateway.policy.models.cache import CacheEntry

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
"""USD per million tokens, exact to a nano-dollar."""

ModelName = Annotated[str, StringConstraints(pattern=r"""^[^\s,"'${}\[\]]+$""", min_length=1, max_length=200)]
"""A model's name, or a glob in which * stands for any characters."""

TargetName = Annotated[
    str,
    StringConstraints(
        pattern=r"""^[A-Za-z0-9][A-Za-z0-9._-]*/[^\s,"'${}\[\]]+$""", min_length=3, max_length=300
    ),
]
"""provider/model. The model's part may hold one * if the model's own name is a glob."""


class PriceEntry(Block):
    """What a target costs, in USD per million tokens."""

    model_config = ConfigDict(title="Price")

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


def _free_or_rates(value: object) -> str:
    return "free" if isinstance(value, str) else "rates"


class TargetEntry(Block):
    """One model of one provider."""

    model_config = ConfigDict(title="Target")

    to: TargetName = Field(
        description="provider/model. `*` as the model is the name that was asked for.",
        examples=["openai/gpt-5-mini", "anthropic/*"],
    )
    weight: int = Field(
        default=1,
        ge=0,
        le=1_000_000,
        description="Its share of the calls; 0: only when all others of this model have failed. Default 1.",
    )
    price: (
        Annotated[
            Annotated[Literal["free"], Tag("free")] | Annotated[PriceEntry, Tag("rates")],
            Discriminator(_free_or_rates),
        ]
        | None
    ) = Field(
        default=None,
        description="`free`, or USD per million tokens. Absent: the dated price list.",
        examples=[{"input": 0.25, "output": 2.0}],
    )

    @property
    def provider(self) -> str:
        return self.to.partition("/")[0]

    @property
    def model(self) -> str:
        return self.to.partition("/")[2]


def _no_glob(name: str) -> str:
    if "*" in name:
        raise ValueError("expected the name of a model: a fallback can't be a glob, say which model is meant")
    return name


class ModelEntry(Block):
    """One name that applications ask for."""

    model_config = ConfigDict(title="Model")

    targets: tuple[TargetEntry, ...] = Field(
        min_length=1, description="Where its calls may go, spread by weight."
    )
    fallbacks: tuple[Annotated[ModelName, AfterValidator(_no_glob)], ...] = Field(
        default=(),
        description="Names of models to try, in order, when every target has failed. Absent: none.",
        examples=[["local"]],
    )
    retries: int = Field(
        default=0, ge=0, le=5, description="How often a target is tried again before the next one. Default 0."
    )
    cache: CacheEntry | None = Field(
        default=None, description="Answers that are given again from memory. Absent: none."
    )

    @model_validator(mode="after")
    def _can_be_chosen(self) -> Self:
        if all(target.weight == 0 for target in self.targets):
            raise ValueError(
                "every target has weight 0, which means: after the others. Give one a weight above 0"
            )
        return self
