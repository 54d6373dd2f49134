"""How a request becomes one of httpx's, and what httpx raises before an answer becomes ours."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from ssl import SSLContext
from typing import Final

import httpx

from gateway.errors import Broken, NotConnected, TimedOut, UpstreamFault
from gateway.policy.via import Via
from gateway.upstream.interface import CLIENTS_OWN, Outgoing

_NOT_CONNECTED: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)


def proxy_of(via: Via | None, tls: SSLContext) -> httpx.Proxy | None:
    if via is None or via.proxy is None:
        return None
    given = via.proxy_authorization
    headers = {} if given is None else {"proxy-authorization": given.reveal()}
    over_tls = tls if via.proxy.startswith("https:") else None
    return httpx.Proxy(via.proxy, ssl_context=over_tls, headers=headers)


def request_of(
    outgoing: Outgoing, body: bytes | AsyncGenerator[bytes, None], waits: dict[str, float | None]
) -> httpx.Request:
    headers = [(name, value) for name, value in outgoing.headers if name not in CLIENTS_OWN]
    if any(mark in name or mark in value for name, value in headers for mark in "\r\n\0"):
        raise ValueError("a header holds a line break or a NUL")
    headers.append(("accept-encoding", "identity"))
    if not isinstance(outgoing.body, bytes):
        headers.append(("content-length", str(outgoing.body.size_bytes)))
    encoded = [(name.encode(), value.encode()) for name, value in headers]
    try:
        url = httpx.URL(outgoing.url)
    except httpx.InvalidURL:
        raise NotConnected("the provider's address is not an http address") from None
    return httpx.Request(outgoing.method, url, headers=encoded, content=body, extensions={"timeout": waits})


def fault_before_answer(fault: Exception) -> UpstreamFault:
    if isinstance(fault, UpstreamFault):
        return fault
    if isinstance(fault, TimeoutError):
        return TimedOut("total")
    if isinstance(fault, httpx.ReadTimeout):
        return TimedOut("first_byte")
    if isinstance(fault, httpx.WriteTimeout):
        return TimedOut("idle")
    if isinstance(fault, _NOT_CONNECTED):
        return NotConnected("no connection to the provider")
    return Broken("the provider closed the connection without a valid answer", underway=True)
