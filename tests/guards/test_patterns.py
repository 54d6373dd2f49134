from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.guards.patterns import Keywords, Patterns


def stretches(found, text: str) -> list[str]:
    return [text[each.start : each.end] for each in found]


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("Project  APOLLO, and apollo.", ["Project  APOLLO", "apollo"]),
        ("apollonia", []),
        ("x apollo apollo", ["apollo", "apollo"]),
        ("ａｐｏｌｌｏ and ap\u200bollo", ["ａｐｏｌｌｏ", "ap\u200bollo"]),
        ("アポロ計画の話", ["アポロ"]),
        ("Crème brûlée! c++", ["Crème brûlée", "c++"]),
        ("apollo_x 1apollo", []),
    ],
)
def test_words_are_found_however_they_are_written_and_only_by_themselves(text: str, there: list[str]):
    words = Keywords(["apollo", "project apollo", "アポロ", "crème brûlée", "c++"])
    assert stretches(words.find(text), text) == there


def test_a_word_with_a_star_has_any_ending():
    assert stretches(Keywords(["diagnos*"]).find("a diagnosis"), "a diagnosis") == ["diagnos"]


def test_what_a_pattern_matches_is_found_whole_whatever_groups_it_has():
    text = "AB-12 and AB-7"
    assert stretches(Patterns([r"(AB)-(\d+)"]).find(text), text) == ["AB-12", "AB-7"]


def test_what_several_patterns_find_together_is_one():
    text = "abcd"
    assert stretches(Patterns(["abc", "bcd"]).find(text), text) == ["abcd"]


@given(st.text(max_size=40), st.sampled_from(["apollo", "Аpollo"]), st.text(max_size=40))
def test_offsets_are_those_of_the_text_as_it_was_given(before: str, word: str, after: str):
    text = f"{before} {word} {after}"
    found = Keywords(["apollo"]).find(text)
    assert any(text[each.start : each.end].endswith("ollo") for each in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
