"""SIGHUP, which asks a process to read its configuration again."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def on_hangup(loop: asyncio.AbstractEventLoop, act: Callable[[], None]) -> Iterator[None]:
    """While it is open, `act` is called on the loop at each SIGHUP. Nothing where there is no such signal, or
    where another thread than the main one runs the loop."""
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is None:
        yield
        return
    try:
        loop.add_signal_handler(hangup, act)
    except (NotImplementedError, RuntimeError, ValueError):
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(hangup)
