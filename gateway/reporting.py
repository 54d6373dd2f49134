"""What a process says of itself to those that share its database."""

from __future__ import annotations

import os
import secrets
import socket
from concurrent.futures import Executor
from contextlib import AsyncExitStack

from gateway.installation import Installation
from gateway.reload.reloader import Reloader
from gateway.stores.processes import Process, Reports, SqlProcesses


def open_reports(
    installation: Installation, writer: str, reloader: Reloader, executor: Executor, stack: AsyncExitStack
) -> Reports:
    """`follow` must run beside it. That the process ends is said with the stack."""
    boot, started_ms = secrets.token_hex(8), installation.now_ms()

    def now() -> Process:
        status = reloader.status
        return Process(
            id=boot,
            writer=writer,
            host=socket.gethostname(),
            pid=os.getpid(),
            started_at=started_ms,
            seen_at=installation.now_ms(),
            revision=status.revision,
            since=status.since_ms,
            faults=len(status.faults),
        )

    reports = Reports(SqlProcesses(installation.database.engine), executor, installation.clock, now)
    stack.push_async_callback(reports.leave)
    return reports
