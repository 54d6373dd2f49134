"""Legal holds: what must stay, said by whom and why; each is an act in the log."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from gateway.admin.actor import Actor
from gateway.admin.desk import Desk, missing
from gateway.admin.people import person_of
from gateway.admin.privacy_bodies import HoldAsked, HoldPage, HoldReleased, HoldTold
from gateway.admin.words import time_text
from gateway.stores.holds import Hold, SqlHolds
from gateway.stores.privacy_requests import SqlPrivacyRequests


@dataclass(frozen=True, slots=True)
class HoldAdministration:
    """Blocks. Holds are about everybody's: a permission within one's own team does not reach them."""

    desk: Desk

    def list(self, actor: Actor, *, released: bool) -> HoldPage:
        self.desk.require(actor, "privacy:requests")
        return HoldPage(holds=[_told(one) for one in self._holds.list(released=released)])

    def add(self, actor: Actor, asked: HoldAsked) -> HoldTold:
        """Refuses with 404 a person of whom nothing is known."""
        desk = self.desk
        about = {
            name: value for name in ("team", "use_case", "since", "until") if (value := getattr(asked, name))
        }
        with desk.act(actor, "holds.add", about, team=asked.team) as result:
            desk.require(actor, "privacy:requests")
            person = None if asked.subject is None else person_of(desk.installation, asked.subject)
            hold = Hold(
                id=f"hold_{secrets.token_hex(6)}",
                created_at=desk.now_ms(),
                reason=asked.reason,
                subject=None if person is None else person.pseudonym,
                **about,
                key=asked.key,
            )
            self._holds.add(hold)
            result |= {"hold": hold.id, "subject": hold.subject}
        return _told(hold)

    def release(self, actor: Actor, hold_id: str) -> HoldReleased:
        """Refuses with 404 one that is not in force. Erasures that waited are to be asked for again."""
        desk = self.desk
        with desk.act(actor, "holds.release", {"hold": hold_id}):
            desk.require(actor, "privacy:requests")
            if not self._holds.release(hold_id, desk.now_ms()):
                raise missing("no hold of this id is in force")
        waiting = SqlPrivacyRequests(desk.installation.database.engine).list()
        deferred = [one.id for one in waiting if one.state == "deferred" and hold_id in (one.note or "")]
        return HoldReleased(hold=hold_id, deferred=deferred)

    @property
    def _holds(self) -> SqlHolds:
        return SqlHolds(self.desk.installation.database.engine)


def _told(hold: Hold) -> HoldTold:
    return HoldTold(
        id=hold.id,
        reason=hold.reason,
        created_at=time_text(hold.created_at),
        released_at=time_text(hold.released_at),
        subject=hold.subject,
        team=hold.team,
        use_case=hold.use_case,
        key=hold.key,
        since=hold.since,
        until=hold.until,
    )
