"""How the gateway is: its parts, its database, its issuers, and the processes beside this one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.admin.actor import Actor
from gateway.admin.desk import Desk
from gateway.admin.running import Running, Vitals
from gateway.admin.system_bodies import (
    AnchorHere,
    AuditHere,
    DatabaseHere,
    Issuer,
    LedgerHere,
    PolicyHere,
    ProcessTold,
    SystemStatus,
)
from gateway.admin.words import time_text
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.processes import Process


@dataclass(frozen=True, slots=True)
class SystemAdministration:
    """Blocks."""

    desk: Desk
    running: Running

    def status(self, actor: Actor) -> SystemStatus:
        """Also where the database can't be used: that is what one wants to know then."""
        self.desk.require(actor, "system:read")
        installation, policy = self.desk.installation, self.running.status()
        database, processes = self._database()
        vitals = self.running.vitals()
        audit = _audit(vitals)
        issuers = _issuers(vitals)
        alike = {one.revision for one in processes} <= {policy.revision}
        return SystemStatus(
            healthy=database.healthy
            and audit.healthy
            and vitals.notary.healthy
            and vitals.ledger.counts
            and alike
            and not policy.faults
            and all(one.healthy for one in issuers),
            version=self.running.version,
            installation=installation.database.installation,
            at=time_text(installation.now_ms()),
            calls=vitals.calls,
            policy=PolicyHere(
                revision=policy.revision,
                since=time_text(policy.since_ms),
                faults=len(policy.faults),
                off=sorted(self.desk.policies().off),
            ),
            audit=audit,
            database=database,
            ledger=LedgerHere(
                shared=vitals.ledger.shared,
                healthy=vitals.ledger.counts,
                trouble=vitals.ledger.trouble,
                open=vitals.ledger.open,
            ),
            issuers=issuers,
            processes=[process_told(one) for one in processes],
        )

    def _database(self) -> tuple[DatabaseHere, Sequence[Process]]:
        clock = self.desk.installation.clock
        began = clock.monotonic()
        try:
            processes = self.running.processes.alive(clock.now_ms())
        except StoreUnavailable:
            return DatabaseHere(healthy=False, answer_ms=None), ()
        return DatabaseHere(healthy=True, answer_ms=round((clock.monotonic() - began) * 1000, 2)), processes


def _audit(vitals: Vitals) -> AuditHere:
    notary = vitals.notary
    return AuditHere(
        writer=vitals.writer,
        healthy=vitals.spool_healthy,
        waiting=vitals.lag,
        signed_at=time_text(notary.signed_at_ms),
        fault=notary.fault,
        anchors=[AnchorHere(place=one.place, kept=one.kept, fault=one.fault) for one in notary.anchors],
    )


def _issuers(vitals: Vitals) -> list[Issuer]:
    return [
        Issuer(
            name=one.name,
            healthy=one.known and not one.failing,
            known=one.known,
            fetched_s_ago=None if one.age_s is None else int(one.age_s),
        )
        for one in vitals.issuers
    ]


def process_told(one: Process) -> ProcessTold:
    return ProcessTold(
        host=one.host,
        pid=one.pid,
        writer=one.writer,
        started_at=time_text(one.started_at),
        seen_at=time_text(one.seen_at),
        revision=one.revision,
        since=time_text(one.since),
        faults=one.faults,
    )
