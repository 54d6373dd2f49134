"""What was kept of calls' contents, opened for a reason that is recorded, one call or all that hold a text."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Final

from gateway.admin.actor import Actor
from gateway.admin.audit import teams_of
from gateway.admin.content_bodies import (
    ContentAsked,
    ContentFound,
    ContentOpened,
    ContentSearched,
    SearchAsked,
)
from gateway.admin.desk import Desk, conflict, missing
from gateway.admin.pages import after, cursor
from gateway.admin.rights import reaches
from gateway.audit.content import ContentUnreadable, Kept
from gateway.audit.opening import Opener, told
from gateway.stores.contents import ContentRow, SqlContents
from gateway.stores.subject_keys import SqlSubjectKeys

_PAGE: Final = 100
"""Contents that are opened at a time: 50 MB at most."""
_AROUND: Final = 40


@dataclass(frozen=True, slots=True)
class ContentAdministration:
    """Blocks. Every opening is an act in the log, with its reason; what was looked for is not."""

    desk: Desk

    def open(self, actor: Actor, call_id: str, asked: ContentAsked) -> ContentOpened:
        """Refuses with 404 where nothing is kept, with 409 what can't be read any more."""
        desk = self.desk
        row = SqlContents(self._engine).named([call_id]).get(call_id)
        team = None if row is None else row.team
        with desk.act(actor, "audit.content", {"call": call_id, "reason": asked.reason}, team=team):
            where = desk.reach(actor, "audit:content")
            if row is None or not reaches(where, row.team):
                raise missing("nothing is kept of the content of such a call")
            try:
                return ContentOpened(
                    call=call_id, mode=row.mode, ref=row.ref, content=told(self._opener().open(row))
                )
            except ContentUnreadable as error:
                raise conflict(str(error), "content_unreadable") from None

    def search(self, actor: Actor, asked: SearchAsked) -> ContentSearched:
        """A page of what is kept, newest first: opened, and looked through for the text, whatever its case."""
        desk, place = self.desk, after(asked.cursor, 2)
        about = {"reason": asked.reason, "since": asked.since, "first": place is None}
        with desk.act(actor, "audit.search_content", about) as result:
            where = desk.reach(actor, "audit:content")
            before = None if place is None else (place[0], place[1])
            rows = SqlContents(self._engine).between(asked.since, before, teams_of(where), _PAGE)
            opener, unreadable, found = self._opener(), 0, list[ContentFound]()
            for row in rows:
                try:
                    found += _found(row, opener.open(row), asked.text)
                except ContentUnreadable:
                    unreadable += 1
            result |= {"read": len(rows) - unreadable, "found": len(found)}
        return ContentSearched(
            found=found,
            read=len(rows) - unreadable,
            unreadable=unreadable,
            next=cursor(rows[-1].at, rows[-1].call) if len(rows) == _PAGE else None,
        )

    def _opener(self) -> Opener:
        keyring = self.desk.installation.keyring
        return Opener(SqlSubjectKeys(self._engine, keyring, secrets.token_bytes))

    @property
    def _engine(self) -> Any:
        return self.desk.installation.database.engine


def _found(row: ContentRow, kept: Kept, text: str) -> list[ContentFound]:
    """Where it stands first in what was sent, and in what was got."""
    found = []
    for where, body in (("sent", kept.sent), ("got", kept.got)):
        whole = body.decode("utf-8", "replace")
        place = whole.casefold().find(text.casefold())
        if place >= 0:
            around = whole[max(0, place - _AROUND) : place + len(text) + _AROUND]
            found.append(ContentFound(call=row.call, at=row.at, team=row.team, where=where, around=around))
    return found
