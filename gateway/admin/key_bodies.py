"""Keys, as administrators send them and are told of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Literal

from pydantic import Field

from gateway.admin.words import Asked, Label, Lifetime, Overlap, Time, Told, time_text
from gateway.policy.declared_keys import DeclaredKey
from gateway.policy.models.block import PersonalName
from gateway.policy.models.keys import Network
from gateway.stores.key_records import KeyRecord

State = Literal["in force", "expired", "revoked", "user disabled"]


class NewKey(Asked):
    """A key to be made."""

    name: Label = Field(description="What the key is for; shown in lists.", examples=["faq bot"])
    roles: Annotated[tuple[PersonalName, ...], Field(min_length=1, max_length=64, strict=False)] = Field(
        description="Roles of the policy; at most the team's count, at each call.", examples=[["analyst"]]
    )
    team: PersonalName | None = Field(None, description="A team of the policy.", examples=["support"])
    user: Label | None = Field(None, description="The person who uses it.")
    use_case: Label | None = Field(None, description="The use case of all its calls.")
    networks: Annotated[tuple[Network, ...], Field(max_length=64, strict=False)] = Field(
        (), description="Networks (CIDR) from which it may be used; none: from anywhere."
    )
    expires: Lifetime = Field("90d", description="For how long: 24h, 90d, 12w, or never.")


class Rotation(Asked):
    """How a key gets a new secret."""

    overlap: Overlap = Field(
        "24h", description="How long the old secret is good for: 24h, 7d; 0h: no longer."
    )
    expires: Lifetime = Field("90d", description="For how long the new one is: 24h, 90d, 12w, or never.")


class Key(Told):
    """All there is to know of a key, but no secret and no hash of it. Keys of the policy have ids that
    begin with `policy:`, and neither `hint` nor `created_at`."""

    id: str
    name: str
    hint: str | None = Field(description="The last characters of its secret.")
    roles: list[str]
    team: str | None
    user: str | None
    use_case: str | None
    networks: list[str]
    created_at: Time | None
    expires_at: Time | None = Field(description="null: never.")
    revoked_at: Time | None
    replaced_until: Time | None = Field(
        description="How long its former secret is good, where that still is."
    )
    last_used_at: Time | None = Field(description="Up to half a minute behind.")
    state: State


class KeyPage(Told):
    keys: list[Key]
    next: str | None = Field(description="The cursor of the next page; null: this was the last.")


class KeySecret(Told):
    """A key's secret, told this once: only a keyed hash of it is kept."""

    id: str
    key: str = Field(description="The secret. It is not shown again.")
    expires_at: Time | None = Field(description="null: never.")
    replaced_until: Time | None = Field(None, description="How long the secret before it is still good.")


def of_record(record: KeyRecord, now_ms: int, disabled: Collection[str]) -> Key:
    """A key of the database."""
    replaced_until = record.previous_until if (record.previous_until or 0) > now_ms else None
    return Key(
        id=record.id,
        name=record.name,
        hint=record.hint,
        roles=list(record.roles),
        team=record.team,
        user=record.user,
        use_case=record.use_case,
        networks=list(record.networks),
        created_at=time_text(record.created_at),
        expires_at=time_text(record.expires_at),
        revoked_at=time_text(record.revoked_at),
        replaced_until=time_text(replaced_until),
        last_used_at=time_text(record.last_used_at),
        state=_state(record, now_ms, disabled),
    )


def of_declared(key: DeclaredKey, last_used_at: int | None, now_ms: int, disabled: Collection[str]) -> Key:
    """A key of the policy."""
    state: State = "in force"
    if key.ends_at is not None and key.ends_at <= now_ms:
        state = "expired"
    elif key.user in disabled:
        state = "user disabled"
    return Key(
        id=key.id,
        name=key.id.partition(":")[2],
        hint=None,
        roles=list(key.roles),
        team=key.team,
        user=key.user,
        use_case=key.use_case,
        networks=list(key.networks),
        created_at=None,
        expires_at=time_text(key.ends_at),
        revoked_at=None,
        replaced_until=None,
        last_used_at=time_text(last_used_at),
        state=state,
    )


def _state(record: KeyRecord, now_ms: int, disabled: Collection[str]) -> State:
    if record.revoked_at is not None:
        return "revoked"
    if record.expires_at is not None and record.expires_at <= now_ms:
        return "expired"
    return "user disabled" if record.user in disabled else "in force"
