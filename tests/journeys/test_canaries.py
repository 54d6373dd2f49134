"""Marked secrets through every path: whatever leaves the gateway for a provider, or is kept, holds none of them."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from tests.journeys.test_privacy import JSON_TYPE, PLACEHOLDER, asking
from tests.journeys.voices import VOICES, Voice
from tests.parts.forms import form_bytes
from tests.parts.gateway_inside import GatewayInside
from tests.parts.gateway_process import GatewayProcess
from tests.parts.ledgers import ROOMY
from tests.parts.scripted_upstream import STREAM_END, STREAM_HEAD, Ask, ScriptedUpstream, answer, piece

A_CALL = 5
"""Canaries in each."""
LETTERS = "abcdefghijkmnpqrstuvwxyz"
AS_FORM = {"content-type": "multipart/form-data; boundary=cut-here"}


class Canaries:
    """Values of kinds that detection never misses, each of its own: what is looked for is surely what was planted."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self.planted: list[str] = []

    def text(self) -> str:
        """With a few new ones in it, in a sentence each."""
        fresh = [self._one(number) for number in range(A_CALL)]
        self.planted += fresh
        return " ".join(f"Use {one} for this part." for one in fresh)

    def found_in(self, data: bytes) -> list[str]:
        return [one for one in self.planted if one.encode() in data]

    def _one(self, number: int) -> str:
        word = "".join(self._random.choices(LETTERS, k=14))
        if number % 2:
            return f"{word}@canary.example.org"
        return "sk-proj-" + "".join(self._random.choices(LETTERS.upper() + LETTERS + "23456789", k=48))


class Listening:
    """A provider of all APIs that keeps all it hears, says it back, and fails when it is told to."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.next: list[str] = []

    async def __call__(self, ask: Ask) -> None:
        told = "\n".join(f"{name}: {value}" for name, value in ask.headers)
        self.heard.append(f"{ask.path}\n{told}\n".encode() + ask.body)
        how = self.next.pop(0) if self.next else ""
        names = " ".join(found[0].decode() for found in PLACEHOLDER.finditer(ask.body))
        voice = next((one for one in VOICES if one.is_asked(ask.path)), None)
        if how == "refuses":
            said = {"error": {"message": f"what is {names}?", "type": "invalid_request_error", "code": None}}
            await ask.send(answer(json.dumps(said).encode(), "400 No", JSON_TYPE))
        elif how == "fails":
            await ask.send(answer(b"{}", "503 No", JSON_TYPE))
        elif how == "resets":
            ask.reset()
        elif voice is None:
            await ask.send(answer(json.dumps(_kept(ask.path)).encode(), headers=JSON_TYPE))
        elif b'"stream": true' in ask.body or b'"stream":true' in ask.body or "stream" in ask.path:
            pieces = [voice.begin, *map(voice.text, re.findall(".{1,3}", names)), voice.end]
            await ask.send(STREAM_HEAD + b"".join(piece(each) for each in pieces if each) + STREAM_END)
        else:
            await ask.send(answer(json.dumps(voice.answer(names or "none")).encode(), headers=JSON_TYPE))


def _kept(path: str) -> dict[str, Any]:
    if "mbedContent" in path:
        return {"embedding": {"values": [0.1]}}
    if path.endswith("/embeddings"):
        data = [{"object": "embedding", "index": 0, "embedding": [0.1]}]
        return {
            "object": "list",
            "data": data,
            "model": "m",
            "usage": {"prompt_tokens": 1, "total_tokens": 1},
        }
    if path.endswith("count_tokens"):
        return {"input_tokens": 3}
    if path.endswith("/completions"):
        return {
            "object": "text_completion",
            "choices": [{"index": 0, "text": "none", "finish_reason": "stop"}],
        }
    made = "msgbatch_1" if "batches" in path else "file-1"
    return {"id": made, "object": "file", "type": "message_batch", "text": "none", "data": [], "results": []}


def policy(url: str) -> dict[str, Any]:
    spoken = {voice.api: voice for voice in VOICES}
    apis = ["embeddings", "moderations", "images", "audio", "files", "completions"]
    more = {"openai": apis, "anthropic": ["batches"], "gemini": ["embeddings"]}
    providers: dict[str, Any] = {
        api: {"dialect": voice.family, "base_url": url, "apis": [api, *more[voice.family]]}
        for api, voice in spoken.items()
    }
    models: dict[str, Any] = {
        f"to-{name}": {"targets": [{"to": f"{name}/m"}], "retries": 1} for name in providers
    }
    models["ladder"] = {"targets": [{"to": "chat/m"}], "fallbacks": ["to-messages"]}
    return {
        "gateway": 1,
        "providers": providers,
        "models": models,
        "roles": {"caller": {"models": ["*"]}},
        "privacy": {
            "default": "all",
            "profiles": {"all": {"entities": {"default": "redact"}}},
        },
        **ROOMY,
    }


def requests(canaries: Canaries) -> Iterator[tuple[str, Any, dict[str, str]]]:
    """Path, body and headers of a request of each kind."""
    for client in VOICES:
        for model in ("to-chat", "to-messages", "to-gemini"):
            for stream in (False, True):
                yield _spoken(client, model, canaries.text(), stream=stream)
    yield _spoken(VOICES[0], "ladder", canaries.text(), stream=True)
    tags = {"x-gateway-tags": f"a={canaries.text().split()[1]}", "x-request-id": canaries.text().split()[1]}
    path, body, _ = _spoken(VOICES[0], "to-chat", canaries.text(), stream=False)
    yield path, {**body, "user": "one", "metadata": {"note": canaries.text()}}, tags
    arguments = json.dumps({"text": canaries.text()})
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": arguments}}
    said = [{"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c1", "content": canaries.text()}]  # fmt: skip
    yield path, {"model": "to-chat", "messages": said}, {}
    yield "/v1/embeddings", {"model": "to-chat", "input": [canaries.text()]}, {}
    yield "/v1beta/models/to-gemini:embedContent", {"content": {"parts": [{"text": canaries.text()}]}}, {}
    yield "/v1/completions", {"model": "to-chat", "prompt": canaries.text()}, {}
    yield "/v1/moderations", {"model": "to-chat", "input": canaries.text()}, {}
    yield "/v1/images/generations", {"model": "to-chat", "prompt": canaries.text()}, {}
    messages = [{"role": "user", "content": canaries.text()}]
    yield "/v1/messages/count_tokens", {"model": "to-messages", "messages": messages}, {}
    name = f"{canaries.text().split()[3]}.mp3"
    yield (
        "/v1/audio/transcriptions",
        form_bytes(("model", "to-chat"), ("prompt", canaries.text()), ("file", b"s", name)),
        AS_FORM,
    )
    line = {
        "custom_id": "1",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": {"model": "to-chat", "messages": messages},
    }
    example = {"messages": [{"role": "user", "content": canaries.text()}]}
    for purpose, one in (("batch", line), ("fine-tune", example)):
        lines = b"\n".join(json.dumps(one).encode() for _ in range(3))
        yield "/v1/files", form_bytes(("purpose", purpose), ("file", lines, "a.jsonl")), AS_FORM
    params = {
        "model": "to-messages",
        "max_tokens": 5,
        "messages": [{"role": "user", "content": canaries.text()}],
    }
    yield "/v1/messages/batches", {"requests": [{"custom_id": "1", "params": params}]}, {}


def _spoken(client: Voice, model: str, text: str, *, stream: bool) -> tuple[str, Any, dict[str, str]]:
    verb = "streamGenerateContent?alt=sse" if stream else "generateContent"
    body = asking(client, text)
    path = client.path.format(model=model, verb=verb)
    return path, body if "{model}" in client.path else {**body, "model": model, "stream": stream}, {}


def kept_in(folder: Path) -> bytes:
    """All bytes of all files, and of the databases what is still in their logs."""
    for database in folder.rglob("*.db"):
        with sqlite3.connect(database) as connection:
            connection.execute("pragma wal_checkpoint(truncate)")
    return b"\n".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("rounds", [1, pytest.param(5, marks=pytest.mark.long)])
async def test_no_canary_is_in_anything_that_leaves_or_is_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, rounds: int
):
    """Each API as JSON and as a stream, translated and not; uploads; errors, retries and fallbacks. Five rounds are
    more than 500 secrets."""
    canaries, listening, statuses = Canaries(rounds), Listening(), list[int | None]()
    caplog.set_level("DEBUG")
    async with (
        ScriptedUpstream(listening) as provider,
        GatewayInside(tmp_path, policy(provider.url)) as gateway,
    ):
        for _ in range(rounds):
            for how in ([], ["refuses"], ["fails", "fails"], ["resets"]):
                asked = list(requests(canaries))
                for path, body, headers in asked if not how else asked[:2]:
                    listening.next = list(how)
                    async with gateway.client() as caller:
                        await caller.call(path, body, headers)
                    statuses.append(caller.status)
                    if not how:
                        assert caller.status == 200, f"{path}: {bytes(caller.body)!r}"
    assert len(canaries.planted) >= 100 * rounds and len(listening.heard) > 40 * rounds
    assert {200, 400, 502, 503} >= set(statuses) > {200}
    assert canaries.found_in(b"\n".join(listening.heard)) == []
    assert canaries.found_in(kept_in(tmp_path)) == []
    assert canaries.found_in(caplog.text.encode()) == []
    assert b"<SECRET_1>" in b"\n".join(listening.heard), "what was sent are placeholders"


async def test_no_canary_is_left_behind_by_a_crash(tmp_path: Path):
    """Killed while the provider works on it."""
    canaries, heard = Canaries(0), list[bytes]()

    async def script(ask: Ask) -> None:
        heard.append(ask.body)
        gateway.kill()

    async with ScriptedUpstream(script) as provider:
        gateway = GatewayProcess(tmp_path, policy(provider.url), settings={"GATEWAY_LOG_LEVEL": "debug"})
        with gateway.running():
            key = gateway.make_key("a", role="caller")
            path, body, _ = _spoken(VOICES[0], "to-chat", canaries.text(), stream=False)
            async with httpx.AsyncClient() as client:
                with pytest.raises(httpx.TransportError):
                    await client.post(gateway.url + path, json=body, headers=key.bearer, timeout=20)
            told = gateway.told
    assert heard and signal.SIGKILL
    assert canaries.found_in(b"\n".join([*heard, told.encode(), kept_in(tmp_path)])) == []
