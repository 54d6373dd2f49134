"""The audit log: ask it, and look at one call."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gateway.admin.actor import Actor
from gateway.admin.desk import Desk, missing
from gateway.admin.rights import Reach, reaches
from gateway.audit.query import Query, Record
from gateway.errors import Refused
from gateway.stores.calls import SqlCalls
from gateway.stores.interfaces import CallFilter


@dataclass(frozen=True, slots=True)
class AuditAdministration:
    """Blocks. Who may read only what is their own team's sees calls of that team, and of those below it."""

    desk: Desk

    def query(self, actor: Actor, wanted: CallFilter) -> list[Record]:
        """Newest first, at most `wanted.limit`; where that many came, `gateway.audit.query.next_page` goes on."""
        where = self.desk.reach(actor, "audit:read")
        if wanted.team is not None and not reaches(where, wanted.team):
            return []
        if where is None or wanted.team is not None:
            return self._asking().search(wanted)
        found = [one for team in where for one in self._asking().search(replace(wanted, team=team))]
        return sorted(found, key=lambda one: (one["at"], one["id"]), reverse=True)[: wanted.limit]

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
