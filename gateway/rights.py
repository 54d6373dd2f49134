"""What a running gateway does about contents of calls and the rights of those whom they are about."""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import Executor
from contextlib import AsyncExitStack
from pathlib import Path

from gateway.audit.content_spool import ContentSpool
from gateway.audit.keeping import Keeping
from gateway.installation import Installation
from gateway.stores.contents import SqlContents
from gateway.stores.subject_keys import SqlSubjectKeys


async def open_keeping(
    data: Path, installation: Installation, executor: Executor, stack: AsyncExitStack
) -> Keeping:
    """Where contents are kept; what dead processes left is shipped first. StoreUnavailable."""
    engine = installation.database.engine
    spool = ContentSpool(data, SqlContents(engine), lambda: secrets.token_hex(8))
    await asyncio.to_thread(spool.recover)
    stack.push_async_callback(asyncio.to_thread, spool.close)
    keys = SqlSubjectKeys(engine, installation.keyring, secrets.token_bytes)
    return Keeping(spool, keys, installation.subjects, executor)
