"""The clients over TLS, with an authority made for the test."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.errors import NotConnected
from gateway.upstream.aiohttp_client import AiohttpUpstream
from gateway.upstream.httpx_client import HttpxUpstream
from gateway.upstream.interface import Outgoing, TimeLimits, Upstream
from tests.parts.scripted_upstream import STREAM_HEAD, Ask, ScriptedUpstream, answer, piece

Make = Callable[..., Upstream]
EITHER = pytest.mark.parametrize("make", [AiohttpUpstream, HttpxUpstream])


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1 and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + signed.public_bytes(pem)
    )
    return path


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


def ask_for(url: str) -> Outgoing:
    return Outgoing("POST", url + "/v1/chat", [], b"{}", TimeLimits())


@EITHER
async def test_a_connection_is_reused(
    make: Make, server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    async def script(ask: Ask) -> None:
        await ask.send(answer(b"ok"))

    upstream = make(tls=trusting)
    async with ScriptedUpstream(script, tls=server_tls) as provider:
        for _ in range(3):
            assert await (await upstream.send(ask_for(provider.url))).read(10) == b"ok"
        assert provider.connections == 1
    await upstream.aclose()


@EITHER
async def test_closing_in_the_middle_closes_the_connection(
    make: Make, server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    async def script(ask: Ask) -> None:
        await ask.send(STREAM_HEAD + piece(b"first"))
        await ask.gone()

    upstream = make(tls=trusting)
    async with ScriptedUpstream(script, tls=server_tls) as provider:
        incoming = await upstream.send(ask_for(provider.url))
        assert await incoming.next_chunk() == b"first"
        incoming.close()
        await asyncio.wait_for(provider.asks[0].gone(), 10)
    await upstream.aclose()


@EITHER
async def test_a_certificate_nobody_vouches_for_is_not_connected(
    make: Make, server_tls: ssl.SSLContext
) -> None:
    async def script(ask: Ask) -> None:
        raise AssertionError("nothing may be sent")

    upstream = make()
    async with ScriptedUpstream(script, tls=server_tls) as provider:
        with pytest.raises(NotConnected):
            await upstream.send(ask_for(provider.url))
        assert provider.asks == []
    await upstream.aclose()
