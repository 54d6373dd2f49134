"""`processor` of a provider: who it is in the eyes of data protection law."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from gateway.policy.models.block import Block
from gateway.policy.models.texts import Country, Line
from gateway.policy.models.units import Span


class ProcessorEntry(Block):
    """Who processes what is sent there."""

    model_config = ConfigDict(title="Processor")

    name: Line = Field(description="Its name in the record of processing.", examples=["OpenAI"])
    country: Country = Field(description="Where it works, by two letters (ISO 3166).", examples=["US"])
    dpa: Line | None = Field(
        default=None,
        description="The contract with it (article 28): where it is filed. Absent: none.",
        examples=["LEG-12"],
    )
    transfer: Literal["none", "adequacy", "dpf", "scc", "bcr", "derogation"] = Field(
        default="none",
        description="What a transfer to a third country rests on: adequacy, dpf (Data Privacy Framework), scc "
        "(standard contractual clauses), bcr (binding corporate rules), derogation. Default none.",
        examples=["scc"],
    )
    retention: Span | None = Field(
        default=None, description="How long it keeps what it is sent. Absent: not known.", examples=["30d"]
    )
    trains: bool | None = Field(
        default=None, description="Whether it trains on what it is sent. Absent: not known.", examples=[False]
    )
