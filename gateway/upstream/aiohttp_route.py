"""What of a request to one address is the same each time, and how a request becomes bytes."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from collections.abc import Sequence
from functools import lru_cache

from aiohttp import ClientRequest, ClientTimeout
from aiohttp.client_reqrep import ConnectionKey
from yarl import URL

from gateway.errors import NotConnected
from gateway.upstream.interface import CLIENTS_OWN

MAX_ROUTES = 1024
MAX_KEPT_HEADERS = 6
MAX_KEPT_CHARS = 2048

_HAS_BODY = frozenset({"POST", "PUT", "PATCH"})


class _Address(ClientRequest):
    """What aiohttp's connector wants to know of a request, with its pool key computed once."""

    def __init__(self, url: URL, loop: AbstractEventLoop) -> None:
        super().__init__("GET", url, loop=loop)
        self._key = super().connection_key

    @property
    def connection_key(self) -> ConnectionKey:
        return self._key


class Route:
    """One method and URL. `head` is the request line and the headers that never change."""

    __slots__ = ("address", "head", "sends_length", "timeout")

    def __init__(self, method: str, url: str, connect_s: float, loop: AbstractEventLoop) -> None:
        # encoded: what was percent-encoded stays as it is, so nothing may be left to encode
        target = URL(url, encoded=True)
        if target.scheme not in ("http", "https") or not target.raw_host:
            raise ValueError("not an absolute http address")
        if not (url.isascii() and url.isprintable() and method.isalpha()) or " " in url:
            raise ValueError("a character that has no place in a request line")
        self.address = _Address(target, loop)
        self.head = (
            f"{method} {target.raw_path_qs} HTTP/1.1\r\n"
            f"host: {target.host_port_subcomponent}\r\naccept-encoding: identity"
        )
        self.sends_length = method in _HAS_BODY
        self.timeout = ClientTimeout(total=None, connect=connect_s)


class Routes:
    """The routes in use. Bounded: callers may put ids into paths."""

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._loop = loop
        self._found: dict[tuple[str, str, float], Route] = {}

    def find(self, method: str, url: str, connect_s: float) -> Route:
        """NotConnected where the URL is no http address."""
        key = (method, url, connect_s)
        route = self._found.get(key)
        if route is None:
            try:
                route = Route(method, url, connect_s, self._loop)
            except ValueError:  # aiohttp's InvalidURL too; its text names the address
                raise NotConnected("the provider's address is not an http address") from None
            if len(self._found) >= MAX_ROUTES:
                self._found.clear()
            self._found[key] = route
        return route


def request_bytes(route: Route, headers: Sequence[tuple[str, str]], body: bytes) -> bytes:
    """The whole request. ValueError where a header would break out of its line.

    Headers named in CLIENTS_OWN are left out.
    """
    pairs = tuple(headers)
    # a caller chooses some values, up to 64 KiB long: only what is short is kept, so the whole is bounded
    write = _kept_head_bytes if _is_short(route.head, pairs) else _head_bytes
    head = write(route.head, pairs)
    if body or route.sends_length:
        return b"%b\r\ncontent-length: %d\r\n\r\n%b" % (head, len(body), body)
    return head + b"\r\n\r\n"


def _is_short(route_head: str, headers: tuple[tuple[str, str], ...]) -> bool:
    if len(headers) > MAX_KEPT_HEADERS:
        return False
    size = len(route_head)
    for name, value in headers:
        size += len(name) + len(value)
    return size <= MAX_KEPT_CHARS


def _head_bytes(route_head: str, headers: tuple[tuple[str, str], ...]) -> bytes:
    lines = [route_head, *(f"{name}: {value}" for name, value in headers if name not in CLIENTS_OWN)]
    head = "\r\n".join(lines)
    breaks = len(lines) + 1  # the route's head has two of its own
    if head.count("\r") != breaks or head.count("\n") != breaks or "\0" in head:
        raise ValueError("a header holds a line break or a NUL")
    return head.encode()


@lru_cache(maxsize=256)
def _kept_head_bytes(route_head: str, headers: tuple[tuple[str, str], ...]) -> bytes:
    """What calls to one target have in common, which is nearly always all of it."""
    return _head_bytes(route_head, headers)
