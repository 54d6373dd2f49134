from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.globs import Glob, NameSet, overlap

globs = st.text(alphabet="ab*", max_size=6)
names = st.text(alphabet="ab", max_size=8)


def as_pattern(glob: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in glob.split("*")))


@given(globs.filter(lambda glob: "*" in glob), names)
def test_a_glob_matches_what_its_regular_expression_matches(glob: str, name: str):
    assert Glob.of(glob).matches(name) == bool(as_pattern(glob).fullmatch(name))


@given(st.lists(globs, max_size=3), names)
def test_a_set_holds_what_one_of_its_entries_matches(entries: list[str], name: str):
    assert (name in NameSet.of(entries)) == any(as_pattern(entry).fullmatch(name) for entry in entries)


def test_nothing_but_a_star_is_special():
    assert not Glob.of("a?[b]*").matches("axb")
    assert Glob.of("a?[b]*").matches("a?[b]c")


@pytest.mark.parametrize("name", ["claude", "claude-", "xclaude-1"])
def test_a_beginning_must_fit_whole(name: str):
    assert Glob.of("claude-*").matches(name) == (name == "claude-")


SHORT = ["".join(letters) for length in range(6) for letters in product("ab", repeat=length)]


@given(st.text(alphabet="ab*", max_size=4), st.text(alphabet="ab*", max_size=4))
def test_two_globs_overlap_if_one_name_is_matched_by_both(one: str, other: str):
    shared = any(as_pattern(one).fullmatch(name) and as_pattern(other).fullmatch(name) for name in SHORT)
    longest = len(one) + len(other)
    assert overlap(one, other) == overlap(other, one)
    assert overlap(one, other) >= shared
    if longest <= 5:
        assert overlap(one, other) == shared


def test_a_hostile_name_costs_little():
    assert not Glob.of("*a*a*a*a*a*a*a*b").matches("a" * 100_000)


def test_the_longest_beginning_is_the_most_specific():
    ordered = sorted(["*", "a*", "ab*", "a*c", "ab*c"], key=lambda text: Glob.of(text).specificity)
    assert ordered == ["*", "a*", "a*c", "ab*", "ab*c"]
