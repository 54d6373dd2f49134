"""Many calls of two tenants at once: each reads its own values again, and nobody else's."""

from __future__ import annotations

import asyncio
import re
import secrets
from pathlib import Path

import pytest

from gateway.installation import new_key, open_installation
from tests.journeys.test_privacy import Parrot, policy, request
from tests.journeys.voices import VOICES
from tests.parts.gateway_inside import GatewayInside
from tests.parts.http_client import HttpClient
from tests.parts.scripted_upstream import ScriptedUpstream

MAIL = re.compile(rb"[a-z]+[0-9]+@example\.org")


@pytest.mark.parametrize(("calls", "callers"), [(200, 50), pytest.param(1000, 1000, marks=pytest.mark.long)])
async def test_two_tenants_never_meet(tmp_path: Path, calls: int, callers: int):
    """Every value is `<EMAIL_1>` to the provider."""
    parrot = Parrot()
    async with ScriptedUpstream(parrot) as provider, GatewayInside(tmp_path, policy(provider.url)) as gateway:
        with open_installation(gateway.settings) as installation:
            other, _ = new_key(
                installation,
                name="other",
                roles=("caller",),
                team=None,
                user=None,
                use_case=None,
                lifetime_ms=None,
                entropy=secrets.token_bytes(32),
            )
        keys = {"mine": gateway.key, "theirs": other}

        async def caller(number: int) -> None:
            whose = "mine" if number % 2 else "theirs"
            async with HttpClient(gateway.port, {"authorization": f"Bearer {keys[whose]}"}) as client:
                for turn in range(number, calls, callers):
                    voice = VOICES[turn % len(VOICES)]
                    mail = f"{whose}{turn}@example.org"
                    path, body = request(voice, "to-chat", f"Answer to {mail}.", stream=turn % 3 == 0)
                    await client.call(path, body)
                    assert client.status == 200, bytes(client.body)
                    assert set(MAIL.findall(bytes(client.body))) == {mail.encode()}

        await asyncio.gather(*(caller(number) for number in range(callers)))
    assert len(parrot.heard) == calls
    assert all(
        b"EMAIL_1" in heard and b"EMAIL_2" not in heard and b"@example" not in heard for heard in parrot.heard
    )
