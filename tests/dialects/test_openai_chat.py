"""Chat completions: parse, render."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.interface import BadBody, Changes
from gateway.dialects.openai_chat import DIALECT, parse, render
from gateway.dialects.openai_request import GOVERNED, USUAL

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
unknown = st.dictionaries(
    st.text(max_size=6).map(lambda key: "x." + key) | st.sampled_from(USUAL), values, max_size=5
)


def body(**fields: Any) -> bytes:
    return json.dumps({"model": "fast", "messages": [], **fields}).encode()


def sent(changes: Changes, **fields: Any) -> dict[str, Any]:
    return json.loads(render(parse(body(**fields)), changes))


@given(unknown, st.permutations(["model", "messages", "seed"]), st.text(min_size=1, max_size=20))
def test_a_changed_model_changes_nothing_else(more, order, model):
    known = {"model": "fast", "messages": [{"role": "user", "content": "é"}], "seed": 12345678901234567890123}
    came = {**{name: known[name] for name in order[:2]}, **more, order[2]: known[order[2]]}
    asked = parse(json.dumps(came).encode())
    expected = {**came, "model": model}
    assert list(json.loads(render(asked, Changes(model))).items()) == list(expected.items())


@given(unknown)
def test_what_does_not_change_is_the_very_bytes_that_came(more):
    raw = json.dumps({"model": "fast", "messages": [], **more}, indent=1).encode()
    asked = parse(raw)
    assert render(asked, Changes("fast")) is asked.raw


def test_unchanged_values_keep_their_bytes():
    raw = b'{ "messages": [ {"role" : "user"} ], "model": "fast", "seed": 1.50e3, "x": "\\u00e9\\/" }'
    assert render(parse(raw), Changes("m")) == (
        b'{"messages":[ {"role" : "user"} ],"model":"m","seed":1.50e3,"x":"\\u00e9\\/"}'
    )


def test_a_model_that_needs_escapes_is_written_as_json():
    assert sent(Changes('a"\\\n'))["model"] == 'a"\\\n'


def test_a_plain_request_has_the_ordinary_facts():
    asked = parse(body())
    assert (asked.stream, asked.choices, asked.max_output_tokens, asked.wants_usage) == (
        False,
        1,
        None,
        False,
    )


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": None}, "model"),
        ({"model": ""}, "model"),
        ({"model": 1}, "model"),
        ({"model": "x" * 2000}, "model"),
        ({"messages": None}, "messages"),
        ({"messages": {}}, "messages"),
        ({"messages": "hi"}, "messages"),
        ({"stream": "true"}, "stream"),
        ({"stream": 1}, "stream"),
        ({"n": 0}, "n"),
        ({"n": "2"}, "n"),
        ({"n": 1.5}, "n"),
        ({"best_of": -1}, "best_of"),
        ({"max_tokens": -1}, "max_tokens"),
        ({"max_completion_tokens": "10"}, "max_completion_tokens"),
        ({"n_predict": -1}, "n_predict"),
    ],
)
def test_a_governed_field_of_a_wrong_type_is_refused_by_name(fields, param):
    with pytest.raises(BadBody) as refused:
        parse(body(**fields))
    assert refused.value.param == param


def test_a_body_without_messages_is_refused():
    with pytest.raises(BadBody, match="'messages' is missing"):
        parse(b'{"model":"m"}')


@pytest.mark.parametrize("name", sorted(GOVERNED))
def test_no_governed_field_can_be_smuggled_in_another_case(name):
    with pytest.raises(BadBody):
        parse(body(**{name.title().replace("_", ""): True}))


@pytest.mark.parametrize(
    ("fields", "choices"), [({"n": 3}, 3), ({"n": 2, "best_of": 5}, 5), ({"n_cmpl": 4}, 4), ({"n": None}, 1)]
)
def test_choices_are_what_is_generated(fields, choices):
    assert parse(body(**fields)).choices == choices


@pytest.mark.parametrize(
    ("fields", "cap"),
    [
        ({"max_tokens": 10}, 10),
        ({"max_completion_tokens": 20}, 20),
        ({"max_tokens": 10, "max_completion_tokens": 20}, 20),
        ({"max_tokens": 10, "n_predict": 50}, 50),
        ({"max_tokens": None}, None),
        ({"max_tokens": 0}, 0),
    ],
)
def test_the_highest_cap_counts(fields, cap):
    assert parse(body(**fields)).max_output_tokens == cap


def test_a_cap_is_written_where_none_is_sent():
    assert sent(Changes("fast", 5))["max_completion_tokens"] == 5
    assert sent(Changes("fast", 5, "max_tokens"))["max_tokens"] == 5


def test_a_cap_replaces_each_higher_one_in_its_place():
    changed = sent(Changes("fast", 5), max_tokens=100, max_completion_tokens=4, n_predict=6)
    assert changed == {
        "model": "fast",
        "messages": [],
        "max_tokens": 5,
        "max_completion_tokens": 4,
        "n_predict": 5,
    }


def test_a_lower_cap_of_the_caller_stays():
    asked = parse(body(max_tokens=3))
    assert render(asked, Changes("fast", 5)) is asked.raw


def test_a_cap_that_is_null_counts_as_none():
    assert sent(Changes("fast", 5, "max_tokens"), max_tokens=None)["max_tokens"] == 5


def test_a_stream_is_asked_for_its_usage():
    assert sent(Changes("fast"), stream=True)["stream_options"] == {"include_usage": True}


def test_other_stream_options_stay():
    options = {"include_obfuscation": False, "include_usage": False}
    changed = sent(Changes("fast"), stream=True, stream_options=options)
    assert changed["stream_options"] == {"include_obfuscation": False, "include_usage": True}


def test_a_stream_whose_caller_asks_for_usage_stays_as_it_is():
    asked = parse(body(stream=True, stream_options={"include_usage": True}))
    assert asked.wants_usage
    assert render(asked, Changes("fast")) is asked.raw


def test_what_a_provider_refuses_is_left_out():
    asked = parse(body(stream=True, stream_options={"include_usage": True}))
    changes = Changes("fast", ask_usage=False, refused=frozenset({"stream_options"}))
    assert json.loads(render(asked, changes)) == json.loads(body(stream=True))
    assert asked.wants_usage


def test_what_a_provider_refuses_is_left_out_where_only_the_model_is_another():
    asked = parse(body(seed=1).replace(b'": ', b'":'))
    assert json.loads(render(asked, Changes("small"))) == json.loads(body(model="small", seed=1))
    left_out = render(asked, Changes("small", refused=frozenset({"seed"})))
    assert json.loads(left_out) == json.loads(body(model="small"))


def test_a_provider_that_refuses_stream_options_gets_none():
    asked = parse(body(stream=True))
    assert render(asked, Changes("fast", ask_usage=False)) is asked.raw


def test_an_answer_that_is_not_streamed_is_not_asked_for_usage():
    assert "stream_options" not in sent(Changes("m"))


def test_the_dialect_says_what_it_is():
    assert (DIALECT.api, DIALECT.family, DIALECT.provider_path) == ("chat", "openai", "/chat/completions")
