"""`limits`: how much in how short a time, and how much at once."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from gateway.policy.models.block import Block
from gateway.policy.models.match import MatchEntry
from gateway.policy.models.texts import RuleName
from gateway.policy.models.units import RateText

Per = Literal["team", "user", "key", "use_case", "model", "api", "provider", "target", "region", "end_user"]
"""Facts of which a call has one: each value of them is counted apart."""


class LimitEntry(Block):
    """One limit. Every one that matches a call applies."""

    model_config = ConfigDict(title="Limit")

    name: RuleName = Field(description="Its name, in records, metrics and refusals.", examples=["per-user"])
    match: MatchEntry | None = Field(
        default=None,
        description="Which calls it is about. Absent: every call.",
        examples=[{"team": "support"}],
    )
    per: tuple[Per, ...] = Field(
        default=(),
        description="What is counted apart: each value, or combination of values, has the limit for itself. A call "
        "that lacks one is counted by its key. Absent: all calls together.",
        examples=[["user"]],
    )
    requests: RateText | None = Field(
        default=None, description="Calls in any such time.", examples=["60/minute"]
    )
    tokens: RateText | None = Field(
        default=None, description="Tokens, of input and output, in any such time.", examples=["100k/minute"]
    )
    concurrent: int | None = Field(
        default=None, ge=1, le=1_000_000, description="Calls at once.", examples=[8]
    )
    on_store_failure: Literal["local", "block", "allow"] = Field(
        default="local",
        description="When the store of counts can't be asked: local (each process holds its part), block or "
        "allow. Default local.",
        examples=["local"],
    )

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if self.requests is None and self.tokens is None and self.concurrent is None:
            raise ValueError("this limits nothing: say requests, tokens or concurrent")
        if len(set(self.per)) < len(self.per):
            raise ValueError("`per` names a fact twice: keep one of them")
        return self
