"""Bounds how often one address may fail to sign in: guessing costs us nothing, and gets nowhere."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

MOST_AT_ONCE: Final = 10
EVERY_S: Final = 3.0
"""One more try after each of these: twenty a minute."""
_MOST_ADDRESSES: Final = 10_000


class FailedSignIns:
    """Belongs to one event loop. `monotonic` are seconds. An IPv6 address counts as its /64: whoever has one has
    all of them. Of more addresses than it keeps, the one that failed longest ago is forgotten."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._free_at: OrderedDict[str, float] = OrderedDict()
        """When each address will have all its tries again: each failure moves it on by EVERY_S."""

    def wait_s(self, address: str | None) -> float:
        """How long this address has to wait before it may try again; 0: it may now."""
        over = self._free_at.get(_counted(address), 0.0) - self._monotonic() - EVERY_S * (MOST_AT_ONCE - 1)
        return max(over, 0.0)

    def note(self, address: str | None) -> None:
        """One more failed."""
        counted, now = _counted(address), self._monotonic()
        self._free_at[counted] = max(self._free_at.get(counted, now), now) + EVERY_S
        self._free_at.move_to_end(counted)
        if len(self._free_at) > _MOST_ADDRESSES:
            self._free_at.popitem(last=False)


def _counted(address: str | None) -> str:
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return "elsewhere"
    if isinstance(parsed, IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else str(ip_network((parsed, 64), strict=False))
    return str(parsed)
