"""The composition root: what stands behind each protocol, and that all of it is closed again."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.app import application, running
from gateway.audit.entry import Boot
from gateway.front import Front
from gateway.installation import Installation, open_installation
from gateway.runtime import Runtime
from gateway.settings import Settings
from gateway.stores.processes import Process, SqlProcesses
from gateway.stores.subjects import SqlSubjects
from gateway.upstream.aiohttp_client import AiohttpUpstream
from gateway.upstream.echo import EchoUpstream
from gateway.upstream.httpx_client import HttpxUpstream
from tests.parts.audit_reading import entries_of
from tests.parts.calls import make_policy
from tests.parts.processes import eventually

POLICY = make_policy()


@asynccontextmanager
async def opened(folder: Path, **facts: Any) -> AsyncIterator[Runtime]:
    """A runtime; at its end no task and no store of it is left."""
    before = asyncio.all_tasks()
    async with running(
        Settings(data=folder, policies=folder / "policies", **facts), POLICY, lambda _: None
    ) as runtime:
        yield runtime
    assert asyncio.all_tasks() == before


async def test_calls_take_the_policy_that_was_given(tmp_path: Path):
    async with opened(tmp_path) as runtime:
        assert runtime.policies.current is POLICY


@pytest.mark.parametrize(("name", "kind"), [("aiohttp", AiohttpUpstream), ("httpx", HttpxUpstream)])
async def test_providers_are_reached_by_the_client_of_the_settings(tmp_path: Path, name: str, kind: type):
    async with opened(tmp_path, upstream=name) as runtime:
        assert isinstance(runtime.upstreams["openai"], kind)
        for dialect in ("azure", "anthropic", "gemini"):
            assert runtime.upstreams[dialect] is runtime.upstreams["openai"], "one pool"
        assert isinstance(runtime.upstreams["echo"], EchoUpstream)


async def test_the_bounds_are_those_of_the_settings(tmp_path: Path):
    bounds = {"max_body_bytes": 2048, "max_answer_bytes": 4096, "body_timeout_s": 3.0, "write_stall_s": 4.0}
    async with opened(tmp_path, **bounds) as runtime:
        made = runtime.bounds
    assert (made.body_bytes, made.answer_bytes, made.body_timeout_s, made.write_stall_s) == (
        2048,
        4096,
        3.0,
        4.0,
    )


async def test_each_start_is_in_the_audit_log_with_its_policy(tmp_path: Path):
    for _ in range(2):
        async with opened(tmp_path) as runtime:
            assert runtime.audit.healthy
    boots = [entry for entry in entries_of(tmp_path) if isinstance(entry, Boot)]
    assert [entry.policy for entry in boots] == ["rev-1", "rev-1"]


async def test_a_process_is_known_to_others_while_it_runs(tmp_path: Path):
    def alive() -> Sequence[Process]:
        with open_installation(Settings(data=tmp_path)) as installation:
            return SqlProcesses(installation.database.engine).alive(installation.now_ms())

    async with opened(tmp_path) as runtime:
        [seen] = await asyncio.to_thread(eventually, alive, "the process")
        assert (seen.pid, seen.revision) == (os.getpid(), runtime.policies.current.revision)
    assert alive() == []


async def test_the_installation_is_announced_before_calls_are_taken(tmp_path: Path):
    told: list[str] = []

    def announce(installation: Installation) -> None:
        told.append(installation.database.installation)
        assert not taking_calls()

    def taking_calls() -> bool:
        return front.runtime is not None

    front: Front = application(Settings(data=tmp_path, policies=tmp_path / "policies"), POLICY, announce)
    messages = asyncio.Queue[dict[str, str]]()
    sent = asyncio.Queue[dict[str, str]]()
    messages.put_nowait({"type": "lifespan.startup"})
    life = asyncio.create_task(
        front({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, messages.get, sent.put)  # type: ignore[arg-type]
    )
    assert (await sent.get())["type"] == "lifespan.startup.complete"
    assert taking_calls()
    messages.put_nowait({"type": "lifespan.shutdown"})
    await life
    assert not taking_calls()
    with open_installation(Settings(data=tmp_path)) as installation:
        assert told == [installation.database.installation]


async def test_a_start_that_fails_leaves_nothing_open(tmp_path: Path):
    (tmp_path / "spool").write_text("a file where a folder is expected")
    before = asyncio.all_tasks()
    with pytest.raises(OSError):
        async with running(Settings(data=tmp_path, policies=tmp_path / "policies"), POLICY, lambda _: None):
            raise AssertionError("it started")
    assert asyncio.all_tasks() == before
    (tmp_path / "spool").unlink()
    async with opened(tmp_path):
        pass


async def test_a_revocation_does_not_wait_behind_names_that_are_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    free = threading.Event()

    def held(_self: SqlSubjects, kind: str, name: str) -> str:
        assert free.wait(30)
        return f"{kind}-{name}"

    monkeypatch.setattr(SqlSubjects, "pseudonym", held)
    async with opened(tmp_path) as runtime:
        waiting = [asyncio.ensure_future(runtime.subjects.resolve("user", f"u{n}")) for n in range(9)]
        await asyncio.sleep(0)
        try:
            async with asyncio.timeout(10):
                assert await runtime.keys.find("pk_" + "a" * 43) is None
        finally:
            free.set()
            await asyncio.gather(*waiting)
