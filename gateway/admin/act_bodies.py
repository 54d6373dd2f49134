"""What administrators did, as others ask for it and are told of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from gateway.admin.words import Label, Moment, Paging, Told

ActEnding = Literal["done", "refused", "failed", "interrupted"]
ActName = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}(\.[a-z_]{1,40})?$")]

Record = Annotated[
    dict[str, Any], Field(description="An act's record: its fields are those of docs/audit.md.")
]


class ActsAsked(Paging):
    """Every one that is given must hold."""

    since: Moment | None = Field(None, description="Acts at this time, or later.")
    until: Moment | None = Field(None, description="Acts before this time.")
    user: Label | None = Field(
        None, description="Who acted, or whom sudo named: a person's name, or their pseudonym."
    )
    team: Label | None = Field(None, description="Whose it is that was acted upon.")
    key: Label | None = Field(None, description="The id of the key that was used to act.")
    act: ActName | None = Field(
        None, description="An act (keys.create), or the acts of one kind (keys).", examples=["keys.revoke"]
    )
    ending: ActEnding | None = None
    about: Label | None = Field(
        None, description="What was acted upon: an id, a person's name or pseudonym, a role, a team."
    )


class ActPage(Told):
    acts: list[Record] = Field(description="Newest first.")
    next: str | None = Field(description="The cursor of the next page; null: this was the last.")


class ActRecord(Told):
    """One act, with the names of people where `usage:read_people` permits it."""

    act: Record
