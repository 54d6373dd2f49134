"""The admin side on the port of calls: for callers on this machine only."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

_FORWARDED: Final = frozenset(
    {
        b"forwarded",
        b"via",
        b"x-real-ip",
        b"x-client-ip",
        b"x-cluster-client-ip",
        b"x-envoy-external-address",
        b"x-original-forwarded-for",
        b"true-client-ip",
        b"cf-connecting-ip",
        b"fastly-client-ip",
    }
)


class LocalOnly:
    """An ASGI application: `side` for callers on this machine, `nowhere` for all others.

    The peer of the socket says who that is, never a header. A proxy on this machine is no caller on it: whatever
    comes through one that is trusted, or that says so in a header, comes from elsewhere.
    """

    def __init__(self, side: ASGIApp, nowhere: ASGIApp, trusted_proxies: frozenset[str]) -> None:
        self._side = side
        self._nowhere = nowhere
        self._trusted_proxies = trusted_proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        peer = client[0] if client else None
        local = (
            peer not in self._trusted_proxies and is_loopback(peer) and not was_forwarded(scope["headers"])
        )
        await (self._side if local else self._nowhere)(scope, receive, send)


def is_loopback(peer: str | None) -> bool:
    try:
        parsed = ip_address(peer or "")
    except ValueError:
        return False
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return (mapped or parsed).is_loopback


def was_forwarded(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether a proxy says that it passed this on."""
    return any(name in _FORWARDED or name.startswith(b"x-forwarded") for name, _ in headers)
