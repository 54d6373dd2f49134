"""The audit log: ask it, and look at one call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from gateway.admin.actor import Actor
from gateway.admin.desk import Desk, missing
from gateway.admin.rights import Reach, forbidden, reaches
from gateway.audit.query import Query, Record
from gateway.errors import Refused
from gateway.stores.calls import SqlCalls
from gateway.stores.interfaces import CallFilter, Totals

NO_CALLS: Final = Totals(0, 0, 0, 0, 0, 0)
_PSEUDONYM: Final = re.compile(r"[a-z]{1,3}-[0-9a-f]{24}\Z")


@dataclass(frozen=True, slots=True)
class AuditAdministration:
    """Blocks. Who may read only what is their own team's sees calls of that team, and of those below it."""

    desk: Desk

    def query(self, actor: Actor, wanted: CallFilter) -> list[Record]:
        """In the order asked for, at most `wanted.limit`; where that many came, `gateway.audit.query.next_page` goes on."""
        where = self.desk.reach(actor, "audit:read")
        allowed = self._allowed(actor, where, wanted)
        return [] if allowed is None else self._asking().search(allowed)

    def totals(self, actor: Actor, wanted: CallFilter) -> Totals:
        """Of all calls that are asked about and are the actor's to see."""
        where = self.desk.reach(actor, "audit:read")
        allowed = self._allowed(actor, where, wanted)
        return NO_CALLS if allowed is None else self._asking().totals(allowed)

    def export(self, actor: Actor, wanted: CallFilter, about: Mapping[str, str]) -> Totals:
        """Recorded, because it leaves the gateway: what it comes to. The calls are then asked for as by `query`."""
        desk = self.desk
        known = self._asking().by_pseudonyms(wanted)
        told = {name: value for name, value in about.items() if name not in ("user", "end_user")}
        people = {"person": known.user, "end_user": known.end_user}
        told |= {role: _no_name(one) for role, one in people.items() if one is not None}
        with desk.act(actor, "audit.export", told, team=wanted.team) as result:
            where = desk.reach(actor, "audit:export")
            allowed = self._allowed(actor, where, wanted)
            found = NO_CALLS if allowed is None else self._asking().totals(allowed)
            result["calls"] = found.calls
        return found

    def show(self, actor: Actor, call_id: str) -> Record:
        """A call's record, with the names of people if `usage:read_people` permits it. Refuses with 404 one that
        isn't there or not the actor's to see."""
        where = self.desk.reach(actor, "audit:read")
        record = self._asking().show(call_id, names=may_see_names(self.desk, actor, where))
        if record is None or not reaches(where, record["who"]["team"]):
            raise missing("no such call is in the audit log")
        return record

    def _allowed(self, actor: Actor, where: Reach, wanted: CallFilter) -> CallFilter | None:
        """What of it is the actor's to see. None: nothing."""
        if wanted.team is not None and not reaches(where, wanted.team):
            return None
        for person in (wanted.user, wanted.end_user):
            if person is not None:
                require_by_pseudonym(self.desk, actor, where, person)
        return replace(wanted, teams=teams_of(where))

    def _asking(self) -> Query:
        installation = self.desk.installation
        return Query(SqlCalls(installation.database.engine), installation.subjects)


def _no_name(person: str) -> str:
    """A name that nobody has is no pseudonym, and is not recorded."""
    return person if _PSEUDONYM.match(person) else "nobody known"


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
