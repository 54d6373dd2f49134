"""The real gateway in its own process, with a policy, a data folder and keys of the test's own.

::

    with GatewayProcess(tmp_path, policy).running() as gateway:
        key = gateway.make_key("anna", role="analyst")
        httpx.post(gateway.url + "/v1/chat/completions", headers=key.bearer, ...)
        [record] = gateway.records()
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from unittest.mock import patch

import httpx

from gateway.admin.key_bodies import KeySecret, NewKey
from gateway.audit.query import Query
from gateway.cli.local import opened
from gateway.cli.target import Gateway
from gateway.installation import open_installation
from gateway.settings import load_settings
from gateway.stores.calls import SqlCalls
from gateway.stores.interfaces import CallFilter
from tests.parts.processes import Output, eventually, resident_bytes

_LISTENING = "listening on "
_ENDS_WITHIN_S = 50.0


@dataclass(frozen=True, slots=True)
class Key:
    """A gateway key as `keys create` shows it once."""

    id: str
    key: str

    @property
    def bearer(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.key}"}


class GatewayProcess:
    """One gateway installation under `folder`; it may be started, killed and started again.

    `policy`: YAML text, or a mapping. `secrets` are the variables that the policy refers to.
    Nothing of the test's own environment reaches the gateway but PATH and HOME.
    """

    def __init__(
        self,
        folder: Path,
        policy: str | Mapping[str, Any],
        *,
        secrets: Mapping[str, str] | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.policies = folder / "policies"
        self.data = folder / "data"
        self.policies.mkdir(parents=True)
        self.write_policy(policy)
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONUNBUFFERED": "1",
            "GATEWAY_POLICIES": str(self.policies),
            "GATEWAY_DATA": str(self.data),
            "GATEWAY_HOST": "127.0.0.1",
            "GATEWAY_PORT": "0",
            **(secrets or {}),
            **(settings or {}),
        }
        if "GATEWAY_REDIS_URL" in self._environment:
            for name in ("GATEWAY_SECRET_KEY", "GATEWAY_SIGNING_KEY"):
                self._environment.setdefault(name, name * 2)
        self.program = "gateway"
        """The module that is run; what stands for it must be the gateway too."""
        self._process: subprocess.Popen[str] | None = None
        self._output: Output | None = None
        self._url: str | None = None

    def write_policy(self, policy: str | Mapping[str, Any]) -> None:
        """Replaces the policy folder's only file. JSON is YAML, and says a string is a string."""
        text = policy if isinstance(policy, str) else json.dumps(policy, indent=2)
        (self.policies / "gateway.yaml").write_text(text)

    # ------------------------------------------------------------ the process

    def start(self) -> Self:
        """Returns once `/readyz` answers 200."""
        assert self._process is None, "it runs already"
        self._process = subprocess.Popen(
            [sys.executable, "-m", self.program, "serve"],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._output = Output(self._process)
        self._url = eventually(self._address, "the gateway says where it listens")
        eventually(self._ready, "the gateway is ready")
        return self

    @contextmanager
    def running(self) -> Iterator[Self]:
        """Started here, stopped (killed if need be) at the end; a failing test is told its output."""
        self.start()
        try:
            yield self
        except BaseException as error:
            error.add_note(f"the gateway's output\n{self.told}")
            raise
        finally:
            if self._process is not None:
                self.stop()

    @property
    def url(self) -> str:
        """Without a path: the base URL of Anthropic's SDKs; OpenAI's want `/v1` behind it."""
        assert self._url is not None
        return self._url

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def resident_bytes(self) -> int:
        return resident_bytes(self.pid)

    @property
    def told(self) -> str:
        """All the process wrote so far, stdout and stderr."""
        return self._output.told() if self._output is not None else ""

    @property
    def complaints(self) -> list[str]:
        """Its stderr, line by line as it comes."""
        assert self._output is not None
        return self._output.stderr

    def stop(self) -> int:
        """SIGTERM, then waits; the exit status. One that does not end is killed, and the test fails."""
        process = self._running_process()
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(timeout=_ENDS_WITHIN_S)
        except subprocess.TimeoutExpired as late:
            process.kill()
            process.wait()
            raise AssertionError(f"the gateway did not end on SIGTERM\n{self.told}") from late
        finally:
            self._ended()

    def kill(self) -> None:
        """SIGKILL: nothing of the gateway's own runs after this."""
        process = self._running_process()
        process.kill()
        process.wait()
        self._ended()

    def _running_process(self) -> subprocess.Popen[str]:
        assert self._process is not None, "it does not run"
        return self._process

    def _ended(self) -> None:
        assert self._output is not None
        self._output.wait_closed()
        self._process = None

    def _address(self) -> str | None:
        assert self._process is not None
        assert self._output is not None
        if self._process.poll() is not None:
            self._output.wait_closed()
            self._process = None
            raise AssertionError(f"the gateway ended before it listened\n{self.told}")
        told = (line.partition(_LISTENING)[2].split() for line in self._output.stdout if _LISTENING in line)
        return next((words[0] for words in told if words), None)

    def _ready(self) -> bool:
        try:
            return httpx.get(self.url + "/readyz").status_code == 200
        except httpx.TransportError:
            return False

    # ------------------------------------------------------------ the commands

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Runs `gateway …` with the same settings; any exit status."""
        return subprocess.run(
            [sys.executable, "-m", "gateway", *words],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=50.0,
        )

    def asked(self, *words: str) -> str:
        """The standard output of a command that must succeed."""
        done = self.command(*words)
        assert done.returncode == 0, (
            f"gateway {' '.join(words)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
        return done.stdout

    def make_key(
        self,
        name: str,
        *,
        role: str,
        team: str | None = None,
        user: str | None = None,
        network: str | None = None,
    ) -> Key:
        """As `keys create` makes it, beside a gateway that runs or not, but in this process: that is half a
        second cheaper."""
        networks = () if network is None else (network,)
        wanted = NewKey(name=name, roles=(role,), team=team, user=user, networks=networks)
        with patch.dict(os.environ, self._environment, clear=True), opened() as here:
            made = Gateway(here).ask("keys.create", KeySecret, body=wanted)
        return Key(made.id, made.key)

    def records(self, *filters: str) -> list[dict[str, Any]]:
        """`audit query --json`: one record a line. A process each time: for what the command says."""
        return [json.loads(line) for line in self.asked("audit", "query", *filters, "--json").splitlines()]

    def record_of(self, name: str) -> dict[str, Any]:
        """The record of one call; see `records_of`."""
        return self.records_of([name])[0]

    def records_of(self, names: Sequence[str]) -> list[dict[str, Any]]:
        """The records of these calls (among the newest 1,000), in this order, once all have ended.

        A name is the `x-request-id` that the answer carried, or the one that the caller had sent.
        Read in this process, as `audit query` does.
        """
        with open_installation(load_settings(data=self.data)) as installation:
            asking = Query(SqlCalls(installation.database.engine), installation.subjects)

            def look() -> list[dict[str, Any]]:
                ended = [r for r in asking.search(CallFilter(limit=1000)) if r.get("ending")]
                by_name = {r[field]: r for r in ended for field in ("id", "request_id")}
                return [by_name[name] for name in names] if by_name.keys() >= set(names) else []

            return eventually(look, f"the records of {len(names)} calls")
