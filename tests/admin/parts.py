"""The admin side of a real gateway, asked without a socket: who asks from where is in the test's hands."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from starlette.types import ASGIApp

from gateway.app import running
from gateway.installation import Installation, new_key
from gateway.policy.load import load_policy
from gateway.runtime import Runtime
from gateway.settings import Settings
from gateway.stores.key_records import KeyRecord
from tests.parts.asgi_client import AsgiClient

ADMIN_KEY = "an-admin-key-for-tests-0123456789"
HERE = "127.0.0.1"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: Any


@dataclass
class Side:
    """`app` is what answers on the port of calls, or on its own."""

    app: ASGIApp
    runtime: Runtime
    installation: Installation
    policies: Path

    def __post_init__(self) -> None:
        self._addresses = (f"127.{a}.{b}.1" for a in count(1) for b in range(256))

    async def ask(
        self,
        method: str,
        path: str,
        key: str | None = ADMIN_KEY,
        body: Any = None,
        *,
        address: str | None = None,
        headers: Sequence[tuple[bytes, bytes]] = (),
        content_type: bytes = b"application/json",
    ) -> Answer:
        """What a path under /admin/v1 answers. Without an `address` each request comes from another one."""
        sent = [*headers]
        if key is not None:
            sent.append((b"authorization", f"Bearer {key}".encode()))
        content = b""
        if body is not None:
            sent.append((b"content-type", content_type))
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
        client = AsgiClient(content, method=method, path=f"/admin/v1{path}", headers=sent)
        client.scope["path"] = client.scope["path"].partition("?")[0]
        client.scope["client"] = (address or next(self._addresses), 4711)
        await self.app(client.scope, client.receive, client.send)
        assert client.status is not None
        return Answer(client.status, client.headers, json.loads(client.body) if client.body else None)

    def key(
        self,
        *roles: str,
        team: str | None = None,
        user: str | None = None,
        networks: tuple[str, ...] = (),
        name: str = "test",
    ) -> tuple[str, KeyRecord]:
        """A new key, and its record."""
        return new_key(
            self.installation,
            name=name,
            roles=roles,
            team=team,
            user=user,
            use_case=None,
            lifetime_ms=None,
            networks=networks,
            entropy=secrets.token_bytes(32),
        )


@asynccontextmanager
async def admin_side(folder: Path, policy: Mapping[str, Any], **settings: Any) -> AsyncIterator[Side]:
    policies = folder / "policies"
    policies.mkdir(parents=True)
    (policies / "gateway.yaml").write_text(json.dumps(policy))
    apps: list[ASGIApp] = []
    opened: list[Installation] = []

    def administer(here: ASGIApp | None, apart: ASGIApp | None) -> None:
        apps.extend(app for app in (here, apart) if app is not None)

    made = Settings(policies=policies, data=folder / "data", admin_key=SecretStr(ADMIN_KEY), **settings)
    async with running(made, load_policy(policies, environment={}), opened.append, administer) as runtime:
        yield Side(apps[0], runtime, opened[0], policies)
