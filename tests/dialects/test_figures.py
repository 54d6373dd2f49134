"""Figures of providers: what fits is kept, what does not is left out."""

from __future__ import annotations

import pytest
from msgspec import Struct

from gateway.dialects.figures import MOST_TOKENS, Tokens, plausible, salvaged, utf8_bytes, word
from gateway.usage import Usage


class Part(Struct):
    a: Tokens = None


class Whole(Struct):
    a: Tokens = None
    b: Tokens = None
    part: Part | None = None


@pytest.mark.parametrize("junk", [-1, 1.0, "1", True, None, [], {}, MOST_TOKENS + 1, 10**30])
def test_a_figure_that_is_no_plausible_count_is_left_out(junk):
    assert salvaged({"a": junk, "b": 2}, Whole) == Whole(b=2)


def test_a_nested_object_with_junk_is_left_out():
    assert salvaged({"b": 2, "part": {"a": "x"}}, Whole) == Whole(b=2)


def test_what_fits_is_kept():
    assert salvaged({"a": 1, "part": {"a": 3}, "more": 9}, Whole) == Whole(a=1, part=Part(a=3))


@pytest.mark.parametrize("told", [None, 1, "x", [], True])
def test_what_is_no_object_has_no_figures(told):
    assert salvaged(told, Whole) is None


@pytest.mark.parametrize(
    ("value", "kept"), [("flex", "flex"), ("", None), ("x" * 33, None), (1, None), (None, None)]
)
def test_a_word_is_a_short_string(value, kept):
    assert word(value) == kept


@pytest.mark.parametrize(("value", "size"), [("abc", 3), ("é€😀", 9), ("\ud800", 3), (None, 0), ([1], 0)])
def test_text_is_counted_in_utf8(value, size):
    assert utf8_bytes(value) == size


def test_a_total_is_plausible_up_to_the_most_tokens():
    assert plausible(Usage(MOST_TOKENS, MOST_TOKENS)) == Usage(MOST_TOKENS, MOST_TOKENS)
    assert plausible(Usage(MOST_TOKENS + 1)) is None
    assert plausible(Usage(1, MOST_TOKENS + 1)) is None
