"""Bodies as members: what is ambiguous is refused, what is not survives byte by byte."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from gateway.dialects.body import (
    Names,
    anything,
    count,
    few_items,
    flag,
    is_null,
    items,
    joined,
    members,
    require_list,
    required_model,
    required_text,
    text,
    with_model,
)
from gateway.dialects.interface import BadBody, ModelMissing

NAMES = Names(("model", "max_tokens", "stream", "n"), ("temperature",))

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
keys = st.text(max_size=8).map(lambda key: "x" + key)
objects = st.dictionaries(keys, values, max_size=6)
layouts = st.sampled_from([{"separators": (",", ":")}, {}, {"indent": 2}, {"separators": (" , ", " : ")}])


@given(objects, layouts, st.booleans())
def test_members_joined_are_json_equal_and_in_order(value, layout, ascii_only):
    raw = json.dumps(value | {"x": 1}, ensure_ascii=ascii_only, **layout).encode("utf-8", "surrogatepass")
    try:
        raw.decode()
    except UnicodeDecodeError:
        return
    found = members(raw, NAMES)
    assert list(json.loads(joined(found)).items()) == list(json.loads(raw).items())


@given(objects, keys, values, layouts, st.data())
def test_a_repeated_member_is_always_found(value, name, other, layout, data):
    pairs = [*value.items(), (name, other)]
    twice = data.draw(st.sampled_from(pairs))
    pairs.insert(data.draw(st.integers(0, len(pairs))), (twice[0], data.draw(values)))
    if len({key for key, _ in pairs}) == len(pairs):
        return
    comma, colon = layout.get("separators", (", ", ": "))
    raw = "{" + comma.join(json.dumps(key) + colon + json.dumps(item, **layout) for key, item in pairs) + "}"
    with pytest.raises(BadBody, match="twice"):
        members(raw.encode(), NAMES)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"model":"a","model":"b"}',
        b'{"model":"aaaaaaaaaaaaaaa","model":"b"}',
        b'{"model":"b" ,"model":"aaaaaaaaaaaaaaa"}',
        b'{ "model": "a", "x": {"model": 1}, "model": "b" }',
        b'{"mod\\u0065l":"a","model":"b"}',
        b'{"a":{"x":1,"b":2},"b":2, "a":{"x":1}}',
    ],
)
def test_a_member_named_twice_is_refused(raw):
    with pytest.raises(BadBody, match="twice"):
        members(raw, NAMES)


def test_a_name_written_with_escapes_is_read():
    assert bytes(members(b'{"mod\\u0065l": 1, "x": 2}', NAMES)["model"]) == b"1"


@pytest.mark.parametrize(
    "name", ["Model", "MODEL", "maxTokens", "max-tokens", "MAX_TOKENS", "\u017ftream", "N", "_n"]
)
def test_a_look_alike_of_a_governed_name_is_refused(name):
    with pytest.raises(BadBody, match="did you mean"):
        members(json.dumps({"model": "a", name: 1}).encode(), NAMES)


def test_a_look_alike_of_an_ungoverned_name_passes():
    assert list(members(b'{"Temperature":1,"temperature":2}', NAMES)) == ["Temperature", "temperature"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"{",
        b'{"a":1}}',
        b'{"a":1,}',
        b'{"a":NaN}',
        b'{"a":01}',
        b'{"a":"\\ud800"}',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":"\xff"}',
        b'{"\xff":1}',
        '{"a":1}'.encode("utf-16"),
        b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a":' + b'{"a":' * 100_000,
    ],
)
def test_what_is_no_json_object_is_refused_in_one_sentence(raw):
    with pytest.raises(BadBody) as refused:
        members(raw, NAMES)
    assert 0 < len(str(refused.value)) < 200


def test_a_fault_inside_a_member_names_that_member():
    with pytest.raises(BadBody, match="'tools'") as refused:
        members(b"[]", NAMES, "tools")
    assert refused.value.param == "tools"


def test_white_space_around_a_value_is_not_part_of_it():
    assert {name: bytes(raw) for name, raw in members(b' {"a" : [1, 2] ,\n"b":1e2 } ', NAMES).items()} == {
        "a": b"[1, 2]",
        "b": b"1e2",
    }


def test_an_empty_object_has_no_members():
    assert members(b"{ }", NAMES) == {}


def test_text_is_none_where_it_is_absent_null_or_empty():
    fields = members(b'{"a":"x","b":null,"c":""}', NAMES)
    assert [text(fields, name) for name in "abcd"] == ["x", None, None, None]


def test_text_of_another_type_or_too_long_is_refused():
    fields = members(b'{"a":1,"b":"xxxx"}', NAMES)
    for name in "ab":
        with pytest.raises(BadBody) as refused:
            text(fields, name, longest=3)
        assert refused.value.param == name


def test_required_text_says_what_is_missing():
    with pytest.raises(BadBody, match="'model' is missing") as refused:
        required_text({}, "model")
    assert refused.value.param == "model"


@pytest.mark.parametrize(
    ("raw", "named"),
    [
        (b"{}", b'{"model":"a \\" b"}'),
        (b' { "x" : [1, 2.50],\n"y":{} } ', b' {"model":"a \\" b", "x" : [1, 2.50],\n"y":{} } '),
        (b'{"x":1e2,"model":null,"y":2}', b'{"x":1e2,"model":"a \\" b","y":2}'),
        (b'{"model":""}', b'{"model":"a \\" b"}'),
    ],
)
def test_a_body_without_a_model_is_given_one_and_else_stays(raw, named):
    with pytest.raises(ModelMissing) as missing:
        required_model(members(raw, NAMES))
    assert with_model(raw, missing.value.fields, 'a " b') == named


def test_a_flag_is_true_only_for_true():
    fields = members(b'{"a":true,"b":false,"c":null}', NAMES)
    assert [flag(fields, name) for name in "abcd"] == [True, False, False, False]


@pytest.mark.parametrize("raw", [b'{"a":1}', b'{"a":"true"}', b'{"a":[]}'])
def test_a_flag_of_another_type_is_refused(raw):
    with pytest.raises(BadBody, match="true or false"):
        flag(members(raw, NAMES), "a")


@pytest.mark.parametrize("raw", [b"-1", b"0", b"1.0", b'"5"', b"true", b"1e3", b"99999999999999999999"])
def test_a_count_that_is_none_is_refused(raw):
    with pytest.raises(BadBody) as refused:
        count(members(b'{"n":' + raw + b"}", NAMES), "n", least=1)
    assert refused.value.param == "n"


def test_a_count_may_be_absent_or_null():
    assert (count({}, "n", least=1), count(members(b'{"n":null}', NAMES), "n", least=1)) == (None, None)


def test_the_items_of_null_are_none():
    fields = members(b'{"a":null,"b":[1, "x"]}', NAMES)
    assert [[bytes(item) for item in items(fields[name], name)] for name in "ab"] == [[], [b"1", b'"x"']]


@pytest.mark.parametrize("raw", [b"{}", b'{"a":null}', b'{"a":{}}', b'{"a":"[]"}'])
def test_a_required_list_must_be_there_and_a_list(raw):
    with pytest.raises(BadBody, match="'a'"):
        require_list(members(raw, NAMES), "a")


def test_null_is_as_good_as_absent():
    fields = members(b'{"a":null,"b":"null","c":true}', NAMES)
    assert [is_null(fields.get(name)) for name in "abcd"] == [True, False, False, True]


@pytest.mark.parametrize("raw", [b"1" * 5000, b"1e999", b'{"a":[1e999]}', b"[" * 100_000 + b"]" * 100_000])
def test_a_value_that_python_can_not_hold_is_a_bad_body(raw):
    with pytest.raises(BadBody):
        anything(Raw(raw))


@pytest.mark.parametrize("padding", [0, 2**21])
@pytest.mark.parametrize("gap", [b"", b" "])
def test_a_body_of_too_many_members_is_refused_whatever_its_size(padding, gap):
    tiny = b"".join(b',%s"k%d":0' % (gap, n) for n in range(1023))
    body = b'{"x":"' + b"x" * padding + b'"' + tiny
    assert len(members(body + b"}", NAMES)) == 1024
    with pytest.raises(BadBody, match="the body has more than 1024 members"):
        members(body + b',"one":0}', NAMES)


def test_a_large_body_of_many_members_is_not_read_to_its_end():
    """What comes after the first member too many is no JSON, and nobody notices."""
    with pytest.raises(BadBody, match="more than 1024 members"):
        members(b"{" + b'"a":0,' * 1025 + b"x" * 2**21, NAMES)


def test_a_long_list_is_refused_by_its_length_alone():
    with pytest.raises(BadBody, match="'a' is longer than 4194304 bytes"):
        few_items(Raw(b"[" + b"x" * 2**22), "a")


def test_a_list_has_4096_items_at_most():
    assert len(few_items(Raw(b"[" + b"1," * 4095 + b"1]"), "a")) == 4096
    with pytest.raises(BadBody, match="'a' has more than 4096 items"):
        few_items(Raw(b"[" + b"1," * 4096 + b"1]"), "a")


def test_a_long_name_is_walked_like_any_other():
    name = b"x" * 2**20
    assert list(members(b'{ "' + name + b'" : 1 }', NAMES)) == [name.decode()]
