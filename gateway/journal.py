"""The process's own log: one line a fault, with types and places, never contents or secrets.

An exception's message may quote a prompt, a header or a URL, so it is left out: its type and the line
of ours that it passed last say where to look.
"""

from __future__ import annotations

import logging
import traceback
from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).parent


class LogJournal:
    def __init__(self, name: str = "gateway") -> None:
        self._log = logging.getLogger(name)

    def fault(self, what: str, call: str, error: BaseException) -> None:
        self._log.error("%s failed: %s at %s (call %s)", what, type(error).__name__, _place(error), call)


def _place(error: BaseException) -> str:
    """The last line of ours that it passed, as a path in this package; else the file it came from."""
    places = [(Path(frame.filename), frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    for path, line in reversed(places):
        if path.is_relative_to(_PACKAGE):
            return f"{path.relative_to(_PACKAGE).as_posix()}:{line}"
    return f"{places[-1][0].name}:{places[-1][1]}" if places else "an unknown place"
