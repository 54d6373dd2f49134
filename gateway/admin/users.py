"""People: take all credentials from one at once, and give them back.

A person belongs to no team, so a permission that reaches only one's own team does not reach them.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.admin.actor import Actor
from gateway.admin.desk import Desk, invalid
from gateway.admin.user_bodies import DisabledUser, DisabledUsers, User
from gateway.admin.words import time_text, visible


@dataclass(frozen=True, slots=True)
class UserAdministration:
    """Blocks."""

    desk: Desk

    def disabled(self, actor: Actor) -> DisabledUsers:
        self.desk.require(actor, "keys:read")
        found = sorted(self.desk.installation.users.disabled().items())
        return DisabledUsers(
            users=[DisabledUser(user=name, disabled_at=time_text(at) or "") for name, at in found]
        )

    def disable(self, actor: Actor, name: str) -> User:
        """Refuse all keys and tokens of a user. Running gateways do, and end their calls, within two seconds."""
        desk = self.desk
        _require_visible(name)
        with desk.act(actor, "users.disable", {"user": name}) as result:
            desk.require(actor, "keys:disable")
            state = desk.installation.users.disable(name, desk.now_ms())
            keys = desk.installation.keys.count_of(name)
            result["keys"] = keys
        return User(user=name, disabled_at=time_text(state.disabled_at), keys=keys)

    def enable(self, actor: Actor, name: str) -> User:
        """Take their keys and tokens again, as far as they are still good. `disabled_at` was null before, too,
        where `changed` is false."""
        desk = self.desk
        _require_visible(name)
        with desk.act(actor, "users.enable", {"user": name}) as result:
            desk.require(actor, "keys:disable")
            changed = desk.installation.users.enable(name)
            result["changed"] = changed
        return User(user=name, disabled_at=None, keys=desk.installation.keys.count_of(name), changed=changed)


def _require_visible(name: str) -> None:
    try:
        visible(name)
    except ValueError as wrong:
        raise invalid(f"the name of a user: {wrong}", "user") from None
