"""The placeholders of the requests inside a batch: of each its own, kept together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

MOST_BYTES: Final = 32 * 1024 * 1024
"""Of the values of one batch."""
_BETWEEN: Final = " "


class Inside:
    """The values of the requests inside a batch, by what their caller calls them."""

    __slots__ = ("size_bytes", "values")

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.size_bytes = 0

    def add(self, label: str, values: Mapping[str, str]) -> bool:
        """False: they are too many to be kept."""
        for name, value in values.items():
            self.values[f"{name}{_BETWEEN}{label}"] = value
            self.size_bytes += len(name) + len(label) + len(value)
        return self.size_bytes <= MOST_BYTES


def by_request(values: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """What was kept of a batch, by the `custom_id` of its requests."""
    found: dict[str, dict[str, str]] = {}
    for key, value in values.items():
        name, _, label = key.partition(_BETWEEN)
        found.setdefault(label, {})[name] = value
    return found
