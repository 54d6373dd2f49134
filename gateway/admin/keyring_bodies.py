"""The keyring, as administrators ask for it and are told of it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from gateway.admin.words import Asked, Time, Told


class NewRingKey(Asked):
    purpose: Literal["content", "cookie", "signing"] = Field(
        description="content: wraps the keys of people. cookie: what browsers keep. signing: signs the audit log.",
        examples=["content"],
    )


class RingKey(Told):
    """A key of the keyring."""

    id: str
    purpose: str
    created_at: Time
    retired_at: Time | None = Field(description="Since when a newer one is used; null: it is in use.")
    public: str | None = Field(
        description="Of a key that signs: its public half, as PEM. Keep a copy elsewhere."
    )
    vouched: bool = Field(
        description="Of a key that signs: whether the one before vouches for it, or it is the first."
    )


class Ring(Told):
    keys: list[RingKey]


class RingRotated(Told):
    id: str = Field(description="The key that is used from now on. Running gateways do within a minute.")
    purpose: str
    rewrapped: int = Field(description="Keys of people that were brought under it.")
