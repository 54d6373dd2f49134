"""Results of batches with values put back, however they are cut."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Broken
from gateway.streams import restore_lines
from gateway.streams.restore import Counts
from gateway.streams.restore_lines import RestoringLines

VALUES = {"one": {"PERSON_1": 'Ann "A" Lee'}, "two": {"PERSON_1": "Bob Ray"}}
CALL = {"type": "function", "function": {"name": "f", "arguments": '{"who":"<PERSON_1>"}'}}


def openai(name: str) -> bytes:
    body = {"id": "c", "choices": [{"message": {"content": "Dear <PERSON_1>", "tool_calls": [CALL]}}]}
    return json.dumps({"id": "b", "custom_id": name, "response": {"status_code": 200, "body": body}}).encode()


def anthropic(name: str) -> bytes:
    content = [
        {"type": "text", "text": "<PERSON_1>"},
        {"type": "thinking", "thinking": "<PERSON_1>", "signature": "s"},
    ]
    message = {"role": "assistant", "content": content}
    return json.dumps({"custom_id": name, "result": {"type": "succeeded", "message": message}}).encode()


LINES = b"\n".join(
    [openai("one"), openai("two"), openai("none"), anthropic("one"), b"no JSON <PERSON_1>", b""]
)


def restored(data: bytes, *cuts: int) -> bytes:
    lines, begin, told = RestoringLines(None, VALUES, Counts()), 0, b""
    for cut in sorted(cuts):
        told += lines.feed(data[begin:cut])
        begin = max(begin, cut)
    told += lines.feed(data[begin:]) + lines.finish()
    assert lines.complete
    return told


def test_each_line_has_the_values_of_its_own_request():
    first, second, other, message, text, end = restored(LINES).split(b"\n")
    said = json.loads(first)["response"]["body"]["choices"][0]["message"]
    assert said["content"] == 'Dear Ann "A" Lee'
    assert json.loads(said["tool_calls"][0]["function"]["arguments"]) == {"who": 'Ann "A" Lee'}
    assert b"Bob Ray" in second and b"Ann" not in second
    assert other == openai("none")
    spoken, thought = json.loads(message)["result"]["message"]["content"]
    assert (spoken["text"], thought["thinking"]) == ('Ann "A" Lee', "<PERSON_1>"), "what is signed stays"
    assert (text, end) == (b"no JSON <PERSON_1>", b"")


@given(st.lists(st.integers(0, len(LINES)), max_size=6))
def test_however_it_is_cut_the_same_comes_out(cuts: list[int]):
    assert restored(LINES, *cuts) == restored(LINES)


def test_a_line_without_an_end_is_not_held_for_ever(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(restore_lines, "MAX_LINE_BYTES", 10)
    with pytest.raises(Broken):
        RestoringLines(None, VALUES, Counts()).feed(b"x" * 11)
