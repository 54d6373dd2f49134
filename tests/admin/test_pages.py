"""Cursors lead back to their place, and nothing else is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.admin.pages import after, cursor, number
from gateway.errors import Kind, Refused

words = st.text(st.characters(categories=("L", "N", "P")), max_size=30)


@given(words, words)
def test_a_cursor_leads_back_to_its_place(first: str, second: str):
    assert after(cursor(first, second), 2) == (first, second)


def test_without_a_cursor_a_list_begins():
    assert after(None, 2) is None


@pytest.mark.parametrize(
    "text", ["", "0", "%", "é", "AAAA", "A" * 3000, cursor("a"), cursor("a", "b", "c"), cursor("a", "b\x00")]
)
def test_what_is_no_cursor_of_this_list_is_refused(text: str):
    with pytest.raises(Refused) as refused:
        after(text, 2)
    assert (refused.value.problem.kind, refused.value.problem.param) == (Kind.INVALID_REQUEST, "cursor")


@given(st.text(max_size=40))
def test_whatever_is_sent_as_a_cursor_is_a_place_or_refused(text: str):
    try:
        found = after(text, 2)
    except Refused:
        return
    assert found is not None
    assert len(found) == 2


def test_a_number_in_a_place_is_read():
    assert number("1800000000000") == 1_800_000_000_000


@pytest.mark.parametrize("part", ["", "-1", "1.5", "१", "9" * 19, "x"])
def test_what_is_no_number_is_no_cursor(part: str):
    with pytest.raises(Refused):
        number(part)
