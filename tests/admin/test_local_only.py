"""Without a port of its own the admin side is there for this machine only, and no header or proxy opens it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.admin.local_only import LocalOnly
from tests.parts.asgi_client import AsgiClient

TRUSTED = frozenset({"127.0.0.9", "10.0.0.1"})


def app(status: int) -> Callable[..., object]:
    async def answer(scope: object, receive: object, send: Callable[..., object]) -> None:
        await send({"type": "http.response.start", "status": status, "headers": []})  # type: ignore[misc]

    return answer


async def answered(client: object, *headers: tuple[bytes, bytes]) -> int | None:
    guard = LocalOnly(app(200), app(404), TRUSTED)  # type: ignore[arg-type]
    asgi = AsgiClient(method="GET", path="/admin/v1/keys", headers=headers)
    asgi.scope["client"] = client
    await guard(asgi.scope, asgi.receive, asgi.send)
    return asgi.status


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
async def test_callers_on_this_machine_are_let_in(address: str):
    assert await answered((address, 1)) == 200


@pytest.mark.parametrize(
    "address",
    ["198.51.100.7", "10.0.0.1", "0.0.0.0", "::", "::2", "2130706433", "localhost", "", "169.254.0.1"],
)
async def test_all_others_are_not(address: str):
    assert await answered((address, 1)) == 404


async def test_a_peer_without_an_address_is_not():
    assert await answered(None) == 404


@pytest.mark.parametrize(
    "header",
    [
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-forwarded-proto",
        b"x-forwarded",
        b"forwarded",
        b"x-real-ip",
        b"via",
        b"true-client-ip",
        b"cf-connecting-ip",
    ],
)
@pytest.mark.parametrize("value", [b"127.0.0.1", b"198.51.100.7", b""])
async def test_what_a_proxy_on_this_machine_passes_on_is_not(header: bytes, value: bytes):
    assert await answered(("127.0.0.1", 1), (b"host", b"localhost"), (header, value)) == 404


async def test_a_trusted_proxy_on_this_machine_is_not_whatever_it_leaves_out():
    assert await answered(("127.0.0.9", 1)) == 404
