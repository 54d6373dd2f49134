"""The audit log, as administrators ask it and are told of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from gateway.admin.words import Asked, Label, Moment, Paging, Told
from gateway.stores.interfaces import Order

Ending = Literal[
    "complete",
    "refused",
    "upstream_error",
    "upstream_error_midstream",
    "client_gone",
    "timeout",
    "shutdown",
    "interrupted",
]
Decision = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}(:[!-~]{1,300})?$", max_length=350)]
Dollars = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,7}(\.[0-9]{1,9})?$")]

Record = Annotated[
    dict[str, Any], Field(description="A call's record: its fields are those of docs/audit.md.")
]


class CallsAsked(Asked):
    """Every one that is given must hold."""

    since: Moment | None = Field(None, description="Calls that began at this time, or later.")
    until: Moment | None = Field(None, description="Calls that began before this time.")
    user: Label | None = Field(None, description="A person's name, or the pseudonym in the records.")
    end_user: Label | None = Field(None, description="For whom the call was: likewise.")
    team: Label | None = None
    key: Label | None = Field(None, description="The id of a key.")
    use_case: Label | None = None
    api: Label | None = Field(None, description="The operation: chat, messages, …")
    model: Label | None = Field(None, description="As it was asked for.")
    provider: Label | None = Field(None, description="That served.")
    region: Label | None = Field(
        None,
        description="One that the call was sent to, whether or not it was answered there; none: of no region.",
    )
    entity: Label | None = Field(None, description="What was found in it: EMAIL, IBAN, …", examples=["EMAIL"])
    policy: Label | None = Field(None, description="The revision that decided.")
    cost_over: Dollars | None = Field(None, description="USD; only calls that cost more.", examples=["0.50"])
    ending: Ending | None = None
    decision: Decision | None = Field(
        None, description="refused, a stage, or stage:rule.", examples=["refused"]
    )


class CallQuery(CallsAsked, Paging):
    """Which calls, and in which order."""

    order: Order = Field("newest", description="dearest: by cost; longest: by tokens.")


class CallTotals(Told):
    """Of all calls that were asked about. Calls without a known price are in `unpriced`, and cost nothing here."""

    calls: int
    refused: int
    input_tokens: int
    output_tokens: int
    cost_usd: str
    unpriced: int


class ExportAsked(CallsAsked):
    """What is about to be taken away."""

    format: Literal["jsonl", "csv"] = "jsonl"


class CallPage(Told):
    calls: list[Record] = Field(description="In the order asked for.")
    next: str | None = Field(description="The cursor of the next page; null: this was the last.")


class CallRecord(Told):
    """One call, with the names of people where `usage:read_people` permits it."""

    call: Record
