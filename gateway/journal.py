"""The process's own log: one line a fault, with types and places, never contents or secrets.

An exception's message may quote a prompt, a header or a URL, so it is left out: its type and the line
of ours that it passed last say where to look.
"""

from __future__ import annotations

import logging
import traceback


class LogJournal:
    def __init__(self, name: str = "gateway") -> None:
        self._log = logging.getLogger(name)

    def fault(self, what: str, call: str, error: BaseException) -> None:
        self._log.error("%s failed: %s at %s (call %s)", what, type(error).__name__, _place(error), call)


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "gateway" in frame.filename] or frames
    if not ours:
        return "an unknown place"
    last = ours[-1]
    return f"{last.filename.rpartition('gateway/')[2]}:{last.lineno}"
