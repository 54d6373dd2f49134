"""The gateway without its audit log: what recording a call costs is the difference. A wiring for measuring, and
nothing that a gateway can be told to do.

`python -m benchmarks.unrecorded serve`
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from gateway.call import Call
from gateway.cli import main
from gateway.runtime import Runtime
from gateway.stages import record


async def _nothing_before(call: Call, runtime: Runtime) -> None:
    """No intent."""


def _nothing_after(call: Call, runtime: Runtime) -> Awaitable[None]:
    """No outcome."""
    done = asyncio.get_running_loop().create_future()
    done.set_result(None)
    return done


if __name__ == "__main__":
    record.enter = _nothing_before
    record.leave = _nothing_after
    main()
