"""Messages: parse, render."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.anthropic_messages import DIALECT, parse, render
from gateway.dialects.interface import BadBody, Changes

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
unknown = st.dictionaries(
    st.text(max_size=6).map(lambda key: "x." + key) | st.just("system"), values, max_size=5
)


def body(**fields: Any) -> bytes:
    return json.dumps({"model": "claude", "max_tokens": 100, "messages": [], **fields}).encode()


@given(
    unknown,
    st.text(min_size=1, max_size=20),
    st.sampled_from([{}, {"indent": 2}, {"separators": (",", ":")}]),
)
def test_a_changed_model_changes_nothing_else(more, model, layout):
    came = {"messages": [{"role": "user"}], "model": "claude", "max_tokens": 10, **more, "seed": 10**30}
    changed = render(parse(json.dumps(came, **layout).encode()), Changes(model))
    assert list(json.loads(changed).items()) == list({**came, "model": model}.items())


def test_what_does_not_change_is_the_very_bytes_that_came():
    asked = parse(body(stream=True))
    assert render(asked, Changes("claude")) is asked.raw


def test_signed_thinking_survives_byte_by_byte():
    thinking = (
        b'[{"role":"assistant","content":[{"type":"thinking","thinking":"\\u00e9","signature":"EqQ\\/=="}]}]'
    )
    raw = b'{"model":"claude","max_tokens":9,"messages":' + thinking + b"}"
    assert thinking in render(parse(raw), Changes("m"))


@pytest.mark.parametrize(("cap", "sent"), [(50, 50), (200, 100), (100, 100), (None, 100)])
def test_a_cap_replaces_a_higher_one(cap, sent):
    assert json.loads(render(parse(body()), Changes("m", cap)))["max_tokens"] == sent


def test_a_cap_is_written_where_none_is_sent():
    assert json.loads(render(parse(b'{"model":"a","messages":[]}'), Changes("a", 5)))["max_tokens"] == 5


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": None}, "model"),
        ({"model": 5}, "model"),
        ({"messages": {}}, "messages"),
        ({"messages": None}, "messages"),
        ({"max_tokens": -1}, "max_tokens"),
        ({"max_tokens": "5"}, "max_tokens"),
        ({"stream": "yes"}, "stream"),
        ({"metadata": []}, "metadata"),
        ({"metadata": {"user_id": 5}}, "user_id"),
        ({"tools": {}}, "tools"),
        ({"service_tier": 5}, "service_tier"),
        ({"speed": []}, "speed"),
        ({"fallbacks": [{"model": "other"}]}, "fallbacks"),
        ({"fallbacks": "default"}, "fallbacks"),
        ({"thread": {"id": "thread_1"}}, "thread"),
        ({"billing_policy": {"type": "billing_policy"}}, "billing_policy"),
        ({"Model": "other"}, "model"),
        ({"maxTokens": 10**6}, "max_tokens"),
        ({"MCP_servers": []}, "mcp_servers"),
    ],
)
def test_a_field_at_fault_is_refused_by_name(fields, param):
    with pytest.raises(BadBody) as refused:
        parse(body(**fields))
    assert refused.value.param == param


def test_null_is_as_good_as_absent():
    asked = parse(
        body(fallbacks=None, thread=None, metadata=None, tools=None, service_tier=None, stream=None)
    )
    assert (asked.stream, asked.end_user, asked.privileges, asked.functions) == (False, None, (), ())


def test_zero_tokens_may_be_asked_for():
    assert parse(body(max_tokens=0)).max_output_tokens == 0


def test_the_end_user_is_in_the_metadata():
    asked = parse(body(metadata={"user_id": "u-1", "ticket": "7"}))
    assert (asked.end_user, asked.tags) == ("u-1", {"ticket": "7"})


@pytest.mark.parametrize(
    ("fields", "privileges"),
    [
        ({"service_tier": "auto"}, ()),
        ({"service_tier": "standard_only"}, ()),
        ({"service_tier": "priority"}, ("service_tier",)),
        ({"speed": "standard"}, ()),
        ({"speed": "fast"}, ("service_tier",)),
        ({"inference_geo": "us"}, ("inference_geo",)),
    ],
)
def test_privileges_are_what_changes_price_or_place(fields, privileges):
    assert parse(body(**fields)).privileges == privileges


def test_the_dialect_says_what_it_is():
    assert (DIALECT.api, DIALECT.family, DIALECT.provider_path) == ("messages", "anthropic", "/v1/messages")
