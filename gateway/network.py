"""Where a call comes from: the address that rules judge, and the network that is kept of it."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from gateway.policy.networks import parsed_address


def caller_address(
    client: Sequence[Any] | None, forwarded_for: str | None, trusted_proxies: frozenset[str]
) -> str | None:
    """The caller's address, or what a trusted proxy says in its place. Judged, never kept. `client` is
    ASGI's: address and port.

    `X-Forwarded-For` counts only as far as trusted proxies wrote it: read from the right, the first
    address that is not a trusted proxy is the caller's.
    """
    address: str | None = client[0] if client else None
    if forwarded_for is not None and address in trusted_proxies:
        for hop in reversed(forwarded_for.split(",")):
            address = hop.strip()
            if address not in trusted_proxies:
                break
    return address


@lru_cache(maxsize=4096)
def coarse(address: str) -> str | None:
    """`198.51.100.7` → `198.51.100.0/24`, an IPv6 address → its /48; None for what is no address."""
    parsed = parsed_address(address)
    if parsed is None:
        return None
    prefix = 24 if parsed.version == 4 else 48
    return str(ipaddress.ip_network(f"{parsed}/{prefix}", strict=False))
