"""Has signed statements kept outside: appended to a file, or sent to an address.

Each place gets the newest one as often as it wants, never an older one: a place that was away for a while is told
what holds now, which says all that the ones it missed did. So there is no queue.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Final, Protocol
from urllib.parse import urlsplit

from gateway.audit.checkpoint import Statement, line_of
from gateway.audit.standing import AnchorState
from gateway.egress import NotFetched
from gateway.policy.auditing import Anchor
from gateway.policy.models.egress import Network

_LOG = logging.getLogger(__name__)

_TIMEOUT_S: Final = 5.0
_EARLY_S: Final = 0.5
"""A round that comes a little before its time counts for it."""
_HEADERS: Final[Mapping[str, str]] = {"content-type": "application/json"}


class Post(Protocol):
    """gateway.egress.Fetcher.post."""

    def __call__(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        allow: Sequence[Network],
        *,
        timeout_s: float,
    ) -> Awaitable[int]: ...


@dataclass(frozen=True, slots=True)
class _Place:
    state: AnchorState
    kept: Statement | None = None
    kept_at: float = float("-inf")


class Anchoring:
    """Belongs to one event loop. `executor` is for files; `allow` gives the networks of the policy in force."""

    def __init__(
        self,
        post: Post,
        executor: Executor,
        monotonic: Callable[[], float],
        allow: Callable[[], Sequence[Network]],
    ) -> None:
        self._post = post
        self._executor = executor
        self._monotonic = monotonic
        self._allow = allow
        self._places: dict[Anchor, _Place] = {}

    def states(self, anchors: Sequence[Anchor]) -> tuple[AnchorState, ...]:
        return tuple(self._place(anchor).state for anchor in anchors)

    async def keep(self, stated: Statement, anchors: Sequence[Anchor], *, at_once: bool = False) -> None:
        """Returns once each has it or has failed, which is within seconds."""
        self._places = {anchor: self._place(anchor) for anchor in anchors}
        due = [one for one in anchors if self._is_due(one, stated, at_once=at_once)]
        await asyncio.gather(*(self._keep(one, stated) for one in due))

    def _place(self, anchor: Anchor) -> _Place:
        return self._places.get(anchor) or _Place(AnchorState(shown(anchor)))

    def _is_due(self, anchor: Anchor, stated: Statement, *, at_once: bool) -> bool:
        place = self._place(anchor)
        if place.kept == stated:
            return False
        return at_once or self._monotonic() - place.kept_at >= anchor.every_s - _EARLY_S

    async def _keep(self, anchor: Anchor, stated: Statement) -> None:
        before, fault = self._place(anchor), None
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                fault = await self._told(anchor, line_of(stated))
        except TimeoutError:
            fault = f"it did not answer within {_TIMEOUT_S:g} s"
        except OSError as error:
            fault = error.strerror or type(error).__name__
        except NotFetched as error:
            fault = str(error)
        if fault is None:
            after = _Place(AnchorState(before.state.place, stated.at), stated, self._monotonic())
        else:
            after = replace(before, state=replace(before.state, fault=fault))
        self._note(before.state, after.state)
        self._places[anchor] = after

    async def _told(self, anchor: Anchor, line: bytes) -> str | None:
        """What is wrong with its answer."""
        if anchor.file is not None:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._executor, append_line, anchor.file, line)
            return None
        assert anchor.url is not None
        status = await self._post(anchor.url, line, _HEADERS, self._allow(), timeout_s=_TIMEOUT_S)
        return None if 200 <= status < 300 else f"it answered {status}"

    def _note(self, before: AnchorState, after: AnchorState) -> None:
        if (before.fault is None) is not (after.fault is None):
            if after.fault is None:
                _LOG.warning("the anchor %s keeps the audit log's heads again", after.place)
            else:
                _LOG.error("the anchor %s can't keep the audit log's heads: %s", after.place, after.fault)


def append_line(path: str, line: bytes) -> None:
    """Durable when it returns. A line that a crash cut short is ended first. OSError: it is not there."""
    # Not waiting for whoever reads a pipe: an anchor is a file.
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
    descriptor = os.open(path, flags, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        data = b"\n" + line if torn else line
        if os.write(descriptor, data) != len(data):
            raise OSError(0, "it is full")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def shown(anchor: Anchor) -> str:
    """Where it is: of an address the host, for the rest may be a secret."""
    return anchor.file if anchor.file is not None else urlsplit(anchor.url or "").hostname or ""
