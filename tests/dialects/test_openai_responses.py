"""Responses: parse, render."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.interface import BadBody, Changes
from gateway.dialects.openai_responses import DIALECT, parse, read_stream, render
from gateway.errors import Kind, Problem

KEEP = Changes("fast", may_store=True)

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
unknown = st.dictionaries(st.text(max_size=6).map(lambda key: "x." + key), values, max_size=5)


def body(**fields: Any) -> bytes:
    return json.dumps({"model": "fast", "input": "hi", **fields}).encode()


def sent(changes: Changes, **fields: Any) -> dict[str, Any]:
    return json.loads(render(parse(body(**fields)), changes))


@given(unknown, st.text(min_size=1, max_size=20))
def test_a_changed_model_changes_nothing_else_but_that_nothing_is_kept(more, model):
    came = {
        "model": "fast",
        "input": [{"role": "user", "content": "é"}],
        **more,
        "seed": 12345678901234567890123,
    }
    asked = parse(json.dumps(came).encode())
    expected = {**came, "model": model, "store": False}
    assert list(json.loads(render(asked, Changes(model))).items()) == list(expected.items())


@given(unknown)
def test_what_does_not_change_is_the_very_bytes_that_came(more):
    raw = json.dumps({"model": "fast", "input": "hi", "store": False, **more}, indent=1).encode()
    asked = parse(raw)
    assert render(asked, Changes("fast")) is asked.raw


def test_unchanged_values_keep_their_bytes():
    raw = b'{ "input": [ {"role" : "user", "content": "x"} ], "model": "fast", "seed": 1.50e3, "x": "\\u00e9\\/" }'
    assert render(parse(raw), Changes("m", may_store=True)) == (
        b'{"input":[ {"role" : "user", "content": "x"} ],"model":"m","seed":1.50e3,"x":"\\u00e9\\/"}'
    )


# ---------------------------------------------------------------- what a provider keeps


@pytest.mark.parametrize("fields", [{}, {"store": None}])
def test_a_request_that_does_not_say_is_kept_only_where_the_role_allows_it(fields):
    assert sent(Changes("fast"), **fields)["store"] is False
    assert sent(KEEP, **fields) == json.loads(body(**fields))


@pytest.mark.parametrize("store", [True, False])
@pytest.mark.parametrize("may_store", [True, False])
def test_a_request_that_says_is_never_overruled_here(store, may_store):
    """Whether it may is the role's business, judged by the privilege."""
    assert sent(Changes("fast", may_store=may_store), store=store)["store"] is store
    assert parse(body(store=store)).privileges == (("store",) if store else ())


@pytest.mark.parametrize(
    ("fields", "held"),
    [
        ({"previous_response_id": "resp_1"}, ("response", "resp_1", "previous_response_id")),
        ({"conversation": "conv_1"}, ("conversation", "conv_1", "conversation")),
        ({"conversation": {"id": "conv_1"}}, ("conversation", "conv_1", "conversation")),
        ({"prompt": {"id": "pmpt_1"}}, ("prompt", "pmpt_1", "prompt")),
        ({"container": "cntr_1"}, ("container", "cntr_1", "container")),
        ({"input": [{"type": "item_reference", "id": "msg_1"}]}, ("item", "msg_1", "input[0].id")),
        (
            {"tools": [{"type": "file_search", "vector_store_ids": ["vs_1"]}]},
            ("vector_store", "vs_1", "tools[0].vector_store_ids"),
        ),
        (
            {"tools": [{"type": "code_interpreter", "container": "cntr_1"}]},
            ("container", "cntr_1", "tools[0].container"),
        ),
        (
            {
                "input": [
                    {
                        "type": "additional_tools",
                        "tools": [{"type": "code_interpreter", "container": "cntr_1"}],
                    }
                ]
            },
            ("container", "cntr_1", "input[0].tools[0].container"),
        ),
    ],
)
def test_a_reference_to_what_the_provider_keeps_is_held(fields, held):
    assert parse(body(**fields)).held == (held,)


@pytest.mark.parametrize("name", ["previous_response_id", "conversation", "prompt", "container"])
@pytest.mark.parametrize("value", [5, {"variables": {}}, [5], True])
def test_a_reference_names_something(name, value):
    with pytest.raises(BadBody) as refused:
        parse(body(**{name: value}))
    assert refused.value.param == name


@pytest.mark.parametrize("name", ["previous_response_id", "conversation", "prompt", "container"])
def test_a_null_refers_to_nothing(name):
    assert parse(body(**{name: None})).model == "fast"


@pytest.mark.parametrize("stream", [True, False])
def test_an_answer_in_the_background_is_a_privilege(stream):
    assert parse(body(background=True, stream=stream)).privileges == ("background",)


# ---------------------------------------------------------------- limits


@pytest.mark.parametrize(
    ("fields", "cap", "expected"),
    [
        ({}, 100, 100),
        ({"max_output_tokens": None}, 100, 100),
        ({"max_output_tokens": 500}, 100, 100),
        ({"max_output_tokens": 50}, 100, 50),
        ({"max_output_tokens": 50}, None, 50),
    ],
)
def test_a_cap_is_written_where_the_request_sends_none_or_more(fields, cap, expected):
    assert sent(Changes("fast", cap), **fields)["max_output_tokens"] == expected


@pytest.mark.parametrize(
    "name",
    "messages max_tokens max_completion_tokens n_predict functions mcp_servers n n_cmpl best_of models fallbacks".split(),
)
def test_a_field_of_another_api_that_some_server_reads_is_refused(name):
    with pytest.raises(BadBody) as refused:
        parse(body(**{name: 5}))
    assert refused.value.param == name


@pytest.mark.parametrize(
    ("raw", "param"),
    [
        (b'{"model": "fast", "input": {"role": "user"}}', "input"),
        (b'{"model": "fast", "input": 5}', "input"),
        (b'{"model": "fast", "input": ["msg_1"]}', "input"),
        (b'{"input": "x"}', "model"),
        (b'{"model": "fast", "input": "x", "stream": "yes"}', "stream"),
        (b'{"model": "fast", "input": "x", "max_output_tokens": "9"}', "max_output_tokens"),
        (b'{"model": "fast", "input": "x", "tools": {}}', "tools"),
        (b'{"model": "fast", "input": "x", "Store": true}', "store"),
        (b'{"model": "fast", "input": "x", "previousResponseId": "r"}', "previous_response_id"),
        (b'{"model": "fast", "input": "x", "store": false, "store": true}', None),
        (b'{"model": "fast", "input": "x", "metadata": 5}', "metadata"),
    ],
)
def test_what_is_no_such_request_is_refused(raw, param):
    with pytest.raises(BadBody) as refused:
        parse(raw)
    assert refused.value.param == param


@pytest.mark.parametrize("raw", [b'{"model": "fast"}', b'{"model": "fast", "input": null}'])
def test_a_request_without_an_input_is_the_providers_to_judge(raw):
    asked = parse(raw)
    assert render(asked, Changes("fast", may_store=True)) == raw


def test_searches_switched_on_by_a_field_are_tools_of_the_provider():
    asked = parse(body(web_search_options={}, tools=[{"type": "web_search"}]))
    assert asked.hosted_tools == ("web_search", "web_search")


def test_deep_nesting_is_refused_and_not_a_mistake_of_ours():
    for depth in (500, 990, 5000):
        with pytest.raises(BadBody):
            parse(b'{"model":"a","input":' + b"[" * depth + b"]" * depth + b"}")


# ---------------------------------------------------------------- the rest


def test_each_stream_has_a_reader_of_its_own():
    asked = parse(body(stream=True))
    assert read_stream(asked) is not read_stream(asked)


def test_a_problem_in_a_stream_is_an_error_event_that_every_client_knows():
    assert DIALECT.problem_event is not None
    event = DIALECT.problem_event(Problem(Kind.UPSTREAM, "it broke", code="upstream_error"), "req-1")
    name, _, data = event.partition(b"\n")
    said = json.loads(data.removeprefix(b"data: "))
    assert (name, said["type"], said["code"], said["message"]) == (
        b"event: error",
        "error",
        "upstream_error",
        "it broke",
    )
    assert said["error"] == {
        "message": "it broke",
        "type": "server_error",
        "param": None,
        "code": "upstream_error",
    }


def test_the_dialect_says_what_it_is():
    assert (DIALECT.api, DIALECT.family, DIALECT.provider_path, DIALECT.billed) == (
        "responses",
        "openai",
        "/responses",
        True,
    )
