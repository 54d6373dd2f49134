"""Which pieces of text the events of each API have, and what ends."""

from __future__ import annotations

import pytest

from gateway.streams.restore_deltas import CHAT, GEMINI, MESSAGES, RESPONSES, Deltas

CALL = {"index": 2, "function": {"arguments": "7"}}
CHAT_DELTA: dict[str, object] = {
    "content": "1", "refusal": "2", "reasoning_content": "3", "reasoning": "4", "tool_calls": [CALL, {"custom": {"input": "8"}}],
    "function_call": {"arguments": "9"}, "audio": {"transcript": "5", "data": "AA"}, "role": "assistant",
}  # fmt: skip


def chat(delta: dict[str, object], **more: object) -> dict[str, object]:
    return {"id": "x", "usage": {"a": 1}, "choices": [{"index": 1, "delta": delta, **more}]}


def block(kind: str, delta: dict[str, object]) -> dict[str, object]:
    return {"type": kind, "index": 3, "delta": delta}


CASES = [
    (CHAT, chat(CHAT_DELTA), "1 2 3 4 7 8 9 5"),
    (CHAT, chat({"content": [{"type": "text", "text": "1"}]}), "1"),
    (CHAT, {"choices": [{"index": 0, "text": "1"}, {"index": 1, "text": "2"}]}, "1 2"),
    (CHAT, {"choices": [None, {"delta": {"content": 5, "tool_calls": {}}}, {"delta": None}]}, ""),
    (MESSAGES, block("content_block_delta", {"type": "text_delta", "text": "1"}), "1"),
    (MESSAGES, block("content_block_delta", {"type": "input_json_delta", "partial_json": "1"}), "1"),
    (MESSAGES, block("content_block_delta", {"type": "thinking_delta", "thinking": "no"}), ""),
    (
        MESSAGES,
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "1"}},
        "1",
    ),
    (RESPONSES, {"type": "response.refusal.delta", "delta": "1"}, "1"),
    (RESPONSES, {"type": "response.function_call_arguments.delta", "delta": "1"}, "1"),
    (RESPONSES, {"type": "response.audio.delta", "delta": "AA"}, ""),
    (
        GEMINI,
        {"candidates": [{"content": {"parts": [{"text": "1"}, {"text": "2", "thought": True}]}}]},
        "1 2",
    ),
    (GEMINI, {"candidates": [{"content": None}], "promptFeedback": {}}, ""),
]


@pytest.mark.parametrize(("deltas", "event", "pieces"), CASES)
def test_every_piece_of_text_is_found(deltas: Deltas, event, pieces):
    assert " ".join(slot.holder[slot.key] for slot in deltas.read(event).slots) == pieces


@pytest.mark.parametrize(("deltas", "event", "pieces"), CASES)
def test_an_event_of_one_piece_has_that_piece_and_no_other(deltas: Deltas, event, pieces):
    for slot in deltas.read(event).slots:
        alone = deltas.alone(event, slot, "tail")
        assert "usage" not in alone
        again = deltas.read(alone).slots
        assert [(one.holder[one.key], one.channel, one.json) for one in again] == [
            ("tail", slot.channel, slot.json)
        ]


def test_each_piece_of_a_chunk_belongs_to_a_text_of_its_own():
    channels = [slot.channel for slot in CHAT.read(chat(CHAT_DELTA)).slots]
    assert len(set(channels)) == len(channels)


@pytest.mark.parametrize(
    ("deltas", "event", "ends"),
    [
        (CHAT, chat({}, finish_reason="stop"), [(1,)]),
        (CHAT, chat({}, finish_reason=None), []),
        (MESSAGES, {"type": "content_block_stop", "index": 3}, [(3,)]),
        (MESSAGES, {"type": "message_delta"}, [()]),
        (MESSAGES, {"type": "error"}, [()]),
        (MESSAGES, {"type": "ping"}, []),
        (RESPONSES, {"type": "response.output_item.done", "output_index": 2}, [(2,)]),
        (RESPONSES, {"type": "response.completed"}, [()]),
        (RESPONSES, {"type": 5}, []),
        (CHAT, {"error": {"message": "x"}}, [()]),
        (GEMINI, {"error": {"message": "x"}}, [()]),
        (GEMINI, {"candidates": [{"index": 1, "finishReason": "STOP"}]}, [(1,)]),
    ],
)
def test_a_text_ends_with_what_it_is_in(deltas: Deltas, event, ends):
    assert deltas.read(event).ends == ends


def test_a_done_event_ends_the_text_it_repeats():
    where = {"output_index": 1, "content_index": 0, "delta": "x", "text": "x"}
    piece = RESPONSES.read({"type": "response.output_text.delta", **where}).slots[0]
    assert RESPONSES.read({"type": "response.output_text.done", **where}).ends == [piece.channel]
