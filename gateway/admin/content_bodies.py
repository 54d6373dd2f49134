"""Kept contents, as administrators ask for them and are told."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from gateway.admin.privacy_bodies import Reason
from gateway.admin.words import Asked, Moment, Told


class ContentAsked(Asked):
    """Why it is looked at."""

    reason: Reason = Field(description="Why. It is recorded as it stands.", examples=["complaint 4711"])


class ContentOpened(Told):
    """What was kept of a call."""

    call: str
    mode: str
    ref: str = Field(description="The hash of what is kept, as the call's record has it.")
    content: dict[str, Any]


class SearchAsked(ContentAsked):
    """What is looked for, a page at a time."""

    text: Annotated[str, StringConstraints(min_length=3, max_length=200)] = Field(
        description="Found whatever its case. It is not recorded."
    )
    since: Moment | None = Field(None, description="Calls that began at this time, or later.")
    cursor: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,2000}$")] | None = Field(
        None, description="`next` of the page before."
    )


class ContentFound(Told):
    """A call whose content holds the text: `where` is sent or got."""

    call: str
    at: str
    team: str | None
    where: str
    around: str


class ContentSearched(Told):
    """A page: how many contents were read for it, and how many can't be read any more."""

    found: list[ContentFound]
    read: int
    unreadable: int
    next: str | None
