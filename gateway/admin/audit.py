"""The audit log: ask it, and look at one call."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from gateway.admin.actor import Actor
from gateway.admin.desk import Desk, missing
from gateway.admin.rights import Reach, forbidden, reaches
from gateway.audit.query import Query, Record
from gateway.errors import Refused
from gateway.stores.calls import SqlCalls
from gateway.stores.interfaces import CallFilter

_PSEUDONYM: Final = re.compile(r"[a-z]{1,3}-[0-9a-f]{24}\Z")


@dataclass(frozen=True, slots=True)
class AuditAdministration:
    """Blocks. Who may read only what is their own team's sees calls of that team, and of those below it."""

    desk: Desk

    def query(self, actor: Actor, wanted: CallFilter) -> list[Record]:
        """Newest first, at most `wanted.limit`; where that many came, `gateway.audit.query.next_page` goes on."""
        where = self.desk.reach(actor, "audit:read")
        if wanted.team is not None and not reaches(where, wanted.team):
            return []
        if wanted.user is not None:
            require_by_pseudonym(self.desk, actor, where, wanted.user)
        return self._asking().search(replace(wanted, teams=teams_of(where)))

    def show(self, actor: Actor, call_id: str) -> Record:
        """A call's record, with the names of people if `usage:read_people` permits it. Refuses with 404 one that
        isn't there or not the actor's to see."""
        where = self.desk.reach(actor, "audit:read")
        record = self._asking().show(call_id, names=may_see_names(self.desk, actor, where))
        if record is None or not reaches(where, record["who"]["team"]):
            raise missing("no such call is in the audit log")
        return record

    def _asking(self) -> Query:
        installation = self.desk.installation
        return Query(SqlCalls(installation.database.engine), installation.subjects)


def may_see_names(desk: Desk, actor: Actor, where: Reach) -> bool:
    """Whether they may see the names of people as far as they may see anything."""
    try:
        people = desk.reach(actor, "usage:read_people")
    except Refused:
        return False
    return people is None or (where is not None and where <= people)


def require_by_pseudonym(desk: Desk, actor: Actor, where: Reach, user: str) -> None:
    """Refuses with 403 to look for a name where the answer would tell its pseudonym to whoever may not know."""
    if _PSEUDONYM.match(user) is None and not may_see_names(desk, actor, where):
        raise forbidden(
            "usage:read_people", "asking by a person's name needs 'usage:read_people': give the pseudonym"
        )


def teams_of(where: Reach) -> tuple[str, ...] | None:
    return None if where is None else tuple(sorted(where))
