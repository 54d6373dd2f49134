"""Personal data under a policy with privacy, through the whole gateway: what leaves it, and what comes back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.entry import Intent, Outcome
from tests.journeys.voices import ANTHROPIC, GEMINI, OPENAI, RESPONSES, VOICES, Voice
from tests.parts.gateway_inside import GatewayInside
from tests.parts.ledgers import ROOMY
from tests.parts.scripted_upstream import STREAM_END, STREAM_HEAD, Ask, ScriptedUpstream, answer, piece

NAME, MAIL = "Megan Okafor", "megan.okafor@example.org"
TEXT = f"My name is {NAME}; answer to {MAIL}, please."
SECRET = "sk-proj-" + "Ab3" * 16
JSON_TYPE = "content-type: application/json\r\n"
PLACEHOLDER = re.compile(rb"(?:<|\\u003[cC])([A-Z_]+_[0-9]+)(?:>|\\u003[eE])")

PRIVACY = {
    "default": "standard",
    "profiles": {
        "standard": {"languages": ["en"], "entities": {"default": "redact", "SECRET": "block"}},
        "hidden": {"extends": "standard", "entities": {"PERSON": "mask", "EMAIL": "hash"}, "output": "leave"},
        "open": {"entities": {"default": "allow", "SECRET": "block"}},
        "strict": {"extends": "standard", "entities": {"PERSON": "block"}, "unread": "block"},
    },
    "rules": [
        {"name": "own", "match": {"provider": "trusted"}, "profile": "open", "reason": "runs with us"},
        {"name": "hide", "match": {"model": "hidden"}, "profile": "hidden", "reason": "nothing is put back"},
        {"name": "bar", "match": {"provider": "barred"}, "profile": "strict"},
    ],
}


def policy(url: str) -> dict[str, Any]:
    """A model for each API that a provider speaks; `hidden`, `barred`, and `ladder`, which falls back."""
    spoken = {voice.api: voice for voice in VOICES}
    providers: dict[str, Any] = {
        api: {
            "dialect": voice.family,
            "base_url": url,
            **({"apis": [api]} if voice.family == "openai" else {}),
        }
        for api, voice in spoken.items()
    }
    for name in ("trusted", "barred"):
        providers[name] = {"dialect": "openai", "base_url": url, "apis": ["chat"]}
    models: dict[str, Any] = {f"to-{name}": {"targets": [{"to": f"{name}/test"}]} for name in providers}
    models["hidden"] = {"targets": [{"to": "chat/test"}]}
    models["ladder"] = {"targets": [{"to": "trusted/test"}], "fallbacks": ["to-chat"]}
    return {
        "gateway": 1,
        "providers": providers,
        "models": models,
        "roles": {"caller": {"models": ["*"]}},
        "privacy": PRIVACY,
        **ROOMY,
    }


class Parrot:
    """A provider of any API that says the placeholders it was sent, letter by letter if it streams."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.failures = 0
        self.says: Callable[[list[str]], str] = lambda names: " ".join(f"<{name}>" for name in names)

    async def __call__(self, ask: Ask) -> None:
        self.heard.append(ask.body)
        voice = next(voice for voice in VOICES if voice.is_asked(ask.path))
        if self.failures:
            self.failures -= 1
            await ask.send(answer(json.dumps(voice.error("no")).encode(), "503 No", JSON_TYPE))
            return
        names = list(dict.fromkeys(found[1].decode() for found in PLACEHOLDER.finditer(ask.body)))
        text = f"Dear {self.says(names)}!"
        if not json.loads(ask.body).get("stream") and "stream" not in ask.path:
            await ask.send(answer(json.dumps(voice.answer(text)).encode(), headers=JSON_TYPE))
            return
        pieces = [voice.begin, *map(voice.text, text), voice.end]
        await ask.send(STREAM_HEAD + b"".join(piece(each) for each in pieces if each) + STREAM_END)


def asking(voice: Voice, text: str) -> dict[str, Any]:
    """What a caller of this API sends with `text` in it."""
    said: dict[str, Any] = json.loads(json.dumps(voice.asks).replace("Say something.", text))
    return said


def request(client: Voice, model: str, text: str, *, stream: bool) -> tuple[str, dict[str, Any]]:
    verb = "streamGenerateContent?alt=sse" if stream else "generateContent"
    path = client.path.format(model=model, verb=verb)
    body = asking(client, text)
    return path, body if "{model}" in client.path else {**body, "model": model, "stream": stream}


@pytest.mark.parametrize("client", VOICES, ids=lambda voice: voice.api)
async def test_nothing_leaves_and_all_comes_back(tmp_path: Path, client: Voice):
    """To a provider of each API, as JSON and as a stream."""
    parrot = Parrot()
    async with ScriptedUpstream(parrot) as provider, GatewayInside(tmp_path, policy(provider.url)) as gateway:
        for spoken in VOICES:
            for stream in (False, True):
                path, body = request(client, f"to-{spoken.api}", TEXT, stream=stream)
                async with gateway.client() as caller:
                    await caller.call(path, body)
                told, where = bytes(caller.body), f"{spoken.api} {stream}: {bytes(caller.body)!r}"
                assert caller.status == 200, where
                assert NAME.encode() in told and MAIL.encode() in told, where
                assert not PLACEHOLDER.search(told), where
        assert len(parrot.heard) == 2 * len(VOICES)
        for heard in parrot.heard:
            assert b"Okafor" not in heard and MAIL.encode() not in heard
            assert [found[1] for found in PLACEHOLDER.finditer(heard)] == [b"PERSON_1", b"EMAIL_1"]
    for outcome in (entry for entry in gateway.entries if isinstance(entry, Outcome)):
        check, *of_answer = outcome.checks
        assert (check.name, check.found, check.status) == ("privacy", {"EMAIL": 1, "PERSON": 1}, "read")
        assert all((one.name, one.found) == ("privacy_of_answer", {}) for one in of_answer)
        assert [one.reason for one in outcome.decisions if one.stage == "restore"] == ["2 restored"]


async def test_a_fallback_to_a_stricter_target_gets_a_stricter_text(tmp_path: Path):
    parrot = Parrot()
    parrot.failures = 1
    async with ScriptedUpstream(parrot) as provider, GatewayInside(tmp_path, policy(provider.url)) as gateway:
        path, body = request(OPENAI, "ladder", TEXT, stream=False)
        async with gateway.client() as caller:
            await caller.call(path, body)
        assert caller.status == 200 and NAME.encode() in caller.body
    trusted, other = parrot.heard
    assert NAME.encode() in trusted
    assert NAME.encode() not in other and b"PERSON_1" in other


async def test_what_is_left_comes_back_as_it_was_sent(tmp_path: Path):
    parrot = Parrot()
    async with ScriptedUpstream(parrot) as provider, GatewayInside(tmp_path, policy(provider.url)) as gateway:
        path, body = request(OPENAI, "hidden", TEXT, stream=False)
        async with gateway.client() as caller:
            await caller.call(path, body)
    [heard] = parrot.heard
    assert b"***** ******" in heard and re.search(rb"<EMAIL_[A-Z2-7]{10}>", heard)
    assert NAME.encode() not in caller.body and MAIL.encode() not in caller.body


@pytest.mark.parametrize("client", VOICES, ids=lambda voice: voice.api)
@pytest.mark.parametrize("stream", [False, True])
async def test_what_is_barred_is_refused_in_the_callers_own_words(
    tmp_path: Path, client: Voice, stream: bool
):
    parrot = Parrot()
    async with ScriptedUpstream(parrot) as provider, GatewayInside(tmp_path, policy(provider.url)) as gateway:
        for model, text, kind in (
            ("to-chat", f"the key is {SECRET}", b"SECRET"),
            ("to-barred", TEXT, b"PERSON"),
        ):
            path, body = request(client, model, text, stream=stream)
            async with gateway.client() as caller:
                await caller.call(path, body)
            told = bytes(caller.body)
            assert caller.status == 403 and client.is_problem(told)
            assert kind in told and SECRET.encode() not in told and NAME.encode() not in told
    assert parrot.heard == []
    ends = [entry.ending for entry in gateway.entries if isinstance(entry, Outcome)]
    assert ends == ["refused", "refused"]


async def test_nothing_of_it_is_in_a_log_or_a_file(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    """Whatever the log's level, and in what a request says of itself too."""
    parrot = Parrot()
    caplog.set_level("DEBUG")
    async with ScriptedUpstream(parrot) as provider, GatewayInside(tmp_path, policy(provider.url)) as gateway:
        for client in (OPENAI, ANTHROPIC, GEMINI, RESPONSES):
            path, body = request(client, "to-chat", TEXT, stream=False)
            async with gateway.client() as caller:
                await caller.call(
                    path, body, {"x-gateway-tags": f"who={MAIL},what=test", "x-request-id": MAIL}
                )
    said = b"\n".join(
        [caplog.text.encode(), *(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())]
    )
    assert b"Okafor" not in said and MAIL.encode() not in said
    intents = [entry for entry in gateway.entries if isinstance(entry, Intent)]
    assert [one.purpose.tags for one in intents] == [{"who": "[EMAIL]", "what": "test"}] * 4
    assert {one.request_id for one in intents} == {"[EMAIL]"}


async def test_a_policy_that_is_read_while_calls_run_is_in_force_or_the_one_before_stays(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    parrot = Parrot()
    async with ScriptedUpstream(parrot) as provider:
        whole = policy(provider.url)
        without = {name: part for name, part in whole.items() if name != "privacy"}
        async with GatewayInside(tmp_path, without) as gateway:
            path, body = request(OPENAI, "to-chat", TEXT, stream=False)
            file, policies = tmp_path / "policies" / "gateway.yaml", gateway.runtime.policies
            before = policies.current.revision
            profiles = {"standard": {"entities": {"LOCATION": "redact"}}}
            file.write_text(json.dumps({**without, "privacy": {"default": "standard", "profiles": profiles}}))
            await gateway.until(lambda: "nothing here finds LOCATION" in caplog.text)
            assert policies.current.revision == before
            file.write_text(json.dumps(whole))
            await gateway.until(lambda: policies.current.privacy is not None)
            async with gateway.client() as caller:
                await caller.call(path, body)
            assert caller.status == 200 and NAME.encode() in caller.body
    assert len(parrot.heard) == 1 and NAME.encode() not in parrot.heard[0]
