"""How a provider is spoken to: as the caller speaks where it can, else in translation, else not at all."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.dialects.hub.features import Feature, Misfit
from gateway.dialects.hub.signature import wrapped
from gateway.dialects.hub.spoke import Naming
from gateway.dialects.interface import Asked, BadBody, Changes
from gateway.dialects.registry import Route, route
from gateway.dialects.speech import Speeches
from gateway.form import FormBody
from tests.parts.provider_answers import chat_chunk

CHAT = "/v1/chat/completions"
HELLO: dict[str, Any] = {"messages": [{"role": "user", "content": "hi"}]}
BODIES: dict[str, dict[str, Any]] = {
    CHAT: {"model": "m", **HELLO},
    "/v1/responses": {"model": "m", "input": "hi"},
    "/v1/completions": {"model": "m", "prompt": "hi"},
    "/v1/embeddings": {"model": "m", "input": "hi"},
    "/v1/messages": {"model": "m", "max_tokens": 9, **HELLO},
    "/v1/messages/count_tokens": {"model": "m", **HELLO},
    "/v1beta/models/m:generateContent": {"contents": [{"parts": [{"text": "hi"}]}]},
    "/v1beta/models/m:streamGenerateContent": {"contents": [{"parts": [{"text": "hi"}]}]},
    "/v1beta/models/m:countTokens": {"contents": [{"parts": [{"text": "hi"}]}]},
    "/v1beta/models/m:embedContent": {"content": {"parts": [{"text": "hi"}]}},
}


def speeches(path: str, **more: Any) -> Speeches:
    return opened(path, **more)[1]


def opened(path: str, **more: Any) -> tuple[Asked, Speeches]:
    found = route("POST", path, lambda _: None)
    assert isinstance(found, Route) and found.dialect is not None
    asked = found.dialect.parse(json.dumps({**BODIES[path], **more}, separators=(",", ":")).encode())
    return asked, Speeches(found.dialect, found.family, asked)


OWN = [
    ("openai", [CHAT, "/v1/responses", "/v1/completions", "/v1/embeddings"]),
    ("azure", [CHAT, "/v1/responses", "/v1/completions", "/v1/embeddings"]),
    ("anthropic", ["/v1/messages", "/v1/messages/count_tokens"]),
    ("gemini", [path for path in BODIES if path.startswith("/v1beta/")]),
    ("echo", list(BODIES)),
]


@pytest.mark.parametrize(("dialect", "path"), [(dialect, path) for dialect, paths in OWN for path in paths])
def test_a_provider_of_the_callers_family_is_spoken_to_as_the_caller_speaks(dialect: str, path: str):
    speech = speeches(path).to(dialect)
    assert speech is not None
    assert speech.translation is None


@pytest.mark.parametrize(
    ("path", "dialect", "rule"),
    [
        ("/v1/embeddings", "gemini", "embeddings of openai to gemini"),
        ("/v1beta/models/m:embedContent", "openai", "embeddings of gemini to openai"),
    ],
)
def test_embeddings_are_translated(path: str, dialect: str, rule: str):
    speech = speeches(path).to(dialect)
    assert speech is not None and speech.translation is not None
    assert speech.translation.rule() == rule
    assert speech.family.name == dialect
    assert json.loads(speech.translation.render(Changes("small")))


@pytest.mark.parametrize(
    ("path", "dialect"),
    [
        ("/v1/completions", "anthropic"),
        ("/v1/completions", "gemini"),
        ("/v1/embeddings", "anthropic"),
        ("/v1beta/models/m:embedContent", "anthropic"),
    ],
)
def test_what_a_provider_has_nothing_like_is_not_spoken(path: str, dialect: str):
    assert speeches(path).to(dialect) is None


def test_an_api_that_a_provider_does_not_offer_is_not_spoken():
    assert speeches("/v1/embeddings").to("openai", frozenset({"chat"})) is None
    assert speeches("/v1/embeddings").to("gemini", frozenset({"gemini"})) is None


def test_a_request_is_translated_once_for_all_targets():
    said = speeches("/v1/embeddings")
    assert said.to("gemini") is said.to("gemini")


@pytest.mark.parametrize(
    ("path", "dialect", "upstream"),
    [
        ("/v1/messages/count_tokens", "gemini", None),
        ("/v1/messages/count_tokens", "azure", "estimate"),
        ("/v1beta/models/m:countTokens", "anthropic", None),
        ("/v1beta/models/m:countTokens", "openai", "estimate"),
    ],
)
def test_tokens_are_counted_where_the_provider_counts_them_else_here(
    path: str, dialect: str, upstream: str | None
):
    said = speeches(path)
    speech = said.to(dialect)
    assert speech is not None and speech.translation is not None
    assert speech.upstream == upstream
    assert not speech.dialect.billed
    assert said.to(dialect) is speech


def test_a_client_that_reads_an_array_is_told_one_and_the_provider_is_asked_for_events():
    speech = speeches("/v1beta/models/m:streamGenerateContent").to("openai")
    assert speech is not None and speech.translation is not None
    assert speech.dialect.stream_type == "text/event-stream"
    naming = Naming("call-1", 0, "m", 5, False, speech.translation.conversation)
    stream = speech.translation.stream(speech.dialect.read_stream(Asked(b"", {}, "m", stream=True)), naming)
    told = stream.feed(chat_chunk("one")) + stream.finish()
    assert told.startswith(b"[{")
    assert b"one" in told


def as_bytes(body: bytes | FormBody) -> bytes:
    assert isinstance(body, bytes)
    return body


def calling(arguments: dict[str, Any]) -> dict[str, Any]:
    said = [{"type": "tool_use", "id": "a", "name": "f", "input": arguments}]
    return {"messages": [*HELLO["messages"], {"role": "assistant", "content": said}]}


def thought(signature: str) -> dict[str, Any]:
    said = [{"type": "thinking", "thinking": "Hm", "signature": signature}, {"type": "text", "text": "Yes."}]
    turns = [*HELLO["messages"], {"role": "assistant", "content": said}, *HELLO["messages"]]
    return {"messages": turns}


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/messages/count_tokens"])
@pytest.mark.parametrize("signature", ["", wrapped("proof", "gemini", "anthropic")])
def test_reasoning_of_another_provider_is_left_out_where_bytes_would_else_pass_as_they_are(
    path: str, signature: str
):
    edits = {"edits": [{"type": "clear_tool_uses_20250919"}]}
    asked, said = opened(path, **thought(signature), context_management=edits)
    speech = said.to("anthropic")
    assert speech is not None and speech.translation is None
    assert speech.rule() == "messages to messages: dropped foreign_thinking"
    body = json.loads(as_bytes(speech.dialect.render(asked, Changes("claude"))))
    assert body["context_management"] == edits
    assert body["messages"][1]["content"] == [{"type": "text", "text": "Yes."}]
    assert said.to("anthropic") is speech


def test_thinking_blocks_of_another_family_are_left_out_of_chat():
    block = {"type": "thinking", "thinking": "Hm", "signature": "EqQB"}
    answer = {"role": "assistant", "content": "Yes."}
    turns = [*HELLO["messages"], {**answer, "thinking_blocks": [block]}, *HELLO["messages"]]
    asked, said = opened(CHAT, messages=turns, top_k=3)
    speech = said.to("azure")
    assert speech is not None and speech.translation is None
    body = json.loads(as_bytes(speech.dialect.render(asked, Changes("gpt"))))
    assert body == {"model": "gpt", "messages": [turns[0], answer, turns[2]], "top_k": 3}


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/v1/messages", thought("EqQB")),
        (
            "/v1/messages",
            {**calling({"signature": ""}), "tools": [{"type": "web_search_20250305", "name": "w"}]},
        ),
        ("/v1/responses", {"input": "gateway-unsigned", "tools": [{"type": "web_search"}]}),
        (CHAT, {"messages": [{"role": "assistant", "content": "a", "thinking_blocks": []}], "top_k": 3}),
    ],
)
def test_all_else_of_the_callers_own_api_passes_as_it_is(path: str, more: dict[str, Any]):
    asked, said = opened(path, **more)
    speech = said.to("openai" if path in (CHAT, "/v1/responses") else "anthropic")
    assert speech is not None and speech.rule() is None
    body = as_bytes(speech.dialect.render(asked, Changes("m", ask_usage=False, may_store=True)))
    assert body is asked.raw


def test_what_can_not_be_said_is_a_misfit_and_what_nobody_takes_a_bad_body():
    with pytest.raises(Misfit) as caught:
        speeches("/v1/embeddings", input=[1, 2]).to("gemini")
    assert caught.value.feature is Feature.VOCABULARY
    with pytest.raises(BadBody):
        speeches("/v1/embeddings", input={"a": 1}).to("gemini")


CONVERSATIONS = [CHAT, "/v1/responses", "/v1/messages", "/v1beta/models/m:generateContent"]


@pytest.mark.parametrize("path", CONVERSATIONS)
@pytest.mark.parametrize("dialect", ["openai", "anthropic", "gemini"])
def test_every_conversation_is_spoken_to_every_provider(path: str, dialect: str):
    assert speeches(path).to(dialect) is not None


@pytest.mark.parametrize("stream", [False, True])
def test_a_stream_is_asked_for_where_the_path_says_so(stream: bool):
    speech = speeches(CHAT, stream=stream).to("gemini")
    assert speech is not None
    assert ("alt=sse" in speech.dialect.provider_path) is stream
