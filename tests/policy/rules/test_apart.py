from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.match import Facts, Match
from gateway.policy.models.match import MatchEntry
from gateway.policy.rules.apart import apart

NAMES = st.lists(st.sampled_from(["a", "b", "ab", "a*", "*b", "*"]), min_size=1, max_size=2).map(tuple)
ASKED = st.dictionaries(
    st.sampled_from(["team", "user", "role", "tag", "model"]), NAMES, min_size=1, max_size=2
)
MATCHES = st.one_of(
    ASKED,
    ASKED.map(lambda asked: {"not": asked}),
    st.tuples(ASKED, ASKED).map(lambda two: two[0] | {"not": two[1]}),
)
ONE = st.sampled_from([None, "a", "b", "ab", "abb", "c"])
SEVERAL = st.lists(st.sampled_from(["a", "b", "ab", "c"]), max_size=2).map(tuple)
CALLS = st.builds(Facts, team=ONE, user=ONE, model=ONE, roles=SEVERAL, tags=SEVERAL)


def match(value: dict[str, Any]) -> MatchEntry:
    return MatchEntry.model_validate(value)


@given(MATCHES, MATCHES, CALLS)
def test_no_call_is_meant_by_two_that_are_apart(one: dict[str, Any], other: dict[str, Any], call: Facts):
    mine, yours = match(one), match(other)
    assert apart(mine, yours) == apart(yours, mine)
    if Match.of(mine).matches(call) and Match.of(yours).matches(call):
        assert not apart(mine, yours)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"team": "a"}, {"team": "b"}, True),
        ({"team": "a"}, {"team": ("b", "a")}, False),
        ({"role": "a"}, {"role": "b"}, False),
        ({"team": "a"}, {"user": "b"}, False),
        ({"not": {"team": "a"}}, {"team": "a", "user": "b"}, True),
        ({"not": {"team": "a*"}}, {"team": ("ab", "ac")}, True),
        ({"not": {"team": "a", "user": "b"}}, {"team": "a"}, False),
        ({"not": {"network": "10.0.0.0/8"}}, {"network": "10.0.0.0/8"}, False),
    ],
)
def test_what_is_surely_apart_is_known(one: dict[str, Any], other: dict[str, Any], expected: bool):
    assert apart(match(one), match(other)) is expected


def test_what_is_about_every_call_is_apart_from_nothing():
    assert not apart(None, match({"team": "a"}))
