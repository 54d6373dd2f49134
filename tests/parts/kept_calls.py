"""Calls in the log of an installation, with contents that are sealed for their people, as a gateway leaves them."""

from __future__ import annotations

import secrets
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from gateway.audit.boot import Booting
from gateway.audit.content import Kept, Sealer
from gateway.audit.direct import DirectLog
from gateway.audit.entry import Attempt, Check, Content, Cost, Purpose, Served, Who, time_text
from gateway.installation import Installation
from gateway.stores.archive import SqlArchive
from gateway.stores.contents import ContentRow, SqlContents
from gateway.stores.subject_keys import SqlSubjectKeys
from tests.audit.parts import START_MS, intent, outcome

HOUR_MS = 3_600_000


@dataclass(frozen=True)
class KeptCall:
    """`user` and `end_user` are names; `sent` None: no content is kept of it. `found` are the kinds of personal data in
    it; `refused` is the stage:rule that refused it."""

    id: str
    user: str | None = None
    end_user: str | None = None
    team: str | None = "support"
    use_case: str | None = "faq"
    provider: str = "openai"
    region: str | None = "us"
    sent: str | None = "hello"
    found: tuple[str, ...] = ()
    refused: str | None = None
    at_ms: int = START_MS


def keep(installation: Installation, *wanted: KeptCall) -> None:
    """Writes them, in their order, straight into the database."""
    with closing(DirectLog.open(booting(installation))) as log:
        for one in wanted:
            who = Who(
                auth="key",
                key="key_1",
                user=_pseudonym(installation, "user", one.user),
                end_user=_pseudonym(installation, "end_user", one.end_user),
                team=one.team,
            )
            made = intent(one.id, at_ms=one.at_ms, who=who, refused=one.refused)
            ending = "complete" if one.refused is None else "refused"
            ended = replace(
                outcome(one.id, at_ms=one.at_ms + 250, ending=ending),
                served=_served(one),
                checks=_checks(one),
            )
            if one.refused is not None:
                ended = replace(ended, usage=None, cost=Cost())
            if one.sent is not None:
                row = _sealed(installation, one, who)
                SqlContents(installation.database.engine).add([row])
                ended = replace(ended, content=Content(mode=row.mode, ref=row.ref))
            log.append(replace(made, purpose=Purpose(use_case=one.use_case)), ended)


def booting(installation: Installation, **changes: Any) -> Booting:
    facts: dict[str, Any] = {
        "data": installation.settings.data,
        "installation": installation.database.installation,
        "archive": SqlArchive(installation.database.engine, now_ms=installation.now_ms),
        "version": "1",
        "policy": "rev-1",
        "now_ms": installation.now_ms,
        "new_id": lambda: secrets.token_hex(8),
        "monotonic": installation.clock.monotonic,
    }
    return Booting(**(facts | changes))


def _checks(one: KeptCall) -> tuple[Check, ...]:
    found = dict.fromkeys(one.found, 1)
    read: dict[str, Any] = {
        "name": "pii",
        "version": "1",
        "read_bytes": 5,
        "total_bytes": 5,
        "mode": "redact",
        "status": "done",
    }
    return (Check(**read, found=found),) if found else ()


def _served(one: KeptCall) -> Served:
    if one.refused is not None:
        return Served()
    target = f"{one.provider}/model"
    tried = Attempt(target=target, region=one.region, result="ok", ms=1.0)
    return Served(provider=one.provider, region=one.region, target=target, attempts=(tried,))


def _pseudonym(installation: Installation, kind: str, name: str | None) -> str | None:
    return None if name is None else installation.subjects.pseudonym(kind, name)


def _sealed(installation: Installation, one: KeptCall, who: Who) -> ContentRow:
    engine = installation.database.engine
    key = None if who.user or who.end_user else installation.subjects.pseudonym("key", "key:key_1")
    row = ContentRow(one.id, "", "sealed", time_text(one.at_ms), one.team, who.user, who.end_user, key, b"")
    keys = SqlSubjectKeys(engine, installation.keyring, secrets.token_bytes)
    known = [found for name in row.subjects if (found := keys.of(name)) is not None]
    sent = (one.sent or "").encode()
    ref, sealed = Sealer(row.subjects, known, secrets.token_bytes).seal(
        one.id, "sealed", Kept(sent=sent, got=b"an answer", sent_bytes=len(sent), got_bytes=9)
    )
    return row._replace(ref=ref, sealed=sealed)
