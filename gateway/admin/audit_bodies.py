"""The audit log, as administrators ask it and are told of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from gateway.admin.words import Label, Moment, Paging, Told

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

Record = Annotated[
    dict[str, Any], Field(description="A call's record: its fields are those of docs/audit.md.")
]


class CallQuery(Paging):
    """Every one that is given must hold."""

    since: Moment | None = Field(None, description="Calls that began at this time, or later.")
    until: Moment | None = Field(None, description="Calls that began before this time.")
    user: Label | None = Field(None, description="A person's name, or the pseudonym in the records.")
    team: Label | None = None
    key: Label | None = Field(None, description="The id of a key.")
    use_case: Label | None = None
    model: Label | None = Field(None, description="As it was asked for.")
    region: Label | None = Field(None, description="Of the provider that served.")
    ending: Ending | None = None
    decision: Decision | None = Field(
        None, description="refused, a stage, or stage:rule.", examples=["refused"]
    )


class CallPage(Told):
    calls: list[Record] = Field(description="Newest first.")
    next: str | None = Field(description="The cursor of the next page; null: this was the last.")


class CallRecord(Told):
    """One call, with the names of people where `usage:read_people` permits it."""

    call: Record
