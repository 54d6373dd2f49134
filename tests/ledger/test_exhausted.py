"""Refusals that are remembered: never longer than they would come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.ledger.book import Book
from gateway.ledger.demand import Refusal
from gateway.ledger.exhausted import Exhausted
from gateway.ledger.operations import Cancel, Refused, Settle, Taken
from gateway.ledger.refusals import refusal as refusal_of
from tests.ledger.drawn import demand

REQUESTS = demand("requests", 1, most=5)


def after_one(refusal: Refusal, **how: int) -> Exhausted:
    exhausted = Exhausted(**{"late_ms": 0, **how})
    exhausted.remember(refusal, 1000)
    return exhausted


def test_nothing_is_known_at_first():
    assert not Exhausted()
    assert Exhausted().known([REQUESTS], 0) is None


def test_who_comes_back_too_early_hears_how_long_it_still_takes():
    exhausted = after_one(Refusal(REQUESTS, 0, 500))
    assert exhausted
    assert exhausted.known([REQUESTS], 1499) == Refusal(REQUESTS, 0, 1)


def test_who_comes_back_in_time_asks_and_nothing_is_known_any_more():
    exhausted = after_one(Refusal(REQUESTS, 0, 500))
    assert exhausted.known([REQUESTS], 1500) is None
    assert not exhausted


def test_what_arrived_late_is_known_for_less():
    exhausted = after_one(Refusal(REQUESTS, 0, 500), late_ms=100)
    assert exhausted.known([REQUESTS], 1399) == Refusal(REQUESTS, 0, 1)
    assert exhausted.known([REQUESTS], 1400) is None
    assert not after_one(Refusal(REQUESTS, 0, 100), late_ms=100)


def test_what_others_may_give_back_is_believed_for_a_while_and_told_in_full():
    exhausted = after_one(Refusal(REQUESTS, 0, 60_000), most_ms=1_000)
    assert exhausted.known([REQUESTS], 1999) == Refusal(REQUESTS, 0, 59_001)
    assert exhausted.known([REQUESTS], 2000) is None


def test_what_was_given_back_is_asked_for_again():
    exhausted = after_one(Refusal(REQUESTS, 0, 500))
    exhausted.forget([demand("requests", 1, most=5, scope="ben")])
    assert exhausted.known([REQUESTS], 1000) is not None
    exhausted.forget([REQUESTS])
    assert not exhausted


def test_another_scope_asks():
    exhausted = after_one(Refusal(REQUESTS, 0, 500))
    assert exhausted.known([demand("requests", 1, most=5, scope="ben")], 1000) is None


def test_an_entry_that_was_raised_is_asked_again():
    exhausted = after_one(Refusal(REQUESTS, 0, 500))
    assert exhausted.known([demand("requests", 1, most=6)], 1000) is None


def test_an_entry_that_only_warns_refuses_nobody():
    exhausted = after_one(Refusal(REQUESTS, 0, 500))
    assert exhausted.known([demand("requests", 1, most=5, exceeded="warn")], 1000) is None


@pytest.mark.parametrize(
    "refusal",
    [
        Refusal(demand("tokens", 9, most=5), 0, 500),
        Refusal(demand("budget", 9, most=5), 0, 500),
        Refusal(demand("concurrent", 1, most=5), 0, 0),
        Refusal(REQUESTS, 0, 0, unavailable=True),
        Refusal(REQUESTS, 0, -1),
    ],
)
def test_what_may_come_free_before_its_time_is_not_remembered(refusal: Refusal):
    assert not after_one(refusal)


def test_a_flood_of_scopes_takes_no_more_room_than_there_is():
    exhausted = Exhausted()
    for number in range(20_001):
        exhausted.remember(Refusal(demand("requests", 1, most=5, scope=str(number)), 0, 500), 0)
    assert len(exhausted._until_ms) <= 10_000


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "ask", "ask", "cancel", "settle"]), st.sampled_from([0, 0, 5, 20, 300])
    ),
    min_size=10,
    max_size=60,
)


@given(STEPS)
def test_what_is_refused_from_memory_the_ledger_would_refuse(steps: list[tuple[str, int]]):
    book, exhausted, now_ms, open_ = Book(blank=True), Exhausted(late_ms=1), 1_000_000, list[str]()
    wanted = (demand("requests", 1, most=2, span_ms=1_000),)
    for number, (what, later_ms) in enumerate(steps):
        now_ms += later_ms
        if what != "ask":
            if open_:
                ends = open_.pop()
                book.apply(Cancel(ends) if what == "cancel" else Settle(ends, 0, 0), now_ms, now_ms)
                if what == "cancel":
                    exhausted.forget(wanted)
            continue
        known = exhausted.known(wanted, now_ms)
        answer = book.reserve(f"c{number}", (wanted,), now_ms, now_ms)
        if isinstance(answer, Taken):
            assert known is None
            open_.append(f"c{number}")
        else:
            assert isinstance(answer, Refused)
            exhausted.remember(refusal_of((wanted,), answer), now_ms)
