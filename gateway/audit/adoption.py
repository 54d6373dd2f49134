"""A living gateway looks after what dead ones left beside it: their spools are shipped, what they left open is closed.

A gateway that starts does the same; but a machine whose gateway never comes back would keep evidence from the database.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Final, Protocol

from gateway.audit.boot import Booting, finish, outrun
from gateway.audit.recovery import Recovered, recover_one
from gateway.audit.segments import segment_paths, writer_folders
from gateway.errors import GatewayError

_LOG = logging.getLogger(__name__)

EVERY_S: Final = 15.0
Look = tuple[tuple[int, int], ...]
"""The segments of a folder, and how large each is."""


class Time(Protocol):
    async def sleep(self, seconds: float) -> None: ...


class Adoption:
    """Belongs to one event loop. `executor` has one thread. `booting` is asked each time: its policy may change."""

    def __init__(self, booting: Callable[[], Booting], executor: Executor, clock: Time) -> None:
        self._booting = booting
        self._executor = executor
        self._clock = clock
        self._done: dict[str, Look] = {}
        self._said: dict[str, str] = {}

    async def follow(self) -> None:
        """Runs until it is cancelled."""
        while True:
            await self._clock.sleep(EVERY_S)
            await asyncio.get_running_loop().run_in_executor(self._executor, self.look)

    def look(self) -> None:
        """Blocks. What can't be adopted is logged, and tried again."""
        booting = self._booting()
        for folder in writer_folders(booting.data):
            seen: Look = tuple((first, path.stat().st_size) for first, path in segment_paths(folder))
            if self._done.get(folder.name) == seen:
                continue
            try:
                found = recover_one(folder, booting.installation)
                if found is not None:
                    self._adopt(booting, found)
                    self._done[folder.name] = tuple(
                        (first, path.stat().st_size) for first, path in segment_paths(folder)
                    )
            except (GatewayError, OSError) as error:
                if self._said.get(folder.name) != str(error):
                    self._said[folder.name] = str(error)
                    _LOG.error("the spool of a dead gateway can't be shipped: %s", error)

    def _adopt(self, booting: Booting, found: Recovered) -> None:
        if outrun(booting, found):
            found.retire()
        else:
            finish(booting, found)
