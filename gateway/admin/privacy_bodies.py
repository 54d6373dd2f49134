"""Rights of people, legal holds and the record of processing, as administrators send and are told of them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints, WithJsonSchema

from gateway.admin.words import Asked, Label, Moment, Time, Told

Subject = Annotated[
    str,
    StringConstraints(pattern=r"^(user|end_user|key):[^\x00-\x1f\x7f]{1,256}$"),
    Field(description="user:ID, end_user:ID or key:ID: a name as calls give it, or its pseudonym."),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^(user|end_user|key):[^\x00-\x1f\x7f]{1,256}$",
            "examples": ["user:anna"],
        }
    ),
]
Reason = Annotated[str, StringConstraints(min_length=3, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$")]


class PersonAsked(Asked):
    """Whose rights it is about."""

    subject: Subject


class ExportAsked(PersonAsked):
    """A page of what is kept of a person."""

    limit: Annotated[int, Field(ge=1, le=50)] = Field(20, description="At most so many calls.")
    cursor: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,2000}$")] | None = Field(
        None, description="`next` of the page before."
    )


class ErasureAsked(PersonAsked):
    """Whom to erase."""

    received: Moment | None = Field(
        None, description="When they asked for it, if that was before now: the month begins then."
    )


class FoundIn(Told):
    """What one store holds of a person."""

    store: str
    count: int
    what: str


class PersonFound(Told):
    """What is kept of a person. `pseudonym` null: nothing."""

    subject: str
    pseudonym: str | None
    first_at: str | None = Field(description="Of their calls the oldest.")
    last_at: str | None
    found: list[FoundIn]
    holds: list[str] = Field(description="Legal holds that keep them from being erased.")


class PersonExported(Told):
    """A page of a person's data. What is about all of it stands on the first page alone."""

    subject: str
    pseudonym: str
    about: dict[str, Any] | None = Field(
        description="Purposes, categories, recipients, transfers, retention and rights: on the first page."
    )
    calls: list[dict[str, Any]] = Field(
        description="Records, oldest first, with what is kept of their content."
    )
    next: str | None


class PersonErased(Told):
    """What became of it: `state` is done, or deferred by the legal holds in `holds`."""

    request: str
    state: str
    due_at: Time
    holds: list[str]
    certificate: str | None = Field(description="The certificate, JSON in one line: keep it.")


class RequestTold(Told):
    """A request, under a pseudonym."""

    id: str
    kind: str
    subject: str
    received_at: Time
    due_at: Time
    days_left: int
    state: str
    ended_at: Time | None
    note: str | None


class RequestsAsked(Asked):
    """Which of them."""

    all: Annotated[str, StringConstraints(pattern="^(true|false)$")] = Field(
        "false", description="Those that are done, too."
    )


class RequestPage(Told):
    requests: list[RequestTold] = Field(description="By when they are due.")


class HoldAsked(Asked):
    """What must stay: calls of which all that is given is so."""

    reason: Reason = Field(description="Why, for whoever asks later. Kept as it stands: name nobody.")
    subject: Subject | None = None
    team: Label | None = None
    use_case: Label | None = None
    key: Label | None = None
    since: Moment | None = Field(None, description="Calls that began at this time, or later.")
    until: Moment | None = Field(None, description="Calls that began before this time.")


class HoldTold(Told):
    """A legal hold; of a person the pseudonym."""

    id: str
    reason: str
    created_at: Time
    released_at: Time | None
    subject: str | None
    team: str | None
    use_case: str | None
    key: str | None
    since: str | None
    until: str | None


class HoldPage(Told):
    holds: list[HoldTold] = Field(description="Oldest first.")


class HoldReleased(Told):
    hold: str
    deferred: list[str] = Field(description="Requests that waited for a hold: ask for them again.")


class RecipientTold(Told):
    """A provider that data may go to; null: the policy does not say."""

    provider: str
    name: str | None
    country: str | None
    region: str | None
    dpa: str | None
    transfer: str | None
    retention: str | None
    trains: bool | None
    calls: int


class ProcessingTold(Told):
    """The record of processing of one use case (GDPR, article 30)."""

    use_case: str
    owner: str | None
    purpose: str | None
    controller: str | None
    lawful_basis: str | None
    data_subjects: list[str]
    data_categories: list[str]
    recipients: list[RecipientTold]
    transfers: list[str] = Field(description="Recipients in third countries.")
    retention: dict[str, str]
    safeguards: list[str]
    dpia: str | None
    ai_act: str | None
    gaps: list[str] = Field(description="What the policy does not say.")


class ProcessingAsked(Asked):
    """Which calls are counted for recipients."""

    since: Moment | None = Field(None, description="Calls that began at this time, or later.")


class ProcessingReport(Told):
    policy: str
    at: Time
    records: list[ProcessingTold]
