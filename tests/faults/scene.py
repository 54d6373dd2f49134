"""Real gateways on one Redis and one database, a provider and callers: all processes of their own."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
from redis import Redis
from redis.exceptions import RedisError

from tests.faults.callers import Told
from tests.faults.observed import SIGN, Observed
from tests.faults.provider import INPUT_TOKENS, OUTPUT_TOKENS, Streamed
from tests.parts.gateway_process import GatewayProcess, Key
from tests.parts.processes import Output, eventually
from tests.parts.scripted_provider import open_door

AMOUNT_NANO_USD: Final = 10 * 10**9
LOCAL_SHARE: Final = 10


@dataclass(frozen=True, slots=True)
class Load:
    """`nano_usd` of each token; seconds that a stream takes, and that somebody who was refused stays away."""

    gateways: int
    at_once: int
    nano_usd: int
    stream_s: tuple[float, float]
    pause_s: tuple[float, float]

    @property
    def cost_nano_usd(self) -> int:
        """Of each whole stream."""
        return (INPUT_TOKENS + OUTPUT_TOKENS) * self.nano_usd


@dataclass(frozen=True, slots=True)
class Books:
    """What the records say, and what the counters: nano-dollars."""

    calls: int
    open_calls: int
    recorded: int
    interrupted: int
    spent: int
    reserved: int

    @property
    def agree(self) -> bool:
        return self.open_calls == 0 and self.reserved == 0 and self.spent == self.recorded


class Program:
    """A module that runs until its input is closed."""

    def __init__(self, module: str, *words: object) -> None:
        command = [sys.executable, "-m", module, *map(str, words)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        self.output = Output(self.process)

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()

    def wait(self) -> None:
        assert self.process.wait(60) == 0, self.output.told()
        self.output.wait_closed()

    @contextmanager
    def running(self) -> Iterator[Program]:
        try:
            yield self
        finally:
            self.process.kill()
            self.process.wait()
            self.output.wait_closed()
            if not self.process.stdin.closed:  # type: ignore[union-attr]  # it is a pipe
                with contextlib.suppress(OSError):
                    self.close()


@dataclass
class Scene:
    load: Load
    gateways: list[GatewayProcess]
    provider: Program
    key: Key
    database: Path
    redis: Callable[[], Redis]
    most_taken: int = 0
    """Spent and reserved together, the most that was seen."""
    observed: list[Observed] = field(default_factory=list)
    """Of gateways that were killed."""

    def callers(self) -> Program:
        ports = [gateway.url.rpartition(":")[2] for gateway in self.gateways]
        return Program(
            "tests.faults.callers", self.key.key, "hard", self.load.at_once, *self.load.pause_s, *ports
        )

    def restart(self, at: int) -> None:
        self.gateways[at].start()

    def kill(self, at: int) -> None:
        self.gateways[at].kill()
        self.observed.append(seen(self.gateways[at]))

    def decisions(self) -> list[Observed]:
        return [*self.observed, *map(seen, self.gateways)]

    def streamed(self) -> Streamed:
        self.provider.close()
        self.provider.wait()
        return msgspec.json.decode(self.provider.output.stdout[-1], type=Streamed)

    def statuses(self, at: int, model: str, calls: int) -> list[int]:
        """Of calls, one after the other, that no provider is asked for."""
        body = {"model": model, "messages": [{"role": "user", "content": "hello"}]}
        with httpx.Client(base_url=self.gateways[at].url, headers=self.key.bearer, timeout=30) as client:
            return [client.post("/v1/chat/completions", json=body).status_code for _ in range(calls)]

    def books(self) -> Books:
        spent, reserved = taken(self.redis)
        with contextlib.closing(sqlite3.connect(self.database)) as connection:
            row = connection.execute(
                "SELECT count(*), sum(outcome_seq IS NULL), coalesce(sum(cost_nano_usd), 0), "
                "sum(ending = 'interrupted') FROM calls WHERE model = 'hard'"
            ).fetchone()
        calls, still_open, recorded, interrupted = (int(each or 0) for each in row)
        return Books(calls, still_open, recorded, interrupted, spent, reserved)

    def balanced(self) -> Books:
        """Once every record is written, and every hold settled."""
        with contextlib.suppress(AssertionError):
            eventually(lambda: self.books().agree, "records and counters agree")
        return self.books()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Twenty times a second, what is spent and reserved."""
        over = threading.Event()

        def watch() -> None:
            while not over.wait(0.05):
                with contextlib.suppress(RedisError, OSError):
                    self.most_taken = max(self.most_taken, sum(taken(self.redis)))

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def told(callers: Program) -> Told:
    lines = callers.output.stdout
    return msgspec.json.decode(lines[-1], type=Told) if lines else Told({}, 0)


def seen(gateway: GatewayProcess) -> Observed:
    lines = [line for line in gateway.told.splitlines() if line.startswith(SIGN)]
    return msgspec.json.decode(lines[-1][len(SIGN) :], type=Observed) if lines else Observed()


def taken(redis: Callable[[], Redis]) -> tuple[int, int]:
    """Spent and reserved, by the counters of the epoch of now."""
    with redis() as client:
        names = client.keys("*:epoch")
        number = client.hget(names[0], "number") if names else None
        if not isinstance(number, bytes):
            return 0, 0
        keys = client.keys(f"*:{number.decode()}:ten-dollars#*")
        counted = client.hmget(keys[0], "spent", "reserved") if keys else [0, 0]
    return int(counted[0] or 0), int(counted[1] or 0)


def policy(provider: str, load: Load) -> dict[str, Any]:
    """`hard` is under the budget, `shared` under a limit that each enforces its share of, `open` under one that yields."""
    price = {"input": load.nano_usd / 1000, "output": load.nano_usd / 1000}
    hourly = f"{LOCAL_SHARE * load.gateways}/hour"
    return {
        "gateway": 1,
        "providers": {
            "acme": {"dialect": "openai", "base_url": provider},
            "echo": {"dialect": "echo", "price": "free"},
        },
        "models": {
            "hard": {"targets": [{"to": "acme/m", "price": price}]},
            "shared": {"targets": [{"to": "echo/m"}]},
            "open": {"targets": [{"to": "echo/m"}]},
        },
        "roles": {"caller": {"models": ["*"], "max_output_tokens": 600}},
        "limits": [
            {"name": "s", "match": {"model": "shared"}, "requests": hourly, "on_store_failure": "local"},
            {"name": "o", "match": {"model": "open"}, "requests": hourly, "on_store_failure": "allow"},
        ],
        "budgets": [
            {"name": "ten-dollars", "match": {"model": "hard"}, "period": "total", "amount": "10 USD"}
        ],
    }


@contextmanager
def scene(folder: Path, url: str, redis: Callable[[], Redis], load: Load) -> Iterator[Scene]:
    with contextlib.ExitStack() as stack:
        provider = stack.enter_context(Program("tests.faults.provider", *load.stream_s).running())
        eventually(lambda: provider.output.stdout, "the provider listens")
        text = json.dumps(policy(f"http://127.0.0.1:{provider.output.stdout[0]}/v1", load))
        database = folder / "shared.db"
        gateways = [_gateway(folder / f"gateway-{at}", text, url, database) for at in range(load.gateways)]
        key = gateways[0].make_key("caller", role="caller")
        made = Scene(load, gateways, provider, key, database, redis)
        for gateway in gateways:
            stack.enter_context(gateway.running())
        yield made


def _gateway(folder: Path, policy: str, url: str, database: Path) -> GatewayProcess:
    with open_door() as door:  # one that is killed comes back at the same port
        port = door.getsockname()[1]
    folder.mkdir()
    settings = {
        "GATEWAY_PORT": str(port),
        "GATEWAY_REDIS_URL": url,
        "GATEWAY_DATABASE_URL": f"sqlite:///{database}",
        "GATEWAY_SECRET_KEY": "c2hhcmVkLXNlY3JldC1zaGFyZWQtc2VjcmV0LXNoYXJlZA==",
        "GATEWAY_SIGNING_KEY": "c2hhcmVkLXNpZ25pbmcta2V5LXNoYXJlZC1zaWduaW5nLWtleQ==",
        "GATEWAY_SHUTDOWN_GRACE_S": "20",
    }
    gateway = GatewayProcess(folder, policy, settings=settings)
    gateway.program = "tests.faults.observed"
    return gateway


def excess_ms(seen: Sequence[Observed]) -> float:
    """By how much the latest decision of all was later than the store's time and what the loop was late by."""
    return max(each.excess_ms for each in seen)


def later(seconds: float, what: str) -> None:
    begun = time.monotonic()
    eventually(lambda: time.monotonic() - begun > seconds, what, deadline_s=seconds + 5)
