"""Several processes of one gateway on one port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.workers import shared_socket
from tests.parts.gateway_process import GatewayProcess
from tests.parts.processes import eventually
from tests.parts.redis_server import redis_server

POLICY: dict[str, Any] = {
    "gateway": 1,
    "providers": {"echo": {"dialect": "echo", "price": "free"}},
    "models": {"fast": {"targets": [{"to": "echo/fast"}]}},
    "roles": {"caller": {"models": ["fast"]}},
    "limits": [{"name": "few", "requests": "20/hour", "on_store_failure": "block"}],
}
BODY = {"model": "fast", "messages": [{"role": "user", "content": "hello"}]}


def test_an_address_is_shared_with_those_who_ask_for_that_and_with_nobody_else():
    with shared_socket("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with shared_socket("127.0.0.1", port) as second:
            assert second.getsockname() == first.getsockname()
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port))


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    folder = tmp_path_factory.mktemp("w")
    with redis_server(folder) as redis:
        settings = {"GATEWAY_REDIS_URL": redis.url, "GATEWAY_WORKERS": "2"}
        with GatewayProcess(folder, POLICY, settings=settings).running() as gateway:
            eventually(lambda: len(children(gateway.pid)) == 2, "there are two workers")
            yield gateway


def test_a_limit_holds_over_all_workers_and_one_that_dies_is_started_again(two_workers: GatewayProcess):
    gateway = two_workers
    key = gateway.make_key("anna", role="caller")

    def call() -> int | None:
        """On a connection of its own: the system chooses the worker."""
        with suppress(httpx.TransportError):
            return httpx.post(gateway.url + "/v1/chat/completions", headers=key.bearer, json=BODY).status_code
        return None

    def ready() -> bool:
        return all(httpx.get(gateway.url + "/readyz").status_code == 200 for _ in range(10))

    eventually(ready, "both are ready")
    assert [call() for _ in range(10)] == [200] * 10
    assert len([*(gateway.data / "spool").iterdir()]) == 2, "each writes a chain of its own"
    dead = children(gateway.pid)[0]
    os.kill(dead, signal.SIGKILL)
    eventually(lambda: len(set(children(gateway.pid)) - {dead}) == 2, "another one is started")
    eventually(lambda: call() == 429, "what is left is used up")
    writers = eventually(lambda: writers_of(gateway, 20), "all are on record")
    assert writers <= {each.name for each in (gateway.data / "spool").iterdir()}


def writers_of(gateway: GatewayProcess, complete: int) -> set[str] | None:
    found = [each["chain"]["writer"] for each in gateway.records("--ending", "complete")]
    return set(found) if len(found) == complete else None


def three(work: str) -> subprocess.Popen[bytes]:
    """The parent of three, in a process of its own: it forks, and takes signals."""
    program = f"""
import signal, sys
from gateway.workers import Workers

def work(ready):
    if ready is not None and {work == "waits"}:
        ready()
    {"signal.pause()" if work == "waits" else "return 7"}

sys.exit(Workers(3, work).run())
"""
    return subprocess.Popen([sys.executable, "-c", program])


def test_a_first_worker_that_fails_is_the_end():
    assert three("fails").wait() == 7


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)])
def test_all_end_with_their_parent_however_that_ends(number: signal.Signals, status: int):
    parent = three("waits")
    some = eventually(lambda: all_ if len(all_ := children(parent.pid)) == 3 else None, "there are three")
    parent.send_signal(number)
    assert parent.wait() == status
    for pid in some:
        eventually(lambda pid=pid: not Path(f"/proc/{pid}").exists(), "a worker ends")  # type: ignore[misc]
