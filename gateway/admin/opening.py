"""Puts the admin side of a running gateway together: what `gateway.app` opens calls with, and one more door."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from typing import Final

from starlette.types import ASGIApp

from gateway.admin.administration import Administration
from gateway.admin.endpoint import Counter, Serving
from gateway.admin.local_only import LocalOnly
from gateway.admin.recorder import Recorder, through
from gateway.admin.sign_in import SignIn
from gateway.admin.site import Nowhere, admin_side
from gateway.installation import Installation
from gateway.journal import LogJournal
from gateway.runtime import Runtime
from gateway.settings import Settings

_THREADS: Final = 2
Administer = Callable[[ASGIApp | None, ASGIApp | None], None]
"""Takes what answers for the admin side on the port of calls, and what answers on a port of its own."""


def to_nobody(here: ASGIApp | None, apart: ASGIApp | None) -> None:
    """Nobody administers."""


def open_admin_side(
    settings: Settings,
    installation: Installation,
    runtime: Runtime,
    stack: AsyncExitStack,
    administer: Administer,
) -> None:
    """Belongs to the running event loop, and is closed with the stack."""
    executor = ThreadPoolExecutor(_THREADS, "admin")
    # Not waited for on the loop: what runs there may itself wait for the loop to record it.
    stack.push_async_callback(asyncio.to_thread, executor.shutdown)
    acts = Recorder(
        through(runtime.audit.append, asyncio.get_running_loop()),
        installation.subjects,
        installation.now_ms,
        LogJournal(),
    )
    key = settings.admin_key
    serving = Serving(
        runtime,
        Administration(installation, lambda: runtime.policies.current, acts),
        SignIn(runtime, None if key is None else key.get_secret_value()),
        executor,
        Counter(),
    )
    side = admin_side(serving)
    if settings.admin_port is None:
        administer(LocalOnly(side, Nowhere(runtime), runtime.trusted_proxies), None)
    else:
        administer(None, side)
