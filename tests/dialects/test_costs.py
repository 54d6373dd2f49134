"""What an answer costs, from its provider's own figures to nano-dollars: by hand, for each API."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from gateway.dialects import (
    anthropic_messages,
    gemini_embeddings,
    gemini_generate,
    openai_audio,
    openai_chat,
    openai_embeddings,
    openai_images,
    openai_responses,
)
from gateway.dialects.interface import Asked, Dialect
from gateway.upstream.rates import Rates, Step, cost
from gateway.usage import nano_usd
from tests.parts.provider_answers import CHAT_DONE, chat_chunk, message_event, response_event

GEMINI = gemini_generate.generate("/v1beta/models/m:generateContent", "m", stream=True)
EMBEDS = gemini_embeddings.embedding("/v1beta/models/m:embedContent", "m", batch=False)


def at(usd: float) -> int:
    """USD per million tokens, as a rate."""
    return nano_usd(Decimal(str(usd)))


MINI = Rates(
    input=at(0.25),
    output=at(2),
    cache_read=at(0.025),
    tiers={
        "priority": Rates(input=at(0.45), output=at(3.6), cache_read=at(0.045)),
        "flex": Rates(input=at(0.125), output=at(1), cache_read=at(0.0125)),
    },
)
LONG = replace(MINI, steps=(Step(272_000, Rates(input=at(0.5), output=at(3))),), tiers={})
AUDIO = Rates(input=at(2.5), output=at(10), audio_input=at(32), audio_output=at(64))
HAIKU = Rates(
    input=at(1),
    output=at(5),
    cache_read=at(0.1),
    cache_write=at(1.25),
    cache_write_1h=at(2),
    tiers={
        "batch": Rates(
            input=at(0.5),
            output=at(2.5),
            cache_read=at(0.05),
            cache_write=at(0.625),
            cache_write_1h=at(1),
        ),
        "fast": Rates(input=at(6), output=at(30)),
    },
)
FLASH = Rates(
    input=at(0.3),
    output=at(2.5),
    cache_read=at(0.03),
    audio_input=at(1),
    steps=(Step(200_000, Rates(input=at(0.6), output=at(5))),),
)
TEXT = Rates(input=at(0.02), output=0)
DRAWS = Rates(input=at(5), output=at(40), image=at(0.01))
HEARS = Rates(input=at(2.5), output=at(10), audio_input=at(6))


def chat(prompt: int, completion: int, **more: Any) -> dict[str, Any]:
    usage = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    return {"choices": [{"message": {"content": "hi"}}], "usage": usage | more}


def message(**usage: Any) -> dict[str, Any]:
    return {"type": "message", "content": [{"type": "text", "text": "hi"}], "usage": usage}


def gemini(**usage: Any) -> dict[str, Any]:
    return {"candidates": [{"content": {"parts": [{"text": "hi"}]}}], "usageMetadata": usage}


CACHED = {"prompt_tokens_details": {"cached_tokens": 800}}
REASONED = {"completion_tokens_details": {"reasoning_tokens": 400}}
WRITTEN = {
    "input_tokens": 100,
    "cache_read_input_tokens": 1000,
    "cache_creation_input_tokens": 600,
    "cache_creation": {"ephemeral_5m_input_tokens": 400, "ephemeral_1h_input_tokens": 200},
    "output_tokens": 50,
}
HEARD = [{"modality": "TEXT", "tokenCount": 800}, {"modality": "AUDIO", "tokenCount": 200}]

WHOLE: list[tuple[str, Dialect, Rates, dict[str, Any], str]] = [
    # 1000 x 0.25 + 500 x 2
    ("chat", openai_chat.DIALECT, MINI, chat(1000, 500), "0.00125"),
    # 200 x 0.25 + 800 x 0.025 + 500 x 2, of which 400 are reasoning
    ("chat-cached", openai_chat.DIALECT, MINI, chat(1000, 500, **CACHED, **REASONED), "0.00107"),
    # DeepSeek's name for the same
    ("chat-hit", openai_chat.DIALECT, MINI, chat(1000, 500, prompt_cache_hit_tokens=800), "0.00107"),
    # 200 x 0.45 + 800 x 0.045 + 500 x 3.6
    (
        "chat-priority",
        openai_chat.DIALECT,
        MINI,
        chat(1000, 500, **CACHED) | {"service_tier": "priority"},
        "0.001926",
    ),
    ("chat-flex", openai_chat.DIALECT, MINI, chat(1000, 500) | {"service_tier": "flex"}, "0.000625"),
    ("chat-default", openai_chat.DIALECT, MINI, chat(1000, 500) | {"service_tier": "default"}, "0.00125"),
    # 40 x 2.5 + 60 x 32 + 20 x 10 + 30 x 64
    (
        "chat-audio",
        openai_chat.DIALECT,
        AUDIO,
        chat(
            100,
            50,
            prompt_tokens_details={"audio_tokens": 60},
            completion_tokens_details={"audio_tokens": 30},
        ),
        "0.00414",
    ),
    # 272,000 x 0.25; one more: all at 0.5
    ("chat-at-the-step", openai_chat.DIALECT, LONG, chat(272_000, 0), "0.068"),
    ("chat-above-it", openai_chat.DIALECT, LONG, chat(272_001, 1000), "0.1390005"),
    # 400 x 0.125 + 600 x 0.0125 + 200 x 1, of which 150 are reasoning
    (
        "responses-flex",
        openai_responses.DIALECT,
        MINI,
        {
            "output": [],
            "service_tier": "flex",
            "usage": {
                "input_tokens": 1000,
                "output_tokens": 200,
                "input_tokens_details": {"cached_tokens": 600},
                "output_tokens_details": {"reasoning_tokens": 150},
            },
        },
        "0.0002575",
    ),
    # 100 x 1 + 1000 x 0.1 + 400 x 1.25 + 200 x 2 + 50 x 5
    ("messages-cache", anthropic_messages.DIALECT, HAIKU, message(**WRITTEN), "0.00135"),
    # half of it
    (
        "messages-batch",
        anthropic_messages.DIALECT,
        HAIKU,
        message(**WRITTEN, service_tier="batch"),
        "0.000675",
    ),
    # 100 x 6 + 50 x 30
    (
        "messages-fast",
        anthropic_messages.DIALECT,
        HAIKU,
        message(input_tokens=100, output_tokens=50, speed="fast"),
        "0.0021",
    ),
    # (100 + 2000) x 1 + (50 + 300) x 5
    (
        "messages-compaction",
        anthropic_messages.DIALECT,
        HAIKU,
        message(
            input_tokens=100,
            output_tokens=50,
            iterations=[
                {"type": "compaction", "input_tokens": 2000, "output_tokens": 300},
                {"type": "message", "input_tokens": 100, "output_tokens": 50},
            ],
        ),
        "0.00385",
    ),
    # 400 x 0.3 + 400 x 0.03 + 200 x 1 + (70 + 30) x 2.5
    (
        "gemini",
        GEMINI,
        FLASH,
        gemini(
            promptTokenCount=1000,
            cachedContentTokenCount=400,
            promptTokensDetails=HEARD,
            candidatesTokenCount=70,
            thoughtsTokenCount=30,
            totalTokenCount=1100,
        ),
        "0.000582",
    ),
    # (100 + 900) x 0.3 + 10 x 2.5
    (
        "gemini-tools",
        GEMINI,
        FLASH,
        gemini(
            promptTokenCount=100,
            toolUsePromptTokenCount=900,
            candidatesTokenCount=10,
            totalTokenCount=1010,
        ),
        "0.000325",
    ),
    # above 200,000: 300,000 x 0.6 + 1000 x 5
    (
        "gemini-long",
        GEMINI,
        FLASH,
        gemini(promptTokenCount=300_000, candidatesTokenCount=1000, totalTokenCount=301_000),
        "0.185",
    ),
    (
        "embeddings",
        openai_embeddings.DIALECT,
        TEXT,
        {"data": [], "usage": {"prompt_tokens": 1000, "total_tokens": 1000}},
        "0.00002",
    ),
    (
        "gemini-embeddings",
        EMBEDS,
        TEXT,
        {"usageMetadata": {"promptTokenCount": 1000}},
        "0.00002",
    ),
    # 50 x 5 + 2000 x 40, and a cent for each of two
    (
        "images",
        openai_images.GENERATIONS,
        DRAWS,
        {"data": [{}, {}], "usage": {"input_tokens": 50, "output_tokens": 2000, "total_tokens": 2050}},
        "0.10025",
    ),
    # a server that tells no usage: the two cents
    ("images-untold", openai_images.GENERATIONS, DRAWS, {"data": [{}, {}]}, "0.02"),
    # 20 x 2.5 + 80 x 6 + 20 x 10
    (
        "transcriptions",
        openai_audio.TRANSCRIPTIONS,
        HEARS,
        {
            "text": "hi",
            "usage": {
                "input_tokens": 100,
                "output_tokens": 20,
                "input_token_details": {"audio_tokens": 80, "text_tokens": 20},
            },
        },
        "0.00073",
    ),
]


@pytest.mark.parametrize(
    ("dialect", "rates", "answer", "usd"),
    [case[1:] for case in WHOLE],
    ids=[case[0] for case in WHOLE],
)
def test_a_whole_answer_costs(dialect: Dialect, rates: Rates, answer: dict[str, Any], usd: str):
    usage = dialect.read_answer(json.dumps(answer).encode()).usage
    assert usage is not None
    assert cost(rates, usage) == nano_usd(Decimal(usd))


def chunk(**more: Any) -> bytes:
    return b"data: " + json.dumps({"choices": [], **more}).encode() + b"\n\n"


STREAMS: list[tuple[str, Dialect, Rates, list[bytes], str]] = [
    (
        "chat",
        openai_chat.DIALECT,
        MINI,
        [
            chat_chunk("hi"),
            chat_chunk(finish="stop"),
            chunk(usage=chat(1000, 500, **CACHED)["usage"], service_tier="priority"),
            CHAT_DONE,
        ],
        "0.001926",
    ),
    (
        "responses",
        openai_responses.DIALECT,
        MINI,
        [
            response_event(
                "response.completed",
                response={
                    "status": "completed",
                    "service_tier": "flex",
                    "usage": {
                        "input_tokens": 1000,
                        "output_tokens": 200,
                        "total_tokens": 1200,
                        "input_tokens_details": {"cached_tokens": 600},
                    },
                },
            )
        ],
        "0.0002575",
    ),
    (
        "messages",
        anthropic_messages.DIALECT,
        HAIKU,
        [
            message_event(
                "message_start", message={"type": "message", "usage": WRITTEN | {"output_tokens": 1}}
            ),
            message_event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 50}),
            message_event("message_stop"),
        ],
        "0.00135",
    ),
    (
        "gemini",
        GEMINI,
        FLASH,
        [
            b"data: "
            + json.dumps(
                {
                    "candidates": [{"content": {"parts": [{"text": "hi"}]}, "finishReason": "STOP"}],
                    "usageMetadata": {
                        "promptTokenCount": 1000,
                        "cachedContentTokenCount": 400,
                        "promptTokensDetails": HEARD,
                        "candidatesTokenCount": 70,
                        "thoughtsTokenCount": 30,
                        "totalTokenCount": 1100,
                    },
                }
            ).encode()
            + b"\n\n"
        ],
        "0.000582",
    ),
]


@pytest.mark.parametrize(
    ("dialect", "rates", "events", "usd"),
    [case[1:] for case in STREAMS],
    ids=[case[0] for case in STREAMS],
)
def test_a_stream_costs_the_same(dialect: Dialect, rates: Rates, events: list[bytes], usd: str):
    reader = dialect.read_stream(Asked(b"", {}, "m"))
    for event in events:
        reader.feed(event)
    reader.finish()
    assert reader.usage is not None
    assert cost(rates, reader.usage) == nano_usd(Decimal(usd))
