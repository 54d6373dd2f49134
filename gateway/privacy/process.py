"""One process that reads texts, as the gateway sees it."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from asyncio.subprocess import Process as Child
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from msgspec import MsgspecError

from gateway.privacy.faults import DetectorUnavailable
from gateway.privacy.frames import (
    PREFIX_BYTES,
    Failed,
    Found,
    Job,
    answer_from,
    encoded,
    frame_of,
    texts_as_bytes,
)
from gateway.privacy.profile import Profile
from gateway.privacy.spans import Span

_KNOWN_PROFILES: Final = 256
"""As many as the process itself keeps."""


class Process:
    """Spawned by `start`, ended by `stop`; may be started again. One job at a time."""

    def __init__(self, memory_bytes: int) -> None:
        self._memory_bytes = memory_bytes
        self._child: Child | None = None
        self._greeted = False
        self._sent: set[bytes] = set()

    @property
    def warm(self) -> bool:
        return self._greeted and self._child is not None and self._child.returncode is None

    @property
    def pid(self) -> int | None:
        return None if self._child is None else self._child.pid

    async def start(self, limit_s: float) -> None:
        """Returns when it has read a first text. It inherits no environment: that holds providers' keys."""
        self._greeted = False
        self._sent.clear()
        command = (sys.executable, "-m", "gateway.privacy.worker", str(self._memory_bytes))
        environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        try:
            self._child = await asyncio.create_subprocess_exec(
                *command, stdin=PIPE, stdout=PIPE, stderr=None, env=environment
            )
        except OSError as error:  # no room for another process, say
            message = f"no process to search texts can be started: {error.strerror}"
            raise DetectorUnavailable("died", message) from None
        await self._answer(limit_s)
        self._greeted = True

    async def stop(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
        await child.wait()
        if child.stdin is not None:
            child.stdin.close()

    async def read(self, texts: Sequence[str], profile: Profile, limit_s: float) -> Sequence[Sequence[Span]]:
        """Of each text its spans. Raises DetectorUnavailable, and then it must be stopped; or NotCovered and
        MissingModel, and then it may go on."""
        child = self._child
        if child is None or child.stdin is None:
            raise DetectorUnavailable("died", "the process that searches texts is gone")
        fingerprint = profile.fingerprint()
        if len(self._sent) >= _KNOWN_PROFILES:
            self._sent.clear()
        defined = None if fingerprint in self._sent else frame_of(profile)
        self._sent.add(fingerprint)
        child.stdin.write(encoded(Job(fingerprint, defined, texts_as_bytes(texts))))
        answer = await self._answer(limit_s)
        if isinstance(answer, Failed):
            raise answer.fault()
        return answer.spans

    async def _answer(self, limit_s: float) -> Found | Failed:
        assert self._child is not None and self._child.stdout is not None
        source = self._child.stdout
        try:
            async with asyncio.timeout(limit_s):
                prefix = await source.readexactly(PREFIX_BYTES)
                return answer_from(await source.readexactly(int.from_bytes(prefix, "big")))
        except TimeoutError:
            raise DetectorUnavailable("timed_out", "searching a text took too long") from None
        except (asyncio.IncompleteReadError, ConnectionError, MsgspecError):
            raise DetectorUnavailable("died", "the process that searches texts ended") from None
