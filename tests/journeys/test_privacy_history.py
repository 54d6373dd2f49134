"""Conversations that a provider keeps: their placeholders are kept here, sealed, and never meet another's."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx

from tests.journeys.test_canaries import kept_in
from tests.journeys.test_privacy import JSON_TYPE, PLACEHOLDER
from tests.journeys.voices import RESPONSES
from tests.parts.gateway_inside import GatewayInside
from tests.parts.ledgers import ROOMY
from tests.parts.scripted_upstream import STREAM_END, STREAM_HEAD, Ask, ScriptedUpstream, answer, piece

TURNS = {
    "megan": ("My name is Megan Okafor.", "My friend is called Lucia Moreno. I am Megan Okafor."),
    "pedro": ("My name is Pedro Almeida.", "My friend is called Hannah Schmidt. I am Pedro Almeida."),
}
SAID = {"megan": "Megan Okafor Lucia Moreno", "pedro": "Pedro Almeida Hannah Schmidt"}


def policy(url: str) -> dict[str, Any]:
    return {
        "gateway": 1,
        "providers": {"openai": {"dialect": "openai", "base_url": url, "apis": ["responses"]}},
        "models": {"fast": {"targets": [{"to": "openai/m"}]}},
        "roles": {"caller": {"models": ["*"], "allow": ["store"]}},
        "privacy": {"default": "p", "profiles": {"p": {"languages": ["en"]}}},
        **ROOMY,
    }


class Remembering:
    """A provider that keeps what was said, and says all placeholders of a conversation."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.kept: dict[str, tuple[list[str], dict[str, Any]]] = {}

    async def __call__(self, ask: Ask) -> None:
        self.heard.append(ask.body)
        if ask.method == "GET":
            _, said = self.kept[ask.path.rpartition("/")[2]]
            await ask.send(answer(json.dumps(said).encode(), headers=JSON_TYPE))
            return
        asked, name = json.loads(ask.body), f"resp_{len(self.kept) + 1}"
        before = self.kept[asked["previous_response_id"]][0] if "previous_response_id" in asked else []
        names = list(dict.fromkeys([*before, *(one[0].decode() for one in PLACEHOLDER.finditer(ask.body))]))
        text = " ".join(names).replace("\\u003c", "<").replace("\\u003e", ">")
        self.kept[name] = names, {**RESPONSES.answer(text), "id": name}
        if not asked.get("stream"):
            await ask.send(answer(json.dumps(self.kept[name][1]).encode(), headers=JSON_TYPE))
            return
        pieces = [
            RESPONSES.begin.replace(b"resp_1", name.encode()),
            *map(RESPONSES.text, text),
            RESPONSES.end,
        ]
        await ask.send(STREAM_HEAD + b"".join(map(piece, pieces)) + STREAM_END)


async def test_two_people_over_two_turns_never_meet(tmp_path: Path):
    """One after the other, turn by turn, with the same key; the second turn once as a stream."""
    provider = Remembering()
    async with (
        ScriptedUpstream(provider) as upstream,
        GatewayInside(tmp_path, policy(upstream.url)) as gateway,
    ):
        ids: dict[str, str] = {}
        for turn in (0, 1):
            for who, texts in TURNS.items():
                body = {
                    "model": "fast",
                    "input": texts[turn],
                    "store": True,
                    "stream": turn == 1 and who == "pedro",
                }
                if turn:
                    body["previous_response_id"] = ids[who]
                async with gateway.client() as caller:
                    await caller.call("/v1/responses", body)
                assert caller.status == 200, bytes(caller.body)
                ids[who] = f"resp_{len(provider.kept)}"
                told = bytes(caller.body).decode()
                other = SAID["pedro" if who == "megan" else "megan"].split()
                assert not any(word in told for word in other) and "PERSON_" not in told
                assert turn == 0 or all(word in told for word in SAID[who].split())
        assert provider.kept["resp_3"][0] == ["<PERSON_1>", "<PERSON_2>"]
    heard = b"\n".join(provider.heard)
    assert not any(word.encode() in heard for said in SAID.values() for word in said.split())
    kept = kept_in(tmp_path)
    assert not any(word.encode() in kept for said in SAID.values() for word in said.split())


async def test_what_is_not_known_here_can_not_be_gone_on_with(tmp_path: Path):
    provider = Remembering()
    async with (
        ScriptedUpstream(provider) as upstream,
        GatewayInside(tmp_path, policy(upstream.url)) as gateway,
    ):
        async with gateway.client() as caller:
            await caller.call("/v1/responses", {"model": "fast", "input": "none", "store": True})
        assert caller.status == 200
        await gateway.runtime.vault.forget(f"key:{_key_id(gateway)}", "resp_1")
        async with gateway.client() as caller:
            await caller.call(
                "/v1/responses", {"model": "fast", "input": "hi", "previous_response_id": "resp_1"}
            )
        assert caller.status == 400 and b"privacy_history" in caller.body
    assert len(provider.heard) == 1


MODELS = {
    "gateway": 1,
    "roles": {"caller": {"models": ["*"]}},
    "models": {"fast": {"targets": [{"to": "openai/m"}]}, "claude": {"targets": [{"to": "anthropic/m"}]}},
    "privacy": {"default": "p", "profiles": {"p": {"languages": ["en"]}}},
    **ROOMY,
}


class Batching:
    """A provider of both APIs that answers each request of a batch with its placeholders."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.results = b""

    async def __call__(self, ask: Ask) -> None:
        self.heard.append(ask.body)
        batch = {"id": "batch_1", "input_file_id": "file-1", "output_file_id": "file-out", "endpoint": "e"}
        if ask.method == "GET" and ask.path.endswith(("content", "results")):
            await ask.send(answer(self.results, headers="content-type: application/octet-stream\r\n"))
        elif ask.path.endswith("/files"):
            lines = re.findall(rb'\{"custom_id".*', ask.body)
            self.results = b"".join(_result(json.loads(line)) for line in lines)
            await ask.send(answer(b'{"id": "file-1", "object": "file"}', headers=JSON_TYPE))
        elif ask.path.endswith("/messages/batches"):
            self.results = b"".join(_result(one) for one in json.loads(ask.body)["requests"])
            await ask.send(answer(b'{"id": "msgbatch_1", "type": "message_batch"}', headers=JSON_TYPE))
        else:
            await ask.send(answer(json.dumps(batch).encode(), headers=JSON_TYPE))


def _result(asked: dict[str, Any]) -> bytes:
    text = asked["body" if "body" in asked else "params"]["messages"][0]["content"]
    said: dict[str, Any] = {"custom_id": asked["custom_id"]}
    if "body" in asked:
        said["response"] = {"status_code": 200, "body": {"choices": [{"message": {"content": text}}]}}
    else:
        said["result"] = {"type": "succeeded", "message": {"content": [{"type": "text", "text": text}]}}
    return json.dumps(said).encode() + b"\n"


def _asked(model: str) -> list[tuple[str, dict[str, Any]]]:
    texts = {who: turns[0] for who, turns in TURNS.items()}
    return [
        (who, {"model": model, "max_tokens": 9, "messages": [{"role": "user", "content": text}]})
        for who, text in texts.items()
    ]


async def test_results_of_a_batch_are_restored_request_by_request(tmp_path: Path):
    """A file of OpenAI's, and a message batch of Anthropic's."""
    provider = Batching()
    async with ScriptedUpstream(provider) as upstream:
        apis = {"openai": ["chat", "files", "batches"], "anthropic": ["messages", "batches"]}
        providers = {
            name: {"dialect": name, "base_url": upstream.url, "apis": offered}
            for name, offered in apis.items()
        }
        async with GatewayInside(tmp_path, {**MODELS, "providers": providers}) as gateway:
            bearer = {"authorization": f"Bearer {gateway.key}"}
            async with httpx.AsyncClient(
                base_url=f"http://127.0.0.1:{gateway.port}/v1", headers=bearer
            ) as client:
                lines = [
                    {"custom_id": who, "method": "POST", "url": "/v1/chat/completions", "body": body}
                    for who, body in _asked("fast")
                ]
                file = "\n".join(map(json.dumps, lines)).encode()
                sent = await client.post(
                    "/files", data={"purpose": "batch"}, files={"file": ("a.jsonl", file)}
                )
                assert sent.status_code == 200, sent.text
                job = {
                    "input_file_id": "file-1",
                    "endpoint": "/v1/chat/completions",
                    "completion_window": "24h",
                }
                assert (await client.post("/batches", json=job)).status_code == 200
                first = await client.get("/files/file-out/content")
                body = {
                    "requests": [{"custom_id": who, "params": params} for who, params in _asked("claude")]
                }
                version = {"anthropic-version": "2023-06-01"}
                assert (await client.post("/messages/batches", json=body, headers=version)).status_code == 200
                second = await client.get("/messages/batches/msgbatch_1/results", headers=version)
    for told in (first, second):
        assert told.status_code == 200
        found = {json.loads(line)["custom_id"]: line for line in told.text.splitlines()}
        for who, (text, _) in TURNS.items():
            assert text in found[who] and "PERSON_" not in found[who]
    heard, kept = b"\n".join(provider.heard), kept_in(tmp_path)
    assert b"<PERSON_1>" in heard
    assert not any(word in part for part in (heard, kept) for word in (b"Okafor", b"Almeida"))


def _key_id(gateway: GatewayInside) -> str:
    found = gateway.runtime.keys.known(gateway.key)
    assert found is not None
    return found.id
