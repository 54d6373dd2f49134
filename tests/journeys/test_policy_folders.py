"""A running gateway follows its policy folder however that is kept: by hand, by git, by an orchestrator."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from gateway.credentials import declared_hash, mint
from gateway.policy.load import load_policy
from gateway.policy.snapshot import Policy
from gateway.stores.database import open_database
from gateway.stores.revisions import Enforcement, SqlRevisions
from tests.journeys.plays import either_completes
from tests.journeys.provider import Provider
from tests.journeys.voices import journey_policy
from tests.parts.gateway_inside import GatewayInside
from tests.parts.http_client import HttpClient
from tests.parts.processes import eventually
from tests.parts.provider_answers import chat_chunk
from tests.parts.scripted_upstream import STREAM_HEAD, Ask, piece

FIRST: Mapping[str, Any] = {
    "gateway": 1,
    "providers": {"echo": {"dialect": "echo"}},
    "models": {"echo": {"targets": [{"to": "echo/echo"}]}},
    "roles": {"caller": {"models": ["echo"]}},
    "teams": {"first": {}},
}


class Following:
    """A gateway that runs on `folder`."""

    def __init__(self, gateway: GatewayInside, folder: Path) -> None:
        self.gateway = gateway
        self.folder = folder

    @property
    def teams(self) -> list[str]:
        return sorted(_current(self.gateway).teams)

    async def expect(self, *teams: str) -> None:
        await asyncio.to_thread(eventually, lambda: self.teams == sorted(teams), f"the teams {teams}")

    def newest(self) -> Enforcement:
        database = open_database(
            f"sqlite:///{self.gateway.settings.data / 'gateway.db'}",
            now_ms=lambda: 0,
            new_id=lambda: "unused",
        )
        try:
            return SqlRevisions(database.engine).list(1)[0]
        finally:
            database.close()


@pytest.fixture
async def following(tmp_path: Path) -> AsyncIterator[Following]:
    async with GatewayInside(tmp_path, FIRST) as gateway:
        yield Following(gateway, tmp_path / "policies")


def with_team(name: str) -> str:
    return f"teams: {{{name}: {{}}}}\n"


async def test_a_file_that_is_half_written_is_waited_for_or_said(
    following: Following, caplog: pytest.LogCaptureFixture
):
    (following.folder / "more.yaml").write_text("teams: {second: {")
    await asyncio.to_thread(eventually, lambda: "stays in force" in caplog.text, "a fault")
    assert following.teams == ["first"]
    (following.folder / "more.yaml").write_text("teams: {second: {}}\n")
    await following.expect("first", "second")


async def test_a_folder_that_goes_leaves_its_policy_in_force_and_is_followed_when_it_comes_back(
    following: Following, caplog: pytest.LogCaptureFixture
):
    following.folder.rename(following.folder.parent / "away")
    await asyncio.to_thread(eventually, lambda: "folder does not exist" in caplog.text, "a fault")
    assert following.teams == ["first"]
    (following.folder.parent / "away" / "more.yaml").write_text(with_team("second"))
    (following.folder.parent / "away").rename(following.folder)
    await following.expect("first", "second")


async def test_an_orchestrators_volume_is_followed_when_its_link_is_swapped(following: Following):
    """Files are links through `..data`, which is swapped for another, and the old one removed."""
    folder = following.folder
    (folder / "..1").mkdir()
    (folder / "..1" / "more.yaml").write_text(with_team("one"))
    (folder / "..data").symlink_to("..1")
    (folder / "more.yaml").symlink_to("..data/more.yaml")
    await following.expect("first", "one")
    for old, new in (("1", "two"), ("two", "three")):
        (folder / f"..{new}").mkdir()
        (folder / f"..{new}" / "more.yaml").write_text(with_team(new))
        (folder / "..data_tmp").symlink_to(f"..{new}")
        (folder / "..data_tmp").replace(folder / "..data")
        shutil.rmtree(folder / f"..{old}")
        await following.expect("first", new)


async def test_a_link_to_a_release_is_followed_to_the_next(following: Following):
    folder = following.folder
    releases = folder.parent / "releases"
    for name in ("one", "two"):
        shutil.copytree(folder, releases / name)
        (releases / name / "more.yaml").write_text(with_team(name))
    shutil.rmtree(folder)
    folder.symlink_to(releases / "one")
    await following.expect("first", "one")
    (folder.parent / "next").symlink_to(releases / "two")
    (folder.parent / "next").replace(folder)
    await following.expect("first", "two")


async def test_a_checkout_is_followed_from_commit_to_commit_and_back(
    following: Following, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    repository = following.folder

    def git(*words: str) -> str:
        named = ("-c", "user.name=Anna", "-c", "user.email=anna@acme.test", "-c", "commit.gpgsign=false")
        done = subprocess.run(
            ["git", *named, "-C", str(repository), *words], check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    git("init", "-q", "-b", "main", ".")
    git("add", ".")
    git("commit", "-q", "-m", "One")
    git("checkout", "-q", "-b", "next")
    for number in range(20):
        (repository / f"more-{number:02}.yaml").write_text(with_team(f"team-{number:02}"))
    git("add", ".")
    git("commit", "-q", "-m", "Two")
    teams = [f"team-{number:02}" for number in range(20)]
    git("checkout", "-q", "main")
    git("checkout", "-q", "next")
    await following.expect("first", *teams)
    head = git("rev-parse", "HEAD")
    await asyncio.to_thread(eventually, lambda: following.newest().why.origin.commit == head, "the commit")
    assert (following.newest().why.author, following.newest().why.origin.dirty) == (
        "Anna <anna@acme.test>",
        False,
    )
    git("checkout", "-q", "main")
    await following.expect("first")


async def test_a_declared_key_that_is_taken_out_takes_its_running_calls_along(tmp_path: Path):
    async def begins_and_hangs(ask: Ask) -> None:
        await ask.send(STREAM_HEAD + piece(chat_chunk("Hi")))
        await ask.gone()

    key = mint(b"k" * 32)
    async with Provider() as provider:
        provider.play(begins_and_hangs)
        policy = {
            **FIRST,
            "providers": {"acme": {"dialect": "openai", "base_url": provider.url}},
            "models": {"echo": {"targets": [{"to": "acme/m"}]}},
        }
        async with GatewayInside(tmp_path, policy) as gateway:
            folder = tmp_path / "policies"
            declared = f"keys: {{ci: {{hash: '{declared_hash(key)}', roles: [caller], expires: never}}}}\n"
            (folder / "keys.yaml").write_text(declared)
            now = load_policy(folder, environment={}).revision
            await _in_force(gateway, now)
            async with HttpClient(gateway.port, {"authorization": f"Bearer {key}"}) as client:
                asked = {"model": "echo", "messages": [{"role": "user", "content": "Hi"}], "stream": True}
                client.ask("/v1/chat/completions", asked)
                await client.seen(b"Hi")
                (folder / "keys.yaml").unlink()
                await client.finished()
            assert b"this gateway key is not known" in client.body
            await provider.gone()


async def test_a_secret_that_an_orchestrator_swaps_is_sent_from_then_on(tmp_path: Path):
    volume = tmp_path / "secrets"
    for name in ("one", "two"):
        (volume / name).mkdir(parents=True)
        (volume / name / "key").write_text(f"key-{name}\n")
    (volume / "..data").symlink_to("one")
    (volume / "key").symlink_to("..data/key")
    async with Provider() as provider:
        provider.play(either_completes)
        acme = {"dialect": "openai", "base_url": provider.url, "credentials": [f"${{file:{volume / 'key'}}}"]}
        policy = {**FIRST, "providers": {"acme": acme}, "models": {"echo": {"targets": [{"to": "acme/m"}]}}}
        async with GatewayInside(tmp_path, policy) as gateway:
            revision = _current(gateway).revision
            asked = {"model": "echo", "messages": [{"role": "user", "content": "Hi"}]}
            async with HttpClient(gateway.port, {"authorization": f"Bearer {gateway.key}"}) as client:
                assert (await client.call("/v1/chat/completions", asked)).status == 200
                (volume / "next").symlink_to("two")
                (volume / "next").replace(volume / "..data")
                await asyncio.to_thread(
                    eventually, lambda: _credential(gateway) == "key-two", "the other key"
                )
                assert (await client.call("/v1/chat/completions", asked)).status == 200
                assert client.headers["x-gateway-policy"] == revision, "its meaning is the same"
        sent = [dict(ask.headers)["authorization"] for ask in provider.asks]
        assert sent == ["Bearer key-one", "Bearer key-two"]


def _credential(gateway: GatewayInside) -> str:
    return _current(gateway).providers["acme"].credentials[0].reveal()


def _current(gateway: GatewayInside) -> Policy:
    runtime = gateway.front.runtime
    assert runtime is not None
    return runtime.policies.current


async def test_connections_to_a_provider_that_moved_are_closed(tmp_path: Path):
    """Long before they would close for want of use, after 15 seconds."""
    async with Provider() as old, Provider() as new:
        for provider in (old, new):
            provider.play(either_completes)
        policy = journey_policy(old.url, "http://127.0.0.1:9")
        async with GatewayInside(tmp_path, policy) as gateway:
            headers = {"authorization": f"Bearer {gateway.key}"}
            asked = {"model": "plain-openai", "messages": [{"role": "user", "content": "Hi"}]}
            async with HttpClient(gateway.port, headers) as client:
                assert (await client.call("/v1/chat/completions", asked)).status == 200
                moved = json.dumps(journey_policy(new.url, "http://127.0.0.1:9"))
                (tmp_path / "policies" / "gateway.yaml").write_text(moved)
                async with asyncio.timeout(10):
                    await old.gone()
                assert (await client.call("/v1/chat/completions", asked)).status == 200
            assert (len(old.asks), len(new.asks)) == (1, 1)


async def _in_force(gateway: GatewayInside, revision: str) -> None:
    await asyncio.to_thread(
        eventually, lambda: _current(gateway).revision == revision, f"revision {revision}"
    )
