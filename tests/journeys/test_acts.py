"""Administrators at work beside a gateway under load: here, over the admin API, and one who is killed.

All that they did is in the log, once; the chains verify; and no key stands anywhere in plain text.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.audit.entry import Act, Acted, Outcome
from tests.parts.audit_reading import entries_of
from tests.parts.gateway_process import GatewayProcess

ROOT = Path(__file__).parents[2]
ADMIN_KEY = "an-admin-key-that-nobody-guesses-of-the-tests"
POLICY = """\
gateway: 1
providers: {echo: {dialect: echo}}
models: {echo: {targets: [{to: echo/echo}]}}
roles: {caller: {models: [echo], apis: [chat]}}
"""
BODY = {"model": "echo", "messages": [{"role": "user", "content": "Hello"}]}


class Administrator:
    """A process; `lines` are what it said it had done."""

    def __init__(self, rounds: int, gateway: GatewayProcess, settings: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.journeys.administrator", str(rounds)],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "GATEWAY_POLICIES": str(gateway.policies), **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines: list[dict[str, str]] = []

    def work(self, *, kill_after: int | None = None) -> None:
        """Returns once it has ended, or was killed after so many lines."""
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        with self._process.stdout as said, self._process.stderr as errors:
            for line in said:
                self.lines.append(json.loads(line))
                if len(self.lines) == kill_after:
                    self._process.kill()
            told = errors.read()
        status = self._process.wait()
        assert status == (0 if kill_after is None else -9), told

    @property
    def arguments(self) -> bytes:
        return Path(f"/proc/{self._process.pid}/cmdline").read_bytes()


async def call_until(done: asyncio.Event, gateway: GatewayProcess, bearer: dict[str, str]) -> int:
    """How many calls there were; each must succeed."""
    async with httpx.AsyncClient(base_url=gateway.url, headers=bearer, timeout=30.0) as client:
        count = 0
        while not done.is_set():
            answer = await client.post("/v1/chat/completions", json=BODY)
            assert answer.status_code == 200, answer.text
            count += 1
        return count


async def administer(gateway: GatewayProcess, here: int, rounds: int) -> tuple[list[Administrator], int]:
    """`here` administrators on the database, one of them killed, and one over the admin API."""
    key = gateway.make_key("load", role="caller")
    local = {"GATEWAY_DATA": str(gateway.data)}
    remote = {"GATEWAY_URL": gateway.url, "GATEWAY_TOKEN": ADMIN_KEY}
    done = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        load = [group.create_task(call_until(done, gateway, key.bearer)) for _ in range(2)]
        all_of_them = [Administrator(rounds, gateway, local) for _ in range(here)]
        all_of_them.append(Administrator(rounds, gateway, remote))
        assert not any(b"gw-" in one.arguments or ADMIN_KEY.encode() in one.arguments for one in all_of_them)
        first, *others = all_of_them
        working = [asyncio.to_thread(one.work) for one in others]
        await asyncio.gather(asyncio.to_thread(first.work, kill_after=rounds), *working)
        done.set()
    return all_of_them, sum(task.result() for task in load)


@pytest.mark.parametrize(
    ("here", "rounds"), [(3, 3), pytest.param(12, 10, marks=[pytest.mark.long, pytest.mark.timeout(600)])]
)
async def test_all_that_administrators_do_beside_a_busy_gateway_is_in_the_log_once(
    tmp_path: Path, here: int, rounds: int
):
    gateway = GatewayProcess(tmp_path, POLICY, settings={"GATEWAY_ADMIN_KEY": ADMIN_KEY})
    gateway.make_key("first", role="caller")
    with gateway.running():
        them, calls = await administer(gateway, here, rounds)
    gateway.asked("users", "disable", "somebody")  # closes what the killed one left open
    entries = entries_of(gateway.data)
    begun = {entry.id: entry for entry in entries if isinstance(entry, Act)}
    ended = Counter(entry.id for entry in entries if isinstance(entry, Acted))
    endings = Counter(entry.ending for entry in entries if isinstance(entry, Acted))
    assert ended == Counter(begun.keys())
    told = [line for one in them for line in one.lines]
    assert done(entries) >= Counter((kind, line[kind]) for line in told for kind in line if kind != "secret")
    # Two keys and a user are the test's own; what the killed one did last it did not live to tell.
    assert len(begun) - len(told) - 3 in (0, 1)
    assert endings["interrupted"] <= 1
    assert endings["done"] + endings["interrupted"] == len(begun)
    assert len([entry for entry in entries if isinstance(entry, Outcome)]) == calls > 0
    assert_nowhere([line["secret"] for line in told if "secret" in line], gateway)


def done(entries: list[Any]) -> Counter[tuple[str, str]]:
    """What was done to which key, from the log alone."""
    words = {"keys.create": "made", "keys.rotate": "rotated", "keys.revoke": "revoked"}
    begun = {entry.id: entry for entry in entries if isinstance(entry, Act)}
    found: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        if isinstance(entry, Acted) and entry.ending == "done" and begun[entry.id].act in words:
            facts = {**begun[entry.id].about, **entry.about}
            found[words[begun[entry.id].act], str(facts["key"])] += 1
    return found


def assert_nowhere(secrets: list[str], gateway: GatewayProcess) -> None:
    """No key stands in the database, in the spool, or in what the gateway wrote."""
    assert secrets
    kept = [path for path in gateway.data.rglob("*") if path.is_file()]
    assert {"gateway.db", "commands"} <= {path.name for path in kept}
    written = b"".join(path.read_bytes() for path in kept) + gateway.told.encode()
    assert not [secret for secret in (*secrets, ADMIN_KEY) if secret.encode() in written]
