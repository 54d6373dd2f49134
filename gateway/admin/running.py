"""What the administration of a running gateway may ask of it, besides its database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from gateway.audit.standing import NotaryState
from gateway.identity.standing import Standing
from gateway.ledger.protocol import Standing as LedgerStanding
from gateway.reload.status import NotReloaded, Reloaded, Status
from gateway.stores.processes import Processes
from gateway.stores.revisions import Revisions


@dataclass(frozen=True, slots=True)
class Vitals:
    """How the process is: `lag` are entries of the audit log that are not in the database yet; `notary` says whether
    they are signed."""

    writer: str
    spool_healthy: bool
    lag: int
    notary: NotaryState
    calls: int
    issuers: Sequence[Standing]
    ledger: LedgerStanding


@dataclass(frozen=True, slots=True)
class Running:
    """`folder` is the policy's, `environment` what it may refer to; `reload` and `vitals` block until the
    process's loop has answered."""

    folder: Path
    environment: Mapping[str, str]
    revisions: Revisions
    processes: Processes
    status: Callable[[], Status]
    reload: Callable[[str | None], Reloaded | NotReloaded]
    vitals: Callable[[], Vitals]
    version: str
    judging: Lock = field(default_factory=Lock)
    """Held while a proposal is judged, which may take seconds of a thread that all administration shares."""
