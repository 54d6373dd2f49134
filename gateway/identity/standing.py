"""How it stands with the keys of an issuer."""

from __future__ import annotations

from typing import NamedTuple


class Standing(NamedTuple):
    """Of an issuer: whether keys of it are known, how many seconds ago they came, whether the last fetch failed."""

    name: str
    known: bool
    age_s: float | None
    failing: bool
