"""Echo in Gemini's voice, through the provider that speaks it; answers are those the SDK can read."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from google.genai.types import GenerateContentResponse

from gateway.upstream.echo import EchoUpstream
from gateway.upstream.interface import Incoming, Outgoing, TimeLimits

HELLO: dict[str, Any] = {
    "systemInstruction": {"parts": [{"text": "be brief"}]},
    "contents": [{"role": "user", "parts": [{"text": "Hello there, world"}]}],
}
SAID = "echo: Hello there, world"


async def ask(verb: str, body: object, *, method: str = "POST") -> Incoming:
    outgoing = Outgoing(method, f"echo:///v1beta/models/m:{verb}", [], orjson.dumps(body), TimeLimits())
    return await EchoUpstream(now_s=lambda: 1_700_000_000).send(outgoing)


async def told(verb: str, body: object, status: int = 200) -> Any:
    incoming = await ask(verb, body)
    assert incoming.status == status
    assert incoming.headers["content-type"] == "application/json"
    return orjson.loads(await incoming.read(1 << 20))


async def chunks(verb: str, body: object) -> list[bytes]:
    incoming = await ask(verb, body)
    found = []
    while chunk := await incoming.next_chunk():
        found.append(chunk)
    return found


async def test_it_says_the_last_users_text() -> None:
    answer = GenerateContentResponse.model_validate(await told("generateContent", HELLO))
    assert (answer.text, answer.model_version) == (SAID, "m")
    assert answer.usage_metadata is not None
    assert answer.usage_metadata.total_token_count == (answer.usage_metadata.prompt_token_count or 0) + (
        answer.usage_metadata.candidates_token_count or 0
    )


@pytest.mark.parametrize("cap", [{"maxOutputTokens": 1}, {"max_output_tokens": 1}])
async def test_a_cap_is_kept_and_said(cap: dict[str, Any]) -> None:
    answer = GenerateContentResponse.model_validate(
        await told("generateContent", {**HELLO, "generationConfig": {**cap, "candidateCount": 2}})
    )
    assert answer.candidates is not None and len(answer.candidates) == 2
    assert [one.finish_reason for one in answer.candidates] == ["MAX_TOKENS"] * 2


async def test_a_stream_of_events_joins_to_the_answer() -> None:
    events = await chunks("streamGenerateContent?alt=sse", HELLO)
    parsed = [GenerateContentResponse.model_validate_json(event.removeprefix(b"data: ")) for event in events]
    assert "".join(chunk.text or "" for chunk in parsed) == SAID
    assert len(events) > 3 and all(event.endswith(b"\r\n\r\n") for event in events)


async def test_without_alt_a_stream_is_one_array() -> None:
    items = orjson.loads(b"".join(await chunks("streamGenerateContent", HELLO)))
    assert "".join(item["candidates"][0]["content"]["parts"][0]["text"] for item in items) == SAID
    assert items[-1]["candidates"][0]["finishReason"] == "STOP"


async def test_tokens_are_counted_as_an_answer_reports_them() -> None:
    usage = (await told("generateContent", HELLO))["usageMetadata"]
    assert (await told("countTokens", HELLO))["totalTokens"] == usage["promptTokenCount"]
    whole = {"generateContentRequest": {"model": "models/m", **HELLO}}
    assert (await told("countTokens", whole))["totalTokens"] == usage["promptTokenCount"]


async def test_embeddings_are_the_same_alone_and_in_a_batch() -> None:
    one = {"content": {"parts": [{"text": "hello"}]}, "outputDimensionality": 3}
    vector = (await told("embedContent", one))["embedding"]["values"]
    batch = await told("batchEmbedContents", {"requests": [one, one]})
    assert [each["values"] for each in batch["embeddings"]] == [vector, vector]
    assert len(vector) == 3


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("generateContent", {}),
        ("generateContent", {"contents": ["x"]}),
        ("generateContent", {**HELLO, "generationConfig": {"maxOutputTokens": "x"}}),
        ("embedContent", {"content": "x"}),
        ("batchEmbedContents", {"requests": [5]}),
    ],
)
async def test_what_the_api_would_refuse_is_refused_in_its_way(verb: str, body: object) -> None:
    error = (await told(verb, body, 400))["error"]
    assert (error["code"], error["status"]) == (400, "INVALID_ARGUMENT")


async def test_only_post_is_understood() -> None:
    assert (await ask("generateContent", HELLO, method="GET")).status == 405
