from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.nodes import data
from gateway.policy.sources import Source
from gateway.policy.yaml_nodes import MAX_DEPTH, parse
from tests.policy.folder import tree


def said(text: str) -> list[str]:
    return [str(fault).removeprefix("f:") for fault in parse(Source("f", text))[1]]


def test_a_file_is_maps_lists_and_scalars():
    assert data(tree("a:\n  - b\n  - {c: 1, d: true}\n")) == {"a": ("b", {"c": 1, "d": True})}


@given(
    st.recursive(
        st.booleans()
        | st.integers(-(10**9), 10**9)
        | st.text(st.characters(categories=["L", "N", "P", "S"]) | st.just(" ")),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.text(st.characters(categories=["L"])), inner, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_json_is_read_as_what_it_is(value: object):
    def plain(read: object) -> object:
        match read:
            case dict():
                return {key: plain(member) for key, member in read.items()}
            case tuple():
                return [plain(member) for member in read]
        return read

    text = json.dumps({"root": value}, ensure_ascii=False)
    assert plain(data(tree(text))) == {"root": value}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\na: 3\n", ["3:1: `a` stands here twice: first at f:1:1, keep one of them"]),
        ("a: {b: 1, b: 2}\n", ["1:11: `b` stands here twice: first at f:1:5, keep one of them"]),
        ("a: *b\n", ['1:4: aliases are no part of the policy language; if text is meant, quote this: "*b"']),
        ("a: &b c\n", ["1:4: anchors are no part of the policy language: remove &b"]),
        ("a: &b\n  c: d\n", ["1:4: anchors are no part of the policy language: remove &b"]),
        ("a: !!str c\n", ["1:4: tags are no part of the policy language: remove !!str"]),
        ("<<: {a: b}\n", ["1:1: << (merge) is no part of the policy language: write out what it would bring"]),
        ("[a]: b\n", ["1:1: expected a name before the colon, found a list: quote it if text is meant"]),
        ("1: b\n", ['1:1: expected a name before the colon, found `1`, which YAML takes for another kind of value; quote this: "1"']),
        ("? \n: b\n", ["1:2: expected a name before the colon, found nothing"]),
        ("a:\nb: c\n", ["1:1: nothing stands after `a:`; expected a value ({} is an empty map, [] an empty list)"]),
        ("a: null\n", ["1:1: nothing stands after `a:`; expected a value ({} is an empty map, [] an empty list)"]),
        ("a:\n  - b\n  -\n", ["3:4: expected a value in this list, found nothing: remove it, or quote it if it is text"]),
        ("a: b\n---\nc: d\n", ["2:1: a second document begins here: one file holds one, remove the --- or split it"]),
        ("%YAML 1.1\n---\na: b\n", ["1:1: % directives are no part of the policy language: remove this line"]),
        ("", ["1:1: nothing stands in this file: fill it in, or remove it"]),
        ("# only this\n", ["1:1: nothing stands in this file: fill it in, or remove it"]),
        ("a: *b\nc: *d\n", [
            '1:4: aliases are no part of the policy language; if text is meant, quote this: "*b"',
            '2:4: aliases are no part of the policy language; if text is meant, quote this: "*d"',
        ]),
    ],
)  # fmt: skip
def test_what_yaml_can_do_and_a_policy_can_not_say_is_a_fault(text: str, expected: list[str]):
    assert said(text) == expected


@pytest.mark.parametrize(
    "text", ["---\na: b\n", "a: b\n...\n", "a: b\r\n", '"a": b', "a: 'it''s'\n", "<: b\n", '"<<": b\n'][:6]
)
def test_what_is_harmless_is_no_fault(text: str):
    assert said(text) == []


def test_the_first_of_two_is_kept():
    assert data(parse(Source("f", "a: 1\na: 2\n"))[0] or tree("x: y")) == {"a": 1}


@pytest.mark.parametrize("opening", ["[", "{a: "])
def test_nesting_has_a_limit(opening: str):
    deep = "a: " + opening * (MAX_DEPTH + 1)
    assert said(deep) == [f"1:{4 + len(opening) * (MAX_DEPTH - 1)}: expected at most 32 levels of nesting"]


def test_a_very_deep_file_is_refused_at_once():
    assert len(said("[" * 500_000)) == 1
