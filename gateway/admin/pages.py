"""Cursors: where a list goes on. Opaque to those who carry them, and harmless where they are made up."""

from __future__ import annotations

import base64
import binascii

from gateway.admin.desk import invalid
from gateway.errors import Refused

_MOST_CHARS = 2_000
_MOST_DIGITS = 18
_SEPARATOR = "\n"


def cursor(*place: str) -> str:
    """Of the last of a page."""
    return base64.urlsafe_b64encode(_SEPARATOR.join(place).encode()).decode().rstrip("=")


def after(text: str | None, parts: int) -> tuple[str, ...] | None:
    """The place that a cursor stands for; None: the beginning. Refuses with 400 what is no cursor."""
    if text is None:
        return None
    try:
        if len(text) > _MOST_CHARS:
            raise ValueError(text[:0])
        place = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error):
        raise _no_cursor() from None
    found = tuple(place.split(_SEPARATOR))
    if len(found) != parts or not all(part.isprintable() for part in found):
        raise _no_cursor()
    return found


def number(part: str) -> int:
    """A number in a place. Refuses with 400 what is none."""
    if not (part.isascii() and part.isdigit() and len(part) <= _MOST_DIGITS):
        raise _no_cursor()
    return int(part)


def _no_cursor() -> Refused:
    return invalid("this is no cursor of this list: leave it out to begin", "cursor")
