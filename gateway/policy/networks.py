"""Whether an address lies in a network."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network


@lru_cache(maxsize=4096)
def within(address: str | None, networks: tuple[str, ...]) -> bool:
    """Whether an address lies in one of the networks (CIDR). What is no address lies in none."""
    parsed = None if address is None else parsed_address(address)
    return parsed is not None and any(parsed in ip_network(network) for network in networks)


@lru_cache(maxsize=4096)
def parsed_address(text: str) -> IPv4Address | IPv6Address | None:
    """An IPv4 address that stands in an IPv6 one is the IPv4 address. None: this is no address."""
    try:
        parsed = ip_address(text)
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return mapped or parsed
