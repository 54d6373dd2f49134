"""Puts the admin side of a running gateway together: what `gateway.app` opens calls with, and one more door."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Final

from starlette.types import ASGIApp

from gateway.admin.administration import Administration
from gateway.admin.endpoint import Counter, Serving
from gateway.admin.local_only import LocalOnly
from gateway.admin.recorder import Recorder, through
from gateway.admin.running import Running, Vitals
from gateway.admin.sign_in import SignIn
from gateway.admin.site import Nowhere, admin_side
from gateway.alerts.opening import Alerting
from gateway.audit.log import AuditLog
from gateway.audit.notary import Notary
from gateway.freezing import end_frozen
from gateway.identity.identities import Identities
from gateway.installation import Installation
from gateway.journal import LogJournal
from gateway.measures import MeasuresInForce
from gateway.reload.reloader import Reloader
from gateway.reload.status import NotReloaded, Reloaded
from gateway.runtime import Runtime
from gateway.settings import Settings
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.processes import SqlProcesses
from gateway.stores.revisions import SqlRevisions

_THREADS: Final = 2
_REFRESH_S: Final = 5.0
Administer = Callable[[ASGIApp | None, ASGIApp | None], None]
"""Takes what answers for the admin side on the port of calls, and what answers on a port of its own."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Of a running gateway."""

    installation: Installation
    runtime: Runtime
    audit: AuditLog
    notary: Notary
    identities: Identities
    reloader: Reloader
    measures: MeasuresInForce
    alerting: Alerting


def to_nobody(here: ASGIApp | None, apart: ASGIApp | None) -> None:
    """Nobody administers."""


def open_side(settings: Settings, parts: Parts, stack: AsyncExitStack, administer: Administer) -> None:
    """Belongs to the running event loop, and is closed with the stack."""
    installation, runtime = parts.installation, parts.runtime
    loop = asyncio.get_running_loop()
    executor = ThreadPoolExecutor(_THREADS, "admin")
    # Not waited for on the loop: what runs there may itself wait for the loop to record it.
    stack.push_async_callback(asyncio.to_thread, executor.shutdown)
    acts = Recorder(
        through(runtime.audit.append, loop),
        installation.subjects,
        installation.now_ms,
        LogJournal(),
    )
    key = settings.admin_key
    serving = Serving(
        runtime,
        Administration(
            installation,
            lambda: runtime.policies.current,
            acts,
            _running(parts, loop),
            partial(_refresh, parts, loop),
        ),
        SignIn(runtime, None if key is None else key.get_secret_value()),
        executor,
        Counter(),
    )
    side = admin_side(serving)
    if settings.admin_port is None:
        administer(LocalOnly(side, Nowhere(runtime), runtime.trusted_proxies), None)
    else:
        administer(None, side)


def _running(parts: Parts, loop: asyncio.AbstractEventLoop) -> Running:
    engine, runtime, reloader = parts.installation.database.engine, parts.runtime, parts.reloader

    def vitals() -> Vitals:
        return Vitals(
            writer=parts.audit.writer,
            spool_healthy=parts.audit.healthy,
            lag=parts.audit.lag,
            notary=parts.notary.state,
            calls=len(runtime.running),
            issuers=parts.identities.standing(runtime.policies.current),
            ledger=runtime.ledger.standing,
        )

    def reload(author: str | None) -> Reloaded | NotReloaded:
        return asyncio.run_coroutine_threadsafe(reloader.reload("api", author), loop).result()

    return Running(
        folder=reloader.folder.path,
        environment=reloader.folder.environment,
        revisions=SqlRevisions(engine),
        processes=SqlProcesses(engine),
        status=lambda: reloader.status,
        reload=reload,
        vitals=vitals,
        version=version("portcullis-gateway"),
    )


def _refresh(parts: Parts, loop: asyncio.AbstractEventLoop) -> None:
    """The measures of this process, now; where that fails, it looks by itself in a moment."""

    async def refresh() -> None:
        if await parts.measures.refresh():
            end_frozen(parts.runtime)

    with suppress(StoreUnavailable, TimeoutError):
        asyncio.run_coroutine_threadsafe(refresh(), loop).result(_REFRESH_S)
