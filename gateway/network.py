"""Where a call comes from, coarse enough to be kept: a /24 (IPv4) or a /48 (IPv6)."""

from __future__ import annotations

import ipaddress
from functools import lru_cache


def caller_network(
    peer: str | None, forwarded_for: str | None, trusted_proxies: frozenset[str]
) -> str | None:
    """The network of the caller. `X-Forwarded-For` counts only as far as trusted proxies wrote it:
    read from the right, the first address that is not a trusted proxy is the caller's.
    """
    address = peer
    if forwarded_for is not None and peer in trusted_proxies:
        for hop in reversed(forwarded_for.split(",")):
            address = hop.strip()
            if address not in trusted_proxies:
                break
    return None if address is None else coarse(address)


@lru_cache(maxsize=4096)
def coarse(address: str) -> str | None:
    """`198.51.100.7` → `198.51.100.0/24`; None for what is no address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    prefix = 24 if parsed.version == 4 else 48
    return str(ipaddress.ip_network(f"{parsed}/{prefix}", strict=False))
