"""People, as administrators are told of them."""

from __future__ import annotations

from pydantic import Field

from gateway.admin.words import Time, Told


class DisabledUser(Told):
    user: str
    disabled_at: Time


class DisabledUsers(Told):
    users: list[DisabledUser]


class User(Told):
    """A person, by the name that keys and tokens give."""

    user: str
    disabled_at: Time | None = Field(description="null: their credentials are taken.")
    keys: int = Field(description="Their keys in the database that are not revoked.")
    changed: bool = Field(True, description="false: it was so before.")
