"""`models`: the names that applications ask for, and the targets behind them."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import (
    AfterValidator,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    model_validator,
)

from gateway.policy.models.block import Block
from gateway.policy.models.cache import CacheEntry
from gateway.policy.models.prices import PriceEntry
from gateway.policy.models.texts import ToolPattern
from gateway.policy.models.units import Nanos

MOST_TOKENS: Final = 1_000_000_000

ModelName = Annotated[str, StringConstraints(pattern=r"""^[^\s,"'${}\[\]]+$""", min_length=1, max_length=200)]
"""A model's name, or a glob in which * stands for any characters."""

TargetName = Annotated[
    str,
    StringConstraints(
        pattern=r"""^[A-Za-z0-9][A-Za-z0-9._-]*/[^\s,"'${}\[\]]+$""", min_length=3, max_length=300
    ),
]
"""provider/model. The model's part may hold one * if the model's own name is a glob."""


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
    context_window: int | None = Field(
        default=None,
        ge=1,
        le=MOST_TOKENS,
        description="Tokens that it reads in one call, its answer included. Absent: as in the dated list.",
        examples=[128_000],
    )
    max_output: int | None = Field(
        default=None,
        ge=1,
        le=MOST_TOKENS,
        description="Tokens of its longest answer. Absent: its context window.",
        examples=[16_384],
    )
    hosted_tools: dict[ToolPattern, Nanos] = Field(
        default_factory=dict,
        description="The most that tools run by the provider add to the cost of one call, by type (web_search, "
        "code_interpreter, mcp …) or glob: their fees and all that they make the model read again. Absent: no bound.",
        examples=[{"web_search*": "0.50 USD"}],
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
