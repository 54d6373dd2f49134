"""The real gateway in the test's own event loop: the ASGI application under uvicorn on a free port.

A test can look inside (its ledger, its tasks) and hand in what a process would never let it, such
as a grace of no time. What the audit log holds is read once it has stopped.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from pydantic import SecretStr

from gateway.app import application
from gateway.audit.entry import Intent, Outcome
from gateway.front import Front
from gateway.installation import Installation, new_key
from gateway.ledger.local import LocalLedger
from gateway.policy.load import load_policy
from gateway.runtime import Runtime
from gateway.server import Server, config
from gateway.settings import Settings
from tests.parts.audit_reading import entries_of
from tests.parts.http_client import HttpClient
from tests.parts.ledgers import Watched

DEADLINE_S = 20.0

E = TypeVar("E", Intent, Outcome)


class GatewayInside:
    """`key` is a gateway key with `roles` (and `team`), `others` more keys by name."""

    def __init__(
        self,
        folder: Path,
        policy: Mapping[str, Any],
        *,
        roles: tuple[str, ...] = ("caller",),
        team: str | None = None,
        **settings: Any,
    ) -> None:
        policies = folder / "policies"
        policies.mkdir(parents=True, exist_ok=True)
        (policies / "gateway.yaml").write_text(json.dumps(policy))
        if "redis_url" in settings:
            settings = {"secret_key": SecretStr("s" * 32), "signing_key": SecretStr("t" * 32), **settings}
        self.settings = Settings(policies=policies, data=folder / "data", port=0, **settings)
        self._policy = load_policy(policies, environment={})
        self._roles = roles
        self._team = team
        self.key = ""
        self.port = 0
        self.front: Front = application(self.settings, self._policy, self._make_key)
        self._server = Server(config(self.settings, self.front, self.front.turn_away), self._listens)
        self._running = False
        self._before: set[asyncio.Task[Any]] = set()
        self.ledger: Watched
        self.entries: Sequence[Intent | Outcome] = ()

    async def __aenter__(self) -> Self:
        server_config = self._server.config
        server_config.load()
        self._server.lifespan = server_config.lifespan_class(server_config)
        await self._server.startup()
        self._running = True
        ledger = self.runtime.ledger
        if isinstance(ledger, LocalLedger):
            self.ledger = Watched(ledger)  # outlives the runtime: holds are counted after a stop, too
        self._before = asyncio.all_tasks()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._running:
            await self.stop()

    @property
    def runtime(self) -> Runtime:
        assert self.front.runtime is not None
        return self.front.runtime

    @property
    def connections(self) -> Collection[object]:
        """Those that are open."""
        return self._server.server_state.connections

    async def quiet(self) -> None:
        """Returns once every task begun since the start has ended: calls and the provider's scripts."""
        mine = {asyncio.current_task()}
        left = asyncio.all_tasks() - self._before - mine
        if left:
            _, still = await asyncio.wait(left, timeout=DEADLINE_S)
            assert not still, f"tasks are left behind: {still}"

    async def in_a_call(self) -> None:
        """Returns once uvicorn has handed over a request that has not ended."""
        async with asyncio.timeout(DEADLINE_S):
            while not self._server.server_state.tasks:
                await asyncio.sleep(0.001)

    async def until(self, look: Callable[[], object]) -> None:
        """Returns once `look` says yes."""
        async with asyncio.timeout(DEADLINE_S):
            while not look():
                await asyncio.sleep(0.001)

    async def stop(self, *, grace_s: float | None = None) -> None:
        """Stops the server; calls that are still running after `grace_s` are cancelled. Then `entries`
        holds the audit log, whose chain has been checked."""
        assert self._running
        self._running = False
        if grace_s is not None:
            self._server.config.timeout_graceful_shutdown = grace_s  # type: ignore[assignment]
        async with asyncio.timeout(DEADLINE_S):
            await self._server.shutdown()
        if self.settings.database_url is not None:
            return  # the log is checked against the database that is the gateway's own
        self.entries = [
            entry for entry in entries_of(self.settings.data) if isinstance(entry, Intent | Outcome)
        ]

    def client(self) -> HttpClient:
        """A new connection to this gateway, with its key."""
        return HttpClient(self.port, {"authorization": f"Bearer {self.key}"})

    def of_call(self, kind: type[E], call_id: str) -> list[E]:
        """This call's entries of one kind."""
        return [entry for entry in self.entries if isinstance(entry, kind) and entry.id == call_id]

    def _make_key(self, installation: Installation) -> None:
        self.key, _ = new_key(
            installation,
            name="test",
            roles=self._roles,
            team=self._team,
            user="anna",
            use_case=None,
            lifetime_ms=None,
            entropy=secrets.token_bytes(32),
        )

    def _listens(self, _: str, port: int) -> None:
        self.port = port
