"""The record of processing, from the policy in force and the calls that were made."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from gateway.admin.actor import Actor
from gateway.admin.desk import Desk
from gateway.admin.privacy_bodies import ProcessingReport, ProcessingTold, RecipientTold
from gateway.admin.words import time_text
from gateway.policy.processing import ProcessingRecord, processing_records
from gateway.stores.usages import SqlUsages, UsageFilter

_MOST_LINES = 100_000


@dataclass(frozen=True, slots=True)
class ProcessingAdministration:
    """Blocks. It is about everybody's: a permission within one's own team does not reach it."""

    desk: Desk

    def report(self, actor: Actor, since: str | None) -> ProcessingReport:
        desk = self.desk
        desk.require(actor, "audit:read")
        policy, seen = desk.policies(), dict[str | None, dict[str, int]]()
        usages = SqlUsages(desk.installation.database.engine)
        for line in usages.by(["use_case", "provider"], UsageFilter(since=since), _MOST_LINES):
            use_case, provider = line.of
            if provider is not None:
                seen.setdefault(use_case, {})[provider] = line.sums.calls
        records = [_told(one) for one in processing_records(policy, seen)]
        return ProcessingReport(policy=policy.revision, at=time_text(desk.now_ms()), records=records)


def _told(record: ProcessingRecord) -> ProcessingTold:
    return ProcessingTold(
        use_case=record.use_case,
        owner=record.owner,
        purpose=record.purpose,
        controller=record.controller,
        lawful_basis=record.lawful_basis,
        data_subjects=list(record.data_subjects),
        data_categories=list(record.data_categories),
        recipients=[RecipientTold(**asdict(one)) for one in record.recipients],
        transfers=[one.provider for one in record.transfers],
        retention=dict(record.retention),
        safeguards=list(record.safeguards),
        dpia=record.dpia,
        ai_act=record.ai_act,
        gaps=list(record.gaps),
    )
