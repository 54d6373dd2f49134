"""People, as administrators are told of them."""

from __future__ import annotations

from pydantic import Field

from gateway.admin.words import Asked, Label, Time, Told


class UserNamed(Asked):
    user: Label = Field(description="The name that their keys and tokens give.", examples=["anna"])


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
