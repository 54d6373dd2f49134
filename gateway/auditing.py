"""Opens the audit log of a running gateway: the chain that this process writes, and who signs where it stands."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from importlib.metadata import version

from gateway.audit.adoption import Adoption
from gateway.audit.anchors import Anchoring
from gateway.audit.boot import Booting
from gateway.audit.log import AuditLog
from gateway.audit.notary import Notary, Signing
from gateway.custody import open_signer
from gateway.egress import Fetcher
from gateway.installation import Installation
from gateway.policy.snapshot import Policy
from gateway.settings import Settings
from gateway.stores.archive import SqlArchive
from gateway.stores.calls import SqlCalls
from gateway.stores.interfaces import Position
from gateway.stores.keyrings import SqlKeyring


@dataclass(frozen=True, slots=True)
class Attending:
    """What goes on beside the log."""

    notary: Notary
    adoption: Adoption


async def open_audit(
    settings: Settings, policies: Callable[[], Policy], installation: Installation, stack: AsyncExitStack
) -> tuple[AuditLog, Attending]:
    """Closed with the stack: the last checkpoint is the last entry. SecretInvalid, SpoolDamaged or StoreUnavailable:
    nothing can be recorded here."""
    keys, clock = SqlKeyring(installation.database.engine), installation.clock
    await asyncio.to_thread(open_signer, settings, keys, clock.now_ms())
    audit = await AuditLog.open(_booting(settings, policies(), installation))
    stack.push_async_callback(audit.close)
    for_signing, for_anchors = (
        stack.enter_context(ThreadPoolExecutor(1, name)) for name in ("signing", "anchors")
    )
    calls = SqlCalls(installation.database.engine)

    def positions() -> Mapping[str, Position]:
        installation.keyring.refresh()
        return calls.writers()

    signing = Signing(
        installation.database.installation,
        positions,
        lambda: open_signer(settings, keys, clock.now_ms()),
        lambda: secrets.token_hex(8),
    )
    anchoring = Anchoring(Fetcher().post, for_anchors, clock.monotonic, lambda: policies().egress)
    notary = Notary(audit, signing, lambda: policies().audit.anchors, anchoring, for_signing, clock)
    stack.push_async_callback(notary.round, last=True)
    for_adopting = stack.enter_context(ThreadPoolExecutor(1, "adoption"))
    adoption = Adoption(lambda: _booting(settings, policies(), installation), for_adopting, clock)
    return audit, Attending(notary, adoption)


def _booting(settings: Settings, policy: Policy, installation: Installation) -> Booting:
    return Booting(
        data=settings.data,
        installation=installation.database.installation,
        archive=SqlArchive(installation.database.engine, now_ms=installation.now_ms),
        version=version("portcullis-gateway"),
        policy=policy.revision,
        now_ms=installation.now_ms,
        monotonic=installation.clock.monotonic,
        new_id=lambda: secrets.token_hex(8),
        fsync=policy.audit.fsync,
    )
