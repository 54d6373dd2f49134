"""Which entries are about a call, and what is remembered of that."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gateway.policy.entries import Entry
from gateway.policy.match import Facts
from gateway.policy.scopes import Scopes, about
from tests.ledger.declared import budget, limit

CALL = Facts(team="support", user="anna", key="k1", model="fast", provider="openai", target="openai/gpt")
DAY_MS = 86_400_000
OF_ALL_KINDS: tuple[Entry, ...] = (
    *limit(name="by-key", per=["key"], requests="1/minute", concurrent=2),
    *limit(name="by-target", per=["target"], requests="1/minute"),
    *limit(name="by-model", match={"model": "fast"}, requests="1/minute"),
    budget(name="support", match={"team": "support"}, per=["user"], on_exceeded={"downgrade": "local"}),
    budget(name="others", match={"not": {"team": "support"}}, per=["end_user"], period="day"),
)
NAMES = st.sampled_from([None, "support", "anna", "fast", "other"])
CALLS = st.builds(
    Facts, team=NAMES, user=NAMES, key=st.sampled_from(["k1", "k2"]), model=NAMES, end_user=NAMES
)


def said(
    entries: tuple[Entry, ...], facts: Facts, counted: Facts, again: bool, elsewhere: bool
) -> list[object]:
    found = about(entries, facts, counted, again=again, elsewhere=elsewhere)
    return [(each.entry.id, each.scope, each.at(5)) for each in found]


@given(st.lists(st.tuples(CALLS, CALLS, st.booleans(), st.booleans()), min_size=1, max_size=20))
def test_what_is_remembered_is_what_would_be_found(calls: list[tuple[Facts, Facts, bool, bool]]):
    scopes = Scopes(OF_ALL_KINDS)
    for facts, counted, again, elsewhere in calls * 2:
        found = scopes.about(facts, counted, again=again, elsewhere=elsewhere)
        expected = said(OF_ALL_KINDS, facts, counted, again, elsewhere)
        assert [(each.entry.id, each.scope, each.at(5)) for each in found] == expected


def test_calls_with_the_same_facts_share_what_was_found():
    scopes = Scopes(OF_ALL_KINDS)
    assert scopes.about(CALL, CALL) is scopes.about(replace(CALL), replace(CALL))


@pytest.mark.parametrize("match", [{"network": "10.0.0.0/8"}, {"hours": {"days": "mon"}}])
def test_where_each_call_has_facts_of_its_own_nothing_is_remembered(match: dict[str, object]):
    scopes = Scopes(limit(requests="1/minute", match=match))
    monday = replace(CALL, address=ip_address("10.1.2.3"), at=datetime(2026, 11, 23, 12, tzinfo=UTC))
    assert len(scopes.about(monday, CALL)) == 1
    assert scopes.about(monday, CALL) is not scopes.about(monday, CALL)
    assert scopes.about(CALL, CALL) == ()


def test_what_is_remembered_is_bounded():
    scopes = Scopes(OF_ALL_KINDS)
    for number in range(10_000):
        scopes.about(replace(CALL, key=f"k{number}"), CALL)
    assert len(scopes._known or ()) <= 4096


def test_a_counter_is_named_anew_in_each_period_and_the_same_within_it():
    (found,) = about([budget(period="day", per=["team"])], CALL, CALL)
    first, period = found.at(0)
    assert found.at(DAY_MS - 1) == (first, period)
    assert found.at(DAY_MS)[0] != first
    assert found.at(0) == (first, period)


def test_only_what_an_entry_depends_on_is_asked_for():
    scopes = Scopes(OF_ALL_KINDS)
    assert scopes.asks == {"key", "target", "model", "team", "user", "end_user"}
    assert scopes.downgrades
    assert not Scopes(limit(requests="1/minute")).downgrades
