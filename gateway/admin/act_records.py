"""What administrators did: ask for it, and look at one act."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gateway.admin.actor import Actor
from gateway.admin.audit import may_see_names, require_by_pseudonym, teams_of
from gateway.admin.desk import Desk, missing
from gateway.admin.rights import reaches
from gateway.audit.act_query import ActQuery
from gateway.audit.query import Record
from gateway.stores.act_rows import ActFilter
from gateway.stores.acts import SqlActs
from gateway.stores.calls import SqlCalls


@dataclass(frozen=True, slots=True)
class ActRecords:
    """Blocks. Who may read only what is their own team's sees what was done to what is that team's, and to what
    is of those below it."""

    desk: Desk

    def query(self, actor: Actor, wanted: ActFilter) -> list[Record]:
        """Newest first, at most `wanted.limit`; where that many came, `gateway.audit.act_query.next_acts` goes on."""
        where = self.desk.reach(actor, "audit:read")
        if wanted.team is not None and not reaches(where, wanted.team):
            return []
        for person in wanted.people or ():
            require_by_pseudonym(self.desk, actor, where, person)
        return self._asking().search(replace(wanted, teams=teams_of(where)))

    def show(self, actor: Actor, act_id: str) -> Record:
        """An act's record, with the names of people if `usage:read_people` permits it. Refuses with 404 one that
        isn't there or not the actor's to see."""
        where = self.desk.reach(actor, "audit:read")
        record = self._asking().show(act_id, names=may_see_names(self.desk, actor, where))
        if record is None or not reaches(where, record["team"]):
            raise missing("no such act is in the audit log")
        return record

    def _asking(self) -> ActQuery:
        installation = self.desk.installation
        engine = installation.database.engine
        return ActQuery(SqlActs(engine), SqlCalls(engine), installation.subjects)
