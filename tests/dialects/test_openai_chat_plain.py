"""Chat requests of nothing but words: what is read in one go, and what is not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.interface import Asked, BadBody, Changes
from gateway.dialects.openai_chat import parse, render
from gateway.dialects.openai_chat_plain import Plain, read_plain
from gateway.dialects.openai_request import NAMES, OUTPUT_CAPS, RARE

SAID = {"role": "user", "content": "Hello"}

words = st.none() | st.text(max_size=8)
caps = st.none() | st.integers(-1, 9)
messages = st.lists(st.dictionaries(st.sampled_from(["role", "content", "name"]), words), max_size=3)
settings = st.fixed_dictionaries(
    {"messages": messages, "model": words},
    optional={"stream": st.none() | st.booleans() | st.integers(), **dict.fromkeys(OUTPUT_CAPS, caps)},
)


def body(**fields: Any) -> bytes:
    return json.dumps({"model": "fast", "messages": [SAID], **fields}).encode()


def facts(raw: bytes) -> Asked | str:
    """What is asked, or the field at fault."""
    try:
        asked = parse(raw)
    except BadBody as bad:
        return str(bad)
    asked.raw, asked.fields, asked.plain = b"", {}, False
    return asked


@given(settings)
def test_what_is_read_in_one_go_is_what_a_close_look_finds(fields: dict[str, Any]):
    assert facts(json.dumps(fields).encode()) == facts(json.dumps({**fields, "x.y": 1}).encode())


@pytest.mark.parametrize(
    "more",
    [
        {"messages": [SAID, {"role": "assistant", "content": None, "name": "it"}]},
        {"messages": []},
        {"temperature": 0, "top_p": 0.5, "seed": 7, "stop": ["\n"], "stream": True},
        {"max_tokens": 9, "response_format": {"type": "json_schema", "json_schema": {"name": "image"}}},
    ],
)
def test_words_and_settings_are_plain(more: dict[str, Any]):
    assert parse(body(**more)).plain


@pytest.mark.parametrize(
    "more",
    [
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "u"}}]}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "words"}]}]},
        {"messages": [{**SAID, "thinking_blocks": []}]},
        {"messages": [{**SAID, "audio": {"id": "audio_1"}}]},
        {"messages": [{**SAID, "tool_calls": []}]},
        {"messages": [{**SAID, "Content": "words"}]},
        {"temperature": {"file_id": "file_1"}},
        {"stop": [{"file_id": "file_1"}]},
        {"audio": {"voice": {"id": "voice_1"}}},
        {"user": "somebody"},
        {"tools": []},
        {"nobody_knows_it": 1},
    ],
)
def test_whatever_may_hold_more_is_looked_at_closely(more: dict[str, Any]):
    assert not parse(body(**more)).plain


def test_a_name_behind_escapes_is_no_plain_one():
    hidden = rb'{"model":"fast","messages":[{"role":"user","content":"a","\u0061udio":{"id":"audio_1"}}]}'
    assert not parse(hidden).plain


def test_the_last_of_two_members_of_a_message_is_not_all_that_is_read():
    twice = b'{"model":"fast","messages":[{"content":[{"type":"file","file":{}}],"content":"words"}]}'
    assert not parse(twice).plain


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b'{"model":"fast"}', b'{"model":"fast","messages":[{"content":"\xff"}]}']
)
def test_what_is_not_well_formed_is_not_plain(raw: bytes):
    assert read_plain(raw) is None


def test_a_large_body_is_looked_at_closely():
    assert parse(body(stop="x" * 200_000)).plain
    assert not parse(body(stop="x" * 300_000)).plain


def test_all_names_of_a_plain_request_are_known_and_none_is_rare():
    names = dict.fromkeys(Plain.__struct_fields__)
    assert NAMES.look_alike({**names, "Model": None}) == ("Model", "model")
    assert NAMES.look_alike(names) is None
    assert names.keys() <= NAMES._known
    assert RARE.isdisjoint(names)


@pytest.mark.parametrize(
    "template",
    [
        b'{"model":"fast","messages":[{"role":"user","content":"?"}]}',
        b'{"model":"fast","messages":[{"role":"?","content":"x"}]}',
        b'{"model":"?","messages":[]}',
        b'{"model":"fast","messages":[],"stop":["?"]}',
        b'{"model":"fast","messages":[],"?":1}',
        b'{"model":"fast","messages":[{"?":"x"}]}',
        b'{"model":"fast","messages":[],"response_format":{"a":"?"}}',
    ],
)
@pytest.mark.parametrize("wrong", [b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xe2\x82"])
def test_what_is_no_utf_8_is_refused_wherever_it_stands(template: bytes, wrong: bytes):
    with pytest.raises(BadBody, match="UTF-8"):
        parse(template.replace(b"?", wrong))


TRICKY = st.sampled_from(
    ['"model":"fast"', '","model":"fast"', '\\"model":"fast"', "model", 'model":"fast', "fast", "é"]
)
said = st.fixed_dictionaries(
    {}, optional={"role": TRICKY, "content": TRICKY | st.text(max_size=9), "name": TRICKY}
)
orders = st.permutations(["model", "messages", "stop", "response_format", "seed"])


@given(
    st.lists(said, max_size=3),
    st.lists(TRICKY, max_size=2),
    orders,
    st.sampled_from([(",", ":"), (", ", ": "), (",", " :")]),
    st.booleans(),
    st.booleans(),
)
def test_only_the_name_of_the_model_changes_in_a_plain_request(
    messages: list[dict[str, str]],
    stop: list[str],
    order: list[str],
    separators: tuple[str, str],
    ascii_only: bool,
    schema: bool,
):
    values = {"model": "fast", "messages": messages, "stop": stop, "seed": 7}
    if schema:
        values["response_format"] = {"model": "fast", "a": [{"model": "fast"}]}
    fields = {name: values[name] for name in order if name in values}
    asked = parse(json.dumps(fields, separators=separators, ensure_ascii=ascii_only).encode())
    sent = render(asked, Changes("other", cap_field="max_tokens"))
    assert json.loads(sent) == {**fields, "model": "other"}
    assert list(json.loads(sent)) == list(fields)
