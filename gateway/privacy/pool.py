"""Processes that read long texts, so that the event loop never waits for one.

Each is spawned and warm before it gets a text. One that dies, hangs or runs out of memory is replaced, and its job
ends in DetectorUnavailable; so does one for which there is no room in the queue, or no process in time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final, NamedTuple

from gateway.privacy.faults import DetectorUnavailable, MissingModel, NotCovered
from gateway.privacy.process import Process
from gateway.privacy.profile import Profile
from gateway.privacy.spans import Span

_LOG = logging.getLogger(__name__)

_PIECE_CHARACTERS: Final = 64_000
"""Short texts are read together, up to so many characters."""
_LONGEST_PAUSE_S: Final = 5.0
_LOOKS_EVERY_S: Final = 1.0


class Bounds(NamedTuple):
    """A text may take `floor_s`, and so much for each character; with a model more, which may have to be loaded. It may wait `wait_s` for a
    process, unless `waiting_characters` wait already: then it is refused at once."""

    floor_s: float = 2.0
    character_s: float = 20e-6
    character_with_model_s: float = 150e-6
    model_s: float = 120.0
    wait_s: float = 10.0
    start_s: float = 60.0
    waiting_characters: int = 16_000_000
    memory_bytes: int = 2 << 30

    def limit_s(self, characters: int, profile: Profile) -> float:
        if profile.models:
            return self.floor_s + self.model_s + characters * self.character_with_model_s
        return self.floor_s + characters * self.character_s


class _Piece:
    """Texts that one process reads at once."""

    __slots__ = ("characters", "found", "profile", "taken", "texts")

    def __init__(self, texts: Sequence[str], profile: Profile) -> None:
        self.texts = texts
        self.profile = profile
        self.characters = sum(map(len, texts))
        self.taken = asyncio.Event()
        self.found: asyncio.Future[Sequence[Sequence[Span]]] = asyncio.get_running_loop().create_future()

    def fail(self, fault: Exception) -> None:
        if not self.found.done():
            self.found.set_exception(fault)

    def drop(self) -> None:
        """Nobody waits for it any more."""
        if not self.found.cancel() and not self.found.cancelled():
            self.found.exception()  # it was seen


class Pool:
    """`size` processes. For one event loop."""

    def __init__(self, size: int, bounds: Bounds | None = None) -> None:
        self._bounds = bounds or Bounds()
        self._waiting: asyncio.Queue[_Piece] = asyncio.Queue()
        self._waiting_characters = 0
        self._busy = 0
        self._processes = [Process(self._bounds.memory_bytes) for _ in range(size)]
        self._keeping: list[asyncio.Task[None]] = []

    @property
    def ready(self) -> int:
        """How many processes are warm."""
        return sum(process.warm for process in self._processes)

    @property
    def busy(self) -> int:
        """How many processes read now."""
        return self._busy

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self._processes if process.pid is not None]

    async def start(self) -> None:
        """Returns when all are warm."""
        starting = [process.start(self._bounds.start_s) for process in self._processes]
        try:
            await asyncio.gather(*starting)
        except BaseException:
            await self._stop()
            raise
        loop = asyncio.get_running_loop()
        self._keeping = [loop.create_task(self._keep(process)) for process in self._processes]

    async def aclose(self) -> None:
        keeping, self._keeping = self._keeping, []
        for task in keeping:
            task.cancel()
        await asyncio.gather(*keeping, return_exceptions=True)
        while not self._waiting.empty():
            piece = self._waiting.get_nowait()
            piece.fail(_closed())
            self._take(piece)
        await self._stop()

    async def spans(self, texts: Sequence[str], profile: Profile) -> list[tuple[Span, ...]]:
        """Of each text. Raises DetectorUnavailable; NotCovered and MissingModel as a detector does."""
        if not self._keeping:
            raise _closed()
        pieces = [_Piece(group, profile) for group in _grouped(texts)]
        characters = sum(piece.characters for piece in pieces)
        if self._waiting_characters + characters > self._bounds.waiting_characters:
            raise DetectorUnavailable("overloaded", "too many texts wait to be searched")
        self._waiting_characters += characters
        for piece in pieces:
            self._waiting.put_nowait(piece)
        try:
            return [tuple(spans) for piece in pieces for spans in await self._read(piece)]
        finally:
            for piece in pieces:
                self._take(piece)
                piece.drop()

    async def prepare(self, profile: Profile) -> None:
        """Processes that are idle load its models. Raises as `spans` does."""
        await asyncio.gather(*(self.spans([""], profile) for _ in self._processes))

    async def _read(self, piece: _Piece) -> Sequence[Sequence[Span]]:
        try:
            async with asyncio.timeout(self._bounds.wait_s):
                await piece.taken.wait()
        except TimeoutError:
            message = "no process was free in time to search a text"
            raise DetectorUnavailable("overloaded", message) from None
        return await piece.found

    async def _keep(self, process: Process) -> None:
        """Gives one process its jobs; when it fails, another one its place."""
        pause_s = 0.0
        while True:
            try:
                if not process.warm:
                    await self._restart(process)
                pause_s = 0.0
                await self._serve(process)
            except DetectorUnavailable as fault:
                _LOG.warning("a process that searches texts is replaced: %s", fault.why)
                await process.stop()
                await asyncio.sleep(pause_s)
                pause_s = min(_LONGEST_PAUSE_S, pause_s * 2 + 0.1)

    async def _serve(self, process: Process) -> None:
        while process.warm:
            piece = await self._next()
            if piece is not None:
                self._busy += 1
                try:
                    await self._give(process, piece)
                finally:
                    self._busy -= 1

    async def _give(self, process: Process, piece: _Piece) -> None:
        limit_s = self._bounds.limit_s(piece.characters, piece.profile)
        try:
            if not process.warm:  # it died while nobody asked it
                await self._restart(process)
            found = await process.read(piece.texts, piece.profile, limit_s)
        except asyncio.CancelledError:
            piece.fail(_closed())
            raise
        except (NotCovered, MissingModel) as fault:
            piece.fail(fault)
        except DetectorUnavailable as fault:
            piece.fail(fault)
            raise
        else:
            if not piece.found.done():
                piece.found.set_result(found)

    async def _next(self) -> _Piece | None:
        """None from time to time: whoever asks looks then whether its process still lives."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOKS_EVERY_S):
                while (piece := await self._waiting.get()).taken.is_set():
                    pass
                self._take(piece)
                return piece
        return None

    def _take(self, piece: _Piece) -> None:
        if not piece.taken.is_set():
            piece.taken.set()
            self._waiting_characters -= piece.characters

    async def _restart(self, process: Process) -> None:
        await process.stop()
        await process.start(self._bounds.start_s)

    async def _stop(self) -> None:
        for process in self._processes:
            await process.stop()


def _grouped(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    group: list[str] = []
    count = 0
    for text in texts:
        if group and count + len(text) > _PIECE_CHARACTERS:
            yield group
            group, count = [], 0
        group.append(text)
        count += len(text)
    if group:
        yield group


def _closed() -> DetectorUnavailable:
    return DetectorUnavailable("closed", "the gateway is shutting down")
