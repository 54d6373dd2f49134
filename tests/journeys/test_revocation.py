"""Must show: a key that is ended at one gateway is refused by all that share its database, its streams
end, and nobody finds it in a file, a log or the list of processes."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from gateway.audit.query import Query
from gateway.installation import Installation, new_key, open_installation
from gateway.settings import Settings
from gateway.stores.calls import SqlCalls
from gateway.stores.interfaces import CallFilter
from gateway.stores.key_records import KeyRecord
from tests.journeys.provider import Provider
from tests.journeys.voices import VOICES, Voice, journey_policy
from tests.parts.gateway_process import GatewayProcess, Key
from tests.parts.http_client import HttpClient
from tests.parts.processes import eventually
from tests.parts.scripted_upstream import STREAM_HEAD, Ask, piece

SECRET = "5e" * 32


async def begins_and_hangs(ask: Ask) -> None:
    voice = next(voice for voice in VOICES if voice.is_asked(ask.path))
    await ask.send(STREAM_HEAD + piece(voice.begin + voice.text("one")))
    await ask.gone()


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with Provider() as provider:
        provider.play(begins_and_hangs)
        yield provider


@pytest.fixture
async def gateways(tmp_path: Path, provider: Provider) -> AsyncIterator[list[GatewayProcess]]:
    """Three processes, each with a data folder of its own, and one database."""
    secrets = {"GATEWAY_SECRET_KEY": SECRET, "GATEWAY_SIGNING_KEY": SECRET}
    shared = {"GATEWAY_DATABASE_URL": _database(tmp_path), **secrets}
    policy = journey_policy(provider.url, "http://127.0.0.1:9")
    made = [GatewayProcess(tmp_path / name, policy, settings=shared) for name in ("a", "b", "c")]
    await asyncio.to_thread(made[0].start)
    await asyncio.gather(*(asyncio.to_thread(gateway.start) for gateway in made[1:]))
    yield made
    for gateway in made:
        await asyncio.to_thread(gateway.stop)


@dataclass
class Streams:
    """A stream in each of the voices through each of the gateways, with one key."""

    key: Key
    voices: tuple[Voice, ...]
    open: list[tuple[HttpClient, Voice]] = field(default_factory=list)

    async def begin(self, stack: AsyncExitStack, gateways: list[GatewayProcess]) -> None:
        for gateway in gateways:
            for voice in self.voices:
                port = int(gateway.url.rpartition(":")[2])
                client = await stack.enter_async_context(HttpClient(port, self.key.bearer))
                client.ask(voice.where("plain", stream=True), voice.request("plain", stream=True))
                await client.seen(voice.text("one"))
                self.open.append((client, voice))

    async def ended_at_ms(self) -> int:
        """All end with an error event; when the last did."""
        for client, voice in self.open:
            await client.finished()
            assert client.whole
            assert voice.last_event_is_problem(bytes(client.body)), bytes(client.body)
            assert voice.ends not in client.body
        return time.time_ns() // 1_000_000

    def revoked_at(self, installation: Installation) -> int | None:
        return self._record(installation).revoked_at

    def replaced_at(self, installation: Installation) -> int | None:
        return self._record(installation).previous_until

    def _record(self, installation: Installation) -> KeyRecord:
        return next(record for record in installation.keys.list() if record.id == self.key.id)

    async def expect_refused(self) -> None:
        for client, voice in self.open:
            await client.call(voice.where("plain", stream=True), voice.request("plain", stream=True))
            assert (client.status, voice.is_problem(bytes(client.body))) == (401, True)


def _files_with(folder: Path, secret: str) -> list[str]:
    return [
        str(file) for file in folder.rglob("*") if file.is_file() and secret.encode() in file.read_bytes()
    ]


def _processes_with(secret: str) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += [str(process)] if secret.encode() in process.read_bytes() else []
        except OSError:
            continue  # it has ended
    return found


@dataclass(frozen=True)
class Ending:
    """A way to end a key: the command, what the records say, and when the database has it."""

    streams: Streams
    words: tuple[str, ...]
    rule: str
    since_ms: Callable[[Installation], int | None]

    async def expect_outcomes(self, installation: Installation) -> None:
        """Each stream is recorded as refused by that rule, with what was used until then."""
        asking = Query(SqlCalls(installation.database.engine), installation.subjects)
        wanted, count = CallFilter(key=self.streams.key.id, limit=100), len(self.streams.open)

        def look() -> list[dict[str, Any]]:
            begun = [one for one in asking.search(wanted) if one.get("served", {}).get("provider")]
            return begun if len(begun) == count and all("ending" in one for one in begun) else []

        for record in await asyncio.to_thread(eventually, look, f"the records of {count} streams"):
            refusals = [one["rule"] for one in record["decisions"] if one["verdict"] == "refuse"]
            assert (record["ending"], refusals) == ("refused", [self.rule])
            assert record["usage"]["estimated"] is True


@pytest.mark.timeout(120)  # six processes: half a minute where others work beside it
async def test_what_ends_a_key_at_one_gateway_ends_it_and_its_streams_at_all(
    tmp_path: Path, provider: Provider, gateways: list[GatewayProcess]
):
    async with AsyncExitStack() as stack:
        installation = stack.enter_context(open_installation(_settings(tmp_path)))
        kept, revoked, disabled, rotated = everyone = [
            Streams(_key(installation, user), voices)
            for user, voices in (("a", VOICES[:1]), ("b", VOICES), ("c", VOICES[1:2]), ("d", VOICES[2:3]))
        ]
        for streams in everyone:
            await streams.begin(stack, gateways)
        for ending in (
            Ending(revoked, ("keys", "revoke", revoked.key.id), "revoked", revoked.revoked_at),
            Ending(disabled, ("users", "disable", "c"), "user_disabled", _c_disabled_at),
            Ending(
                rotated,
                ("keys", "rotate", rotated.key.id, "--overlap", "0h"),
                "replaced",
                rotated.replaced_at,
            ),
        ):
            ended = asyncio.create_task(ending.streams.ended_at_ms())
            assert ending.streams.key.key not in await asyncio.to_thread(gateways[0].asked, *ending.words)
            took_s = (await ended - (ending.since_ms(installation) or 0)) / 1000
            print(f"\n{len(ending.streams.open)} streams ended {took_s:.2f} s after {ending.rule}", end="")
            await ending.streams.expect_refused()
            await ending.expect_outcomes(installation)
        still = [peer for peer in provider.peers if not peer.gone.is_set()]
        assert len(still) == len(kept.open), "all others were closed at the provider"
        assert not any(client.whole or client.closed for client, _ in kept.open)
        for streams in everyone:
            assert _files_with(tmp_path, streams.key.key) == []
            assert not any(streams.key.key in gateway.told for gateway in gateways)
            assert _processes_with(streams.key.key) == []
        assert _files_with(tmp_path, kept.key.id), "the search finds what is there"


def _settings(folder: Path) -> Settings:
    return Settings(
        data=folder / "a",
        database_url=SecretStr(_database(folder)),
        secret_key=SecretStr(SECRET),
        signing_key=SecretStr(SECRET),
    )


def _database(folder: Path) -> str:
    return f"sqlite:///{folder}/shared.db"


def _c_disabled_at(installation: Installation) -> int | None:
    return installation.users.disabled().get("c")


def _key(installation: Installation, user: str) -> Key:
    key, record = new_key(
        installation,
        name=f"of {user}",
        roles=("caller",),
        team=None,
        user=user,
        use_case=None,
        lifetime_ms=None,
        entropy=secrets.token_bytes(32),
    )
    return Key(record.id, key)
