"""What of a request to one address is the same each time, and how a request becomes bytes."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from collections.abc import Collection, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import chain
from ssl import SSLContext, create_default_context

from aiohttp import ClientRequest, ClientTimeout
from aiohttp.client_reqrep import ConnectionKey
from yarl import URL

from gateway.errors import NotConnected
from gateway.policy.via import Via
from gateway.upstream.aiohttp_idle import Idle
from gateway.upstream.interface import CLIENTS_OWN, Body
from gateway.upstream.reached import Reached

MAX_ROUTES = 1024
MAX_KEPT_HEADERS = 6
MAX_KEPT_CHARS = 2048

Headers = tuple[tuple[str, str], ...]

_HAS_BODY = frozenset({"POST", "PUT", "PATCH"})
_STRAIGHT = Via()


class _Address(ClientRequest):
    """What aiohttp's connector wants to know of a request, with its pool key computed once."""

    def __init__(self, url: URL, loop: AbstractEventLoop, via: Via, tls: SSLContext | None) -> None:
        super().__init__(
            "GET",
            url,
            loop=loop,
            proxy=None if via.proxy is None else URL(via.proxy),
            proxy_headers=dict(_to_proxy(via)),
            ssl=True if tls is None else tls,
        )
        self._key = super().connection_key

    @property
    def connection_key(self) -> ConnectionKey:
        return self._key


class Route:
    """One method and URL. `head` is the request line and the headers that never change; `idle` are the open
    connections to its address, `told` the headers of its last request with the head that they made."""

    __slots__ = ("address", "head", "idle", "sends_length", "timeout", "told")

    idle: Idle

    def __init__(
        self,
        method: str,
        url: str,
        connect_s: float,
        loop: AbstractEventLoop,
        via: Via = _STRAIGHT,
        tls: SSLContext | None = None,
    ) -> None:
        # encoded: what was percent-encoded stays as it is, so nothing may be left to encode
        target = URL(url, encoded=True)
        if target.scheme not in ("http", "https") or not target.raw_host:
            raise ValueError("not an absolute http address")
        if not (url.isascii() and url.isprintable() and method.isalpha()) or " " in url:
            raise ValueError("a character that has no place in a request line")
        self.address = _Address(target, loop, via, tls)
        asked, told = target.raw_path_qs, ""
        if via.proxy is not None and target.scheme == "http":  # it reads the request; https it only tunnels
            asked = f"http://{target.host_port_subcomponent}{asked}"
            told = "".join(f"\r\n{name}: {value}" for name, value in _to_proxy(via))
        self.head = (
            f"{method} {asked} HTTP/1.1\r\n"
            f"host: {target.host_port_subcomponent}\r\naccept-encoding: identity{told}"
        )
        self.sends_length = method in _HAS_BODY
        self.timeout = ClientTimeout(total=None, connect=connect_s)
        self.told: tuple[Headers | None, bytes] = (None, b"")


def _to_proxy(via: Via) -> tuple[tuple[str, str], ...]:
    given = via.proxy_authorization
    return () if given is None else (("proxy-authorization", given.reveal()),)


class Routes:
    """The routes in use. Bounded: callers may put ids into paths."""

    def __init__(self, loop: AbstractEventLoop, keepalive_s: float = 15.0) -> None:
        self._loop = loop
        self._keepalive_s = keepalive_s
        self._idle: dict[ConnectionKey, Idle] = {}
        self._found: dict[tuple[str, str, float, Via | None], Route] = {}
        self._trusting: dict[str, SSLContext] = {}

    def find(self, method: str, url: str, connect_s: float, via: Via | None = None) -> Route:
        """NotConnected where the URL is no http address."""
        key = (method, url, connect_s, via)
        route = self._found.get(key)
        if route is None:
            tls = None if via is None or via.authorities is None else self._trust(via.authorities)
            try:
                route = Route(method, url, connect_s, self._loop, via or _STRAIGHT, tls)
            except ValueError:  # aiohttp's InvalidURL too; its text names the address
                raise NotConnected("the provider's address is not an http address") from None
            key_of_all = route.address.connection_key
            idle = self._idle.get(key_of_all)
            route.idle = idle or self._idle.setdefault(key_of_all, Idle(self._loop, self._keepalive_s))
            if len(self._found) >= MAX_ROUTES:
                self._found.clear()
            self._found[key] = route
        return route

    def keep_only(self, reached: Collection[Reached]) -> None:
        """Let go of what leads elsewhere: its unused connections are closed now, those in use when they are
        given back."""
        authorities = {via.authorities for _, via in reached if via is not None}
        self._trusting = {pem: tls for pem, tls in self._trusting.items() if pem in authorities}
        wanted = set[ConnectionKey]()
        for origin, via in reached:
            with suppress(ValueError):  # nobody could have been called there
                tls = None if via is None or via.authorities is None else self._trust(via.authorities)
                address = _Address(URL(origin, encoded=True), self._loop, via or _STRAIGHT, tls)
                wanted.add(address.connection_key)
        for key in self._idle.keys() - wanted:
            self._idle.pop(key).close()
        found = self._found.items()
        self._found = {key: route for key, route in found if route.address.connection_key in wanted}

    def close(self) -> None:
        """Closes the connections that are not in use."""
        for idle in self._idle.values():
            idle.close()

    def _trust(self, authorities: str) -> SSLContext:
        """One context for the same authorities: connections are pooled by it."""
        tls = self._trusting.get(authorities)
        if tls is None:
            tls = self._trusting[authorities] = create_default_context(cadata=authorities)
        return tls


def request_bytes(route: Route, headers: Sequence[tuple[str, str]], body: bytes | Body) -> bytes:
    """The whole request, or its head where the body follows piece by piece. ValueError where a header
    would break out of its line.

    Headers named in CLIENTS_OWN are left out.
    """
    pairs, (told, head) = tuple(headers), route.told
    if pairs is not told:  # most often it is: what calls to one target say of themselves is one tuple
        # a caller chooses some values, up to 64 KiB long: only what is short is kept, so the whole is bounded
        is_short = _is_short(route.head, pairs)
        head = _kept_head_bytes(route.head, pairs) if is_short else _head_bytes(route.head, pairs)
        if is_short:
            route.told = (pairs, head)
    if not isinstance(body, bytes):
        return b"%b\r\ncontent-length: %d\r\n\r\n" % (head, body.size_bytes)
    if body or route.sends_length:
        return b"%b\r\ncontent-length: %d\r\n\r\n%b" % (head, len(body), body)
    return head + b"\r\n\r\n"


def _is_short(route_head: str, headers: Headers) -> bool:
    if len(headers) > MAX_KEPT_HEADERS:
        return False
    return len(route_head) + sum(map(len, chain.from_iterable(headers))) <= MAX_KEPT_CHARS


def _head_bytes(route_head: str, headers: Headers) -> bytes:
    lines = [route_head, *(f"{name}: {value}" for name, value in headers if name not in CLIENTS_OWN)]
    head = "\r\n".join(lines)
    breaks = len(lines) - 1 + route_head.count("\r\n")
    if head.count("\r") != breaks or head.count("\n") != breaks or "\0" in head:
        raise ValueError("a header holds a line break or a NUL")
    return head.encode()


@lru_cache(maxsize=256)
def _kept_head_bytes(route_head: str, headers: Headers) -> bytes:
    """What calls to one target have in common, which is nearly always all of it."""
    return _head_bytes(route_head, headers)
