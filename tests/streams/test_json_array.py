"""A JSON array in pieces: whole items, byte for byte, however it is cut."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Broken
from gateway.streams.json_array import ArraySplitter

ARRAY = b' [ {"a":"]}\\"[{", "b":[1,{"c":"\\\\"}]}\n,\r\n{},[{"d":2}] , {"e":"\xc3\xa9"} ] \r\n'
ITEMS = [b' [ {"a":"]}\\"[{", "b":[1,{"c":"\\\\"}]}', b"\n,\r\n{}", b',[{"d":2}]', b' , {"e":"\xc3\xa9"}']
END = b" ] \r\n"


def split(*pieces: bytes) -> tuple[list[bytes], bytes]:
    splitter = ArraySplitter()
    items = [item for piece in pieces for item in splitter.feed(piece)]
    return items, splitter.end


def test_items_come_whole_with_what_stands_before_them():
    assert split(ARRAY) == (ITEMS, END)


def test_an_array_byte_by_byte_or_cut_anywhere_is_the_same():
    assert split(*[ARRAY[at : at + 1] for at in range(len(ARRAY))]) == (ITEMS, END)
    for place in range(len(ARRAY)):
        assert split(ARRAY[:place], ARRAY[place:]) == (ITEMS, END)


JSON = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside),
    max_leaves=6,
)


@given(st.lists(st.dictionaries(st.text(), JSON, max_size=3), max_size=4), st.booleans(), st.data())
def test_joined_with_the_end_the_items_are_the_array(items, ascii_only, data):
    raw = json.dumps(items, ensure_ascii=ascii_only).encode("utf-8", "replace")
    places = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=5)))
    found, end = split(*[raw[a:b] for a, b in pairwise([0, *places, len(raw)])])
    assert b"".join(found) + end == raw
    assert len(found) == len(items)


def test_an_array_is_closed_by_its_bracket_only():
    splitter = ArraySplitter()
    splitter.feed(b'[{"a":1}')
    assert not splitter.closed
    splitter.feed(b"]")
    assert splitter.closed


def test_an_empty_array_is_all_end():
    assert split(b"[", b"]\n") == ([], b"[]\n")


@pytest.mark.parametrize("raw", [b'{"error":{}}', b'"x"[', b"]", b"x[", b"}"])
def test_what_is_no_array_breaks(raw):
    splitter = ArraySplitter()
    with pytest.raises(Broken):
        splitter.feed(raw + b"{}]" * 3)


def test_an_item_without_end_breaks():
    splitter = ArraySplitter(100)
    with pytest.raises(Broken):
        splitter.feed(b"[{" + b" " * 200)
