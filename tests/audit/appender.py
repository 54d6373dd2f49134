"""A process that appends calls until it is killed; prints the ids whose outcome is durable.

Run as `python -m tests.audit.appender DATA PREFIX`.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
import time
from pathlib import Path

from gateway.audit.boot import Booting
from gateway.audit.log import AuditLog
from gateway.stores.archive import SqlArchive
from gateway.stores.database import open_database
from tests.audit.parts import intent, outcome

CALLERS = 16


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def new_id() -> str:
    return secrets.token_hex(8)


async def run(data: Path, prefix: str) -> None:
    database = open_database(f"sqlite:///{data / 'gateway.db'}", now_ms=now_ms, new_id=new_id)
    archive = SqlArchive(database.engine, now_ms=now_ms)
    log = await AuditLog.open(
        Booting(
            data=data,
            installation=database.installation,
            archive=archive,
            version="0",
            policy="p",
            now_ms=now_ms,
            new_id=new_id,
            monotonic=time.monotonic,
        )
    )
    async with asyncio.TaskGroup() as callers:
        for caller in range(CALLERS):
            callers.create_task(call_for_ever(log, f"{prefix}-{caller}"))


async def call_for_ever(log: AuditLog, prefix: str) -> None:
    number = 0
    while True:
        call_id = f"{prefix}-{number}"
        await log.append(intent(call_id))
        await log.append(outcome(call_id))
        sys.stdout.write(f"{call_id}\n")
        sys.stdout.flush()
        number += 1


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), sys.argv[2]))
