"""The gateway's own errands: the one way to fetch from, or tell, what a policy, an issuer or a caller gives an address of.

Such an address may be a trap that leads into the network the gateway runs in. So a host is looked up once,
every address found is judged, and the connection goes to an address that was judged while TLS checks the
host's name. Redirects are not followed; answers are bounded in size and time; no proxy, no cookie, no
credential is ever sent.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from ssl import SSLContext, create_default_context
from types import MappingProxyType
from typing import Final, NamedTuple, TypeVar
from urllib.parse import urlsplit

import httpx

from gateway.errors import GatewayError
from gateway.policy.models.egress import METADATA, Network

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""A host's addresses, as text. Raises OSError."""

T = TypeVar("T")
Read = Callable[[httpx.Response], Awaitable[T]]

_GLOBAL_UNICAST: Final = ip_network("2000::/3")
_NAT64: Final = ip_network("64:ff9b::/96")
_MOST_TRIED: Final = 3
_DEFAULT_PORTS: Final = (("http", 80), ("https", 443))


class NotFetched(GatewayError):
    """Nothing was fetched. The message names no address."""


class Forbidden(NotFetched):
    """The gateway may not go there; no connection was made."""


class _Place(NamedTuple):
    """Where a URL leads. `rest` is path and query."""

    scheme: str
    host: str
    port: int
    rest: str


class _Asking(NamedTuple):
    method: str
    url: str
    headers: Mapping[str, str] = MappingProxyType({})
    body: bytes = b""


async def system_addresses(host: str, port: int) -> Sequence[str]:
    """As the machine's own resolver says: names, and numbers in every form it takes."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(one[4][0]) for one in found))


class Fetcher:
    """Holds nothing between two fetches. `tls` None: the system's authorities."""

    def __init__(self, *, resolve: Resolve = system_addresses, tls: SSLContext | None = None) -> None:
        self._resolve = resolve
        self._tls = tls

    async def get(self, url: str, allow: Sequence[Network], *, cap_bytes: int, timeout_s: float) -> bytes:
        """The body of a 200. Raises NotFetched. `allow` are the networks that a policy's `egress` lists."""

        async def read(response: httpx.Response) -> bytes:
            return await _body(response, cap_bytes)

        return await self._answered(_Asking("GET", url), allow, read, timeout_s)

    async def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        allow: Sequence[Network],
        *,
        timeout_s: float,
    ) -> int:
        """The status of the answer, whose body nobody reads. Raises NotFetched."""

        async def status(response: httpx.Response) -> int:
            return response.status_code

        return await self._answered(_Asking("POST", url, headers, body), allow, status, timeout_s)

    async def ask(
        self, url: str, body: bytes, allow: Sequence[Network], *, cap_bytes: int, timeout_s: float
    ) -> bytes:
        """The body of a 200 to this JSON. Raises NotFetched."""

        async def read(response: httpx.Response) -> bytes:
            return await _body(response, cap_bytes)

        asking = _Asking("POST", url, {"content-type": "application/json"}, body)
        return await self._answered(asking, allow, read, timeout_s)

    async def _answered(
        self, asking: _Asking, allow: Sequence[Network], read: Read[T], timeout_s: float
    ) -> T:
        place = place_of(asking.url)
        try:
            async with asyncio.timeout(timeout_s):
                addresses = await self._judged(place, allow)
                return await self._first_answer(place, addresses, asking, read)
        except TimeoutError:
            raise NotFetched(f"it took longer than {timeout_s:g} s") from None

    async def _judged(self, place: _Place, allow: Sequence[Network]) -> list[Address]:
        """All of them, or none: a name with a good address and a bad one is a trap."""
        try:
            found = await self._resolve(place.host, place.port)
        except (OSError, UnicodeError, ValueError):
            raise NotFetched("its host is not known") from None
        addresses = [parsed(text) for text in found]
        if not addresses:
            raise NotFetched("its host is not known")
        for address in addresses:
            why = objection(address, allow, secure=place.scheme == "https")
            if why is not None:
                raise Forbidden(why)
        return addresses

    async def _first_answer(
        self, place: _Place, addresses: list[Address], asking: _Asking, read: Read[T]
    ) -> T:
        for address in addresses[:_MOST_TRIED]:
            try:
                return await self._answer(place, address, asking, read)
            except httpx.ConnectError:
                continue  # nothing was sent
            except (httpx.TransportError, httpx.InvalidURL):
                raise NotFetched("the connection broke") from None
        raise NotFetched("it could not be connected to")

    async def _answer(self, place: _Place, address: Address, asking: _Asking, read: Read[T]) -> T:
        """From exactly this address. A connection serves one fetch: what is judged anew is connected anew."""
        if self._tls is None and place.scheme == "https":
            self._tls = create_default_context()
        async with httpx.AsyncHTTPTransport(
            verify=self._tls if self._tls is not None else False,  # False: http, which has none
            trust_env=False,
            limits=httpx.Limits(max_keepalive_connections=0),
        ) as transport:
            response = await transport.handle_async_request(_request(place, address, asking))
            try:
                return await read(response)
            finally:
                await response.aclose()


def _request(place: _Place, address: Address, asking: _Asking) -> httpx.Request:
    at = f"[{address}]" if address.version == 6 else str(address)
    named = f"[{place.host}]" if ":" in place.host else place.host
    return httpx.Request(
        asking.method,
        f"{place.scheme}://{at}:{place.port}{place.rest}",
        headers={
            "host": named if (place.scheme, place.port) in _DEFAULT_PORTS else f"{named}:{place.port}",
            "accept": "application/json, */*;q=0.1",
            "accept-encoding": "identity",
            "user-agent": "portcullis",
            "connection": "close",
            **asking.headers,
        },
        content=asking.body or None,
        extensions={"sni_hostname": place.host},
    )


async def _body(response: httpx.Response, cap_bytes: int) -> bytes:
    if response.status_code != 200:
        raise NotFetched(f"it was answered with {response.status_code}")
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise NotFetched("the answer is compressed, which was not asked for")
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > cap_bytes:
            raise NotFetched(f"the answer is larger than {cap_bytes} bytes")
    return bytes(body)


def place_of(url: str) -> _Place:
    """Where a URL leads. Raises Forbidden for what is not plainly http(s)://host[:port][/path][?query]."""
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url or "#" in url:
        raise Forbidden("its address is not plain")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise Forbidden("its address can't be read") from None
    if parts.scheme not in ("http", "https") or not host or port == 0 or "%" in host:
        raise Forbidden("its address is not http(s)://host")
    if "@" in parts.netloc:
        raise Forbidden("its address holds a user or a password")
    rest = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _Place(parts.scheme, host, port or dict(_DEFAULT_PORTS)[parts.scheme], rest)


def parsed(text: str) -> Address:
    """An address as the resolver writes it. One with a zone is link-local, and some interface's."""
    try:
        if "%" not in text:
            return ip_address(text)
    except ValueError:
        pass
    raise Forbidden("its host has no address that can be judged")


def objection(address: Address, allow: Sequence[Network], *, secure: bool) -> str | None:
    """Why the gateway may not go to this address; None: it may."""
    meant = inside(address) or address
    if any(one in network for network in METADATA for one in (address, meant)):
        return "it leads to where a cloud tells machines their credentials"
    if any(one in network for network in allow for one in (address, meant)):
        return None
    if not is_public(meant):
        return "it leads into a private network that `egress.allow` does not list"
    return None if secure else "it is http, which is only for networks that `egress.allow` lists"


def inside(address: Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for: mapped, or through NAT64."""
    if isinstance(address, IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None


def is_public(address: Address) -> bool:
    """Whether it is one machine of the public internet. Tunnels (6to4, Teredo) hide where they lead: no."""
    if isinstance(address, IPv6Address) and (
        address not in _GLOBAL_UNICAST or address.sixtofour is not None or address.teredo is not None
    ):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved
