"""Reasoning of another family's is cut out of a request in the caller's own API, and nothing else of it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from gateway.dialects import anthropic_messages, openai_chat, openai_responses
from gateway.dialects.foreign import MARKS, without_foreign
from gateway.dialects.gemini_generate import counting, generate
from gateway.dialects.hub.features import Feature, Misfit
from gateway.dialects.hub.parts import Thinking
from gateway.dialects.hub.signature import UNSIGNED, wrapped
from gateway.dialects.interface import Asked
from gateway.dialects.spokes.gemini_turn import NOT_SIGNED
from gateway.dialects.spokes.responses_reasoning import seal_of

PARSE: dict[str, Callable[[bytes], Asked]] = {
    "chat": openai_chat.parse,
    "responses": openai_responses.parse,
    "messages": anthropic_messages.parse,
    "gemini": generate("", "m", stream=False).parse,
}
MEMBER = {"chat": "messages", "responses": "input", "messages": "messages", "gemini": "contents"}
OF_GEMINI = wrapped("proof", "gemini", "anthropic")
OF_CLAUDE = wrapped("proof", "anthropic", "gemini")
HI = {"role": "user", "content": "hi"}
ASKED = {"role": "user", "parts": [{"text": "hi"}]}
CALL = {"type": "tool_use", "id": "a", "name": "f", "input": {}}
RESULT = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": "3"}]}


def asked(api: str, turns: list[Any], **more: Any) -> Asked:
    body = {"model": "m", "max_tokens": 9, **more} if api == "messages" else {"model": "m", **more}
    return PARSE[api](json.dumps({**body, MEMBER[api]: turns}).encode())


def left(api: str, turns: list[Any], model: str = "m", **more: Any) -> Any:
    """The turns that are sent instead; None where the very bytes are."""
    found = without_foreign(asked(api, turns, **more), api, model)
    if found is None:
        return None
    assert json.loads(found.raw) == {name: json.loads(bytes(raw)) for name, raw in found.fields.items()}
    return json.loads(found.raw)[MEMBER[api]]


def said(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"role": "assistant", "content": list(blocks)}


def thinking(signature: str) -> dict[str, Any]:
    return {"type": "thinking", "thinking": "Hm", "signature": signature}


WORDS = {"type": "text", "text": "Yes."}
REDACTED = {"type": "redacted_thinking", "data": OF_GEMINI}


@pytest.mark.parametrize("foreign", [thinking(""), thinking(OF_GEMINI), REDACTED])
def test_blocks_that_claude_did_not_sign_go(foreign: dict[str, Any]):
    own = thinking("EqQB")
    assert left("messages", [HI, said(own, foreign, WORDS), HI]) == [HI, said(own, WORDS), HI]


def test_a_turn_of_nothing_else_goes_as_a_whole():
    assert left("messages", [HI, said(thinking("")), HI]) == [HI, HI]


def test_a_request_of_nothing_else_is_refused():
    with pytest.raises(Misfit) as caught:
        left("messages", [said(thinking(""))])
    assert caught.value.feature is Feature.FOREIGN_THINKING


SEALED = Thinking("Hm", "rs_1:sealed", "openai")


@pytest.mark.parametrize("seal", [UNSIGNED, wrapped("proof", "anthropic", "openai")])
def test_items_that_openai_did_not_seal_go(seal: str):
    item = {"type": "reasoning", "id": "rs_2", "summary": [], "encrypted_content": seal}
    own = {"type": "reasoning", "id": "rs_3", "summary": [], "encrypted_content": "gAAA"}
    assert left("responses", [HI, item, own, HI]) == [HI, own, HI]


def test_an_item_that_openai_sealed_is_given_back_as_it_was():
    item = {"id": "rs_2", "type": "reasoning", "summary": [], "encrypted_content": seal_of(SEALED)}
    assert left("responses", [HI, item]) == [HI, {**item, "id": "rs_1", "encrypted_content": "sealed"}]


def called(**extra: Any) -> dict[str, Any]:
    return {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}, **extra}


@pytest.mark.parametrize("signature", ["EqQB", OF_GEMINI])
def test_thinking_blocks_that_are_signed_go_from_chat(signature: str):
    answer = {"role": "assistant", "content": "Yes.", "x": 1, "thinking_blocks": [thinking(signature)]}
    kept = {name: value for name, value in answer.items() if name != "thinking_blocks"}
    assert left("chat", [HI, answer, HI]) == [HI, kept, HI]


def test_a_chat_turn_of_nothing_else_goes_as_a_whole():
    answer = {"role": "assistant", "content": None, "thinking_blocks": [thinking("EqQB")]}
    assert left("chat", [HI, answer, HI]) == [HI, HI]


def test_a_signature_that_is_wrapped_goes_from_a_call_of_chat():
    ours = {"google": {"thought_signature": OF_CLAUDE}}
    mixed = {"google": {"thought_signature": OF_CLAUDE, "x": 1}}
    googles = {"google": {"thought_signature": "proof"}}
    calls = [called(extra_content=each) for each in (ours, mixed, googles)]
    kept = [called(), called(extra_content={"google": {"x": 1}}), called(extra_content=googles)]
    turn = {"role": "assistant", "content": None}
    assert left("chat", [HI, {**turn, "tool_calls": calls}]) == [HI, {**turn, "tool_calls": kept}]


@pytest.mark.parametrize("name", ["thoughtSignature", "thought_signature"])
def test_reasoning_that_gemini_did_not_sign_goes(name: str):
    parts = [{"text": "Hm", "thought": True, name: OF_CLAUDE}, {"text": "Yes."}]
    call = {"functionCall": {"name": "f", "args": {}}}
    told = {"role": "model", "parts": [*parts, {"text": "", name: OF_CLAUDE}, {**call, name: OF_CLAUDE}]}
    assert left("gemini", [ASKED, told])[1]["parts"] == [{"text": "Yes."}, call]
    third = left("gemini", [ASKED, told], model="gemini-3-pro")
    assert third[1]["parts"] == [{"text": "Yes."}, {**call, name: NOT_SIGNED}]


INNOCENT = [
    ("messages", [HI, said({**CALL, "input": {"signature": ""}}), RESULT]),
    ("messages", [HI, said(thinking("EqQB"), {"type": "text", "text": OF_GEMINI})]),
    ("messages", [{"role": "user", "content": [thinking("")]}]),
    ("messages", [said({"type": "text", "signature": ""}), "no turn", [1]]),
    ("chat", [{"role": "user", "content": '"thinking_blocks"', "thinking_blocks": [thinking("EqQB")]}]),
    ("chat", [{"role": "assistant", "content": "Yes.", "thinking_blocks": [{"type": "thinking"}]}]),
    ("chat", [{"role": "assistant", "content": "Yes.", "thinking_blocks": None}]),
    ("responses", [{"role": "user", "content": UNSIGNED}]),
    ("responses", [{"type": "reasoning", "summary": [], "encrypted_content": "gAAA", "x": UNSIGNED}]),
    ("gemini", [{"role": "user", "parts": [{"text": OF_CLAUDE, "thoughtSignature": OF_CLAUDE}]}]),
    ("gemini", [{"role": "model", "parts": [{"text": OF_CLAUDE, "thoughtSignature": "proof"}]}]),
]


@pytest.mark.parametrize(("api", "turns"), INNOCENT)
def test_bytes_that_only_look_like_it_stay(api: str, turns: list[Any]):
    request = asked(api, turns)
    assert any(mark in request.raw for mark in MARKS[api]) or api == "messages"
    assert without_foreign(request, api, "m") is None


def test_an_input_of_one_text_stays():
    request = openai_responses.parse(json.dumps({"model": "m", "input": UNSIGNED}).encode())
    assert without_foreign(request, "responses", "m") is None


def test_all_else_is_sent_byte_by_byte_as_it_came():
    other = '{"role" : "user", "content": "a\\/b", "n": 1.50}'
    own = '{"type":"text", "text": "\\u0041", "n": 1E2}'
    foreign = '{"type": "thinking", "thinking": "Hm", "signature": ""}'
    before = f'{{"model": "m", "max_tokens": 9, "context_management": {{"a" : 1.0}}, "top_k": 3, "messages": [{other}, '
    request = anthropic_messages.parse(
        (before + f'{{"role": "assistant", "content": [{foreign}, {own}]}}, {other}]}}').encode()
    )
    found = without_foreign(request, "messages", "m")
    assert found is not None
    turns = f'[{other},{{"role":"assistant","content":[{own}]}},{other}]'
    assert bytes(found.fields["messages"]).decode() == turns
    assert {name: bytes(raw) for name, raw in found.fields.items() if name != "messages"} == {
        name: bytes(raw) for name, raw in request.fields.items() if name != "messages"
    }


@pytest.mark.parametrize(
    ("kept", "blocks"),
    [
        (False, [thinking(""), CALL]),
        (True, [thinking(""), thinking("EqQB"), CALL]),
        (True, [thinking(""), WORDS]),
    ],
)
def test_claude_is_not_told_to_think_where_the_thinking_before_its_calls_is_gone(
    kept: bool, blocks: list[dict[str, Any]]
):
    budget = {"type": "enabled", "budget_tokens": 2000}
    request = asked("messages", [HI, said(*blocks), RESULT], thinking=budget, max_tokens=4000)
    found = without_foreign(request, "messages", "m")
    assert found is not None
    assert ("thinking" in found.fields) is kept


def test_what_is_too_much_to_look_at_is_left_to_the_provider():
    many = said(*[{"type": "text", "text": ""}] * 40_000)
    assert left("messages", [HI, said(thinking(""), WORDS), many]) is None


@pytest.mark.parametrize("name", ["generateContentRequest", "generate_content_request"])
def test_it_goes_from_a_request_whose_tokens_are_counted(name: str):
    part = {"thought": True, "text": "Hm", "thoughtSignature": OF_CLAUDE}
    turns = [ASKED, {"role": "model", "parts": [part, {"text": "Yes."}]}]
    counted = counting("", "m").parse(json.dumps({name: {"model": "models/m", "contents": turns}}).encode())
    found = without_foreign(counted, "gemini", "m")
    assert found is not None
    assert json.loads(found.raw)[name]["contents"] == [ASKED, {"role": "model", "parts": [{"text": "Yes."}]}]


def test_a_request_is_looked_for_in_another_and_no_deeper():
    turns = [ASKED, {"role": "model", "parts": [{"thought": True, "thoughtSignature": OF_CLAUDE}]}]
    inside: dict[str, Any] = {"generateContentRequest": {"contents": turns}}
    deep = counting("", "m").parse(json.dumps({"generateContentRequest": inside}).encode())
    assert without_foreign(deep, "gemini", "m") is None, "each layer would be read once more"


def test_where_nothing_is_said_there_is_nothing_to_cut():
    without = openai_responses.parse(json.dumps({"model": "m", "user": OF_CLAUDE}).encode())
    assert without_foreign(without, "responses", "m") is None
