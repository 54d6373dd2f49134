"""The keyring: which keys there are, and new ones in their place."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from gateway.admin.actor import Actor
from gateway.admin.desk import Desk
from gateway.admin.keyring_bodies import NewRingKey, Ring, RingKey, RingRotated
from gateway.admin.words import time_text
from gateway.custody import Custody, KeyState
from gateway.keyring import LocalMaster
from gateway.signing import public_text
from gateway.stores.keyrings import SqlKeyring
from gateway.stores.subject_keys import SqlSubjectKeys


@dataclass(frozen=True, slots=True)
class KeyringAdministration:
    """Blocks."""

    desk: Desk

    def list(self, actor: Actor) -> Ring:
        self.desk.require(actor, "system:keyring")
        return Ring(keys=[_told(state) for state in self._custody().states()])

    def rotate(self, actor: Actor, wanted: NewRingKey) -> RingRotated:
        """What is under the key before stays readable, and what it signed stays provable."""
        desk, rewrapped = self.desk, 0
        with desk.act(actor, "keyring.rotate", {"purpose": wanted.purpose}) as result:
            desk.require(actor, "system:keyring")
            made = self._custody().rotate(wanted.purpose, desk.now_ms())
            result["ring_key"] = made
            keyring = desk.installation.keyring
            keyring.refresh()
            if wanted.purpose == "content":
                engine = desk.installation.database.engine
                rewrapped = SqlSubjectKeys(engine, keyring, secrets.token_bytes).rewrap_all()
                result["rewrapped"] = rewrapped
        return RingRotated(id=made, purpose=wanted.purpose, rewrapped=rewrapped)

    def _custody(self) -> Custody:
        here = self.desk.installation
        return Custody(
            here.settings,
            SqlKeyring(here.database.engine),
            LocalMaster(here.secret, secrets.token_bytes),
            here.database.installation,
        )


def _told(state: KeyState) -> RingKey:
    return RingKey(
        id=state.id,
        purpose=state.purpose,
        created_at=time_text(state.created_at),
        retired_at=time_text(state.retired_at),
        public=None if state.public is None else public_text(state.public),
        vouched=state.vouched,
    )
