"""The book in memory, against a plain model; and fact by fact what a book does, in memory and in Redis."""

from __future__ import annotations

import pytest

from gateway.ledger.book import TOMBSTONE_MS, Book
from gateway.ledger.demand import Short
from gateway.ledger.operations import (
    Adopt,
    Answer,
    Cancel,
    Done,
    Extend,
    Gone,
    Operation,
    Passed,
    Prime,
    Refused,
    Reserve,
    Settle,
    Settled,
    Spent,
    Taken,
    Unprimed,
)
from tests.ledger.boards import START_MS, Board, MemoryBoard
from tests.ledger.drawn import HOUR_MS, MINUTE_MS, demand
from tests.ledger.model import check


def test_the_ledger_in_memory_holds_what_the_model_holds():
    check(MemoryBoard, examples=50, steps=40)


REQUESTS = demand("requests", 1, most=2)
TOKENS = demand("tokens", 10, most=15)
SLOT = demand("concurrent", 1, most=1)
BUDGET = demand("budget", 60, most=100)


@pytest.fixture
def ledger(board: Board) -> Board:
    """All entries were counted before."""
    board.apply([Prime(each, 0) for each in (REQUESTS, TOKENS, SLOT, BUDGET)])
    return board


def one(board: Board, operation: Operation) -> Answer:
    return board.apply([operation])[0]


def test_all_or_nothing_is_taken(ledger: Board):
    """The second is short of the budget alone, and takes no request either."""
    assert one(ledger, Reserve("a", ((REQUESTS, BUDGET),))) == Taken(0, ())
    assert one(ledger, Reserve("b", ((REQUESTS, BUDGET),))) == Refused(0, (Short(1, 40, HOUR_MS),))
    assert one(ledger, Reserve("c", ((REQUESTS,),))) == Taken(0, ())


def test_a_refusal_says_what_is_short_and_until_when(ledger: Board):
    one(ledger, Reserve("a", ((REQUESTS, TOKENS, SLOT, BUDGET),)))
    ledger.now_ms += 100
    assert one(ledger, Reserve("b", ((REQUESTS, TOKENS, SLOT, BUDGET),))) == Refused(
        0, (Short(1, 5, 61_100), Short(2, 0, 0), Short(3, 40, HOUR_MS - 100))
    )


def test_more_than_an_entry_ever_allows_never_fits(ledger: Board):
    assert one(ledger, Reserve("a", ((demand("tokens", 16, most=15),),))) == Refused(0, (Short(0, 15, -1),))


def test_a_fallen_amount_leaves_nothing_and_not_less(ledger: Board):
    one(ledger, Reserve("a", ((BUDGET,),)))
    assert one(ledger, Reserve("b", ((demand("budget", 1, most=50),),))) == Refused(
        0, (Short(0, 0, HOUR_MS),)
    )


def test_what_was_not_used_goes_back(ledger: Board):
    one(ledger, Reserve("a", ((TOKENS, SLOT, BUDGET),)))
    assert one(ledger, Settle("a", 30, 4)) == Settled((Spent(BUDGET.key, 30, 0),))
    assert one(ledger, Reserve("b", ((TOKENS, SLOT, BUDGET),))) == Taken(0, ())


def test_a_request_that_was_made_stays_counted(ledger: Board):
    for call in ("a", "b"):
        one(ledger, Reserve(call, ((REQUESTS,),)))
        one(ledger, Settle(call, 0, 0))
    assert isinstance(one(ledger, Reserve("c", ((REQUESTS,),))), Refused)


def test_a_cancelled_reservation_takes_nothing(ledger: Board):
    for call in ("a", "b", "c"):
        assert one(ledger, Reserve(call, ((REQUESTS, TOKENS, SLOT, BUDGET),))) == Taken(0, ())
        one(ledger, Cancel(call))


def test_an_overrun_is_spent_and_told_and_blocks(ledger: Board):
    """Even what costs nothing: nobody knows any more what a call may cost."""
    one(ledger, Reserve("a", ((BUDGET,),)))
    assert one(ledger, Settle("a", 130, 0)) == Settled((Spent(BUDGET.key, 130, 70),))
    assert isinstance(one(ledger, Reserve("b", ((demand("budget", 0, most=100),),))), Refused)


def test_more_tokens_than_were_held_count_from_now_on(ledger: Board):
    one(ledger, Reserve("a", ((TOKENS,),)))
    ledger.now_ms += 30_000
    one(ledger, Settle("a", 0, 14))
    ledger.now_ms += 32_000
    assert isinstance(one(ledger, Reserve("b", ((demand("tokens", 12, most=15),),))), Refused)
    assert one(ledger, Reserve("c", ((demand("tokens", 11, most=15),),))) == Taken(0, ())


def test_the_next_choice_is_taken_where_all_that_is_short_says_so(ledger: Board):
    big = demand("budget", 101, most=100, exceeded="downgrade")
    assert one(ledger, Reserve("a", ((big, REQUESTS), (REQUESTS,)))) == Taken(1, ())


def test_the_next_choice_is_not_tried_where_something_else_is_short_too(ledger: Board):
    one(ledger, Reserve("a", ((SLOT,),)))
    big = demand("budget", 101, most=100, exceeded="downgrade")
    refused = one(ledger, Reserve("b", ((big, SLOT), (REQUESTS,))))
    assert isinstance(refused, Refused)
    assert (refused.choice, len(refused.short)) == (0, 2)


def test_what_only_warns_is_taken_and_told(ledger: Board):
    warning = demand("budget", 101, most=100, exceeded="warn")
    assert one(ledger, Reserve("a", ((REQUESTS, warning),))) == Taken(0, (1,))
    assert one(ledger, Settle("a", 101, 0)) == Settled((Spent(warning.key, 101, 0),))


def test_a_budget_of_another_period_is_not_taken(ledger: Board):
    ledger.now_ms += HOUR_MS
    assert one(ledger, Reserve("a", ((BUDGET,),))) == Passed()


def test_a_settlement_in_the_next_period_is_charged_to_its_own(ledger: Board):
    one(ledger, Reserve("a", ((BUDGET,),)))
    ledger.now_ms += HOUR_MS
    following = demand("budget", 100, most=100, from_ms=START_MS + HOUR_MS, until_ms=START_MS + 2 * HOUR_MS)
    assert one(ledger, Reserve("b", ((following,),))) == Taken(0, ())
    assert one(ledger, Settle("a", 60, 0)) == Settled((Spent(BUDGET.key, 60, 0),))


def test_a_clock_that_goes_back_finds_the_period_that_was(ledger: Board):
    ledger.now_ms += HOUR_MS
    following = demand("budget", 1, most=100, from_ms=START_MS + HOUR_MS, until_ms=START_MS + 2 * HOUR_MS)
    one(ledger, Reserve("a", ((following,),)))
    ledger.now_ms -= 1
    assert one(ledger, Reserve("b", ((BUDGET,),))) == Taken(0, ())
    assert isinstance(one(ledger, Reserve("c", ((BUDGET,),))), Refused)


def test_an_entry_that_is_new_in_mid_period_begins_with_what_was_spent(board: Board):
    """A budget that was renamed too."""
    board.now_ms += 1000
    assert one(board, Reserve("a", ((BUDGET,),))) == Unprimed(0, (0,))
    one(board, Prime(BUDGET, 41))
    assert one(board, Reserve("a", ((BUDGET,),))) == Refused(0, (Short(0, 59, HOUR_MS - 1000),))


def test_a_window_of_a_new_entry_begins_with_what_it_would_have_counted(board: Board):
    assert one(board, Reserve("a", ((REQUESTS,),))) == Unprimed(0, (0,))
    one(board, Prime(REQUESTS, 2))
    assert isinstance(one(board, Reserve("a", ((REQUESTS,),))), Refused)


def test_priming_twice_counts_once(board: Board):
    for _ in range(2):
        one(board, Prime(BUDGET, 40))
    assert one(board, Reserve("a", ((BUDGET,),))) == Taken(0, ())


def test_a_scope_first_seen_when_its_entry_was_long_counted_needs_no_priming(board: Board):
    board.now_ms += 1
    assert one(board, Reserve("a", ((REQUESTS, BUDGET),))) == Unprimed(0, (0, 1))
    board.now_ms = START_MS + HOUR_MS
    other = demand("requests", 1, most=2, scope="ben")
    later = demand("budget", 1, most=1, from_ms=START_MS + HOUR_MS, until_ms=START_MS + 2 * HOUR_MS)
    assert one(board, Reserve("b", ((other, later),))) == Taken(0, ())


def test_an_adopted_hold_is_counted_once_whether_or_not_it_fits(ledger: Board):
    one(ledger, Reserve("a", ((BUDGET,),)))
    for _ in range(2):
        assert one(ledger, Adopt("b", (BUDGET, SLOT))) == Done()
    assert one(ledger, Settle("b", 70, 0)) == Settled((Spent(BUDGET.key, 70, 10),))
    assert one(ledger, Settle("a", 30, 0)) == Settled((Spent(BUDGET.key, 100, 0),))


def test_what_has_ended_is_not_adopted(ledger: Board):
    one(ledger, Reserve("a", ((BUDGET,),)))
    one(ledger, Settle("a", 60, 0))
    assert one(ledger, Adopt("a", (SLOT,))) == Gone()


def test_an_adopted_hold_waits_for_its_counters_to_be_primed(board: Board):
    board.now_ms += 1
    assert one(board, Adopt("a", (SLOT, BUDGET))) == Unprimed(0, (1,))
    one(board, Prime(BUDGET, 30))
    assert one(board, Adopt("a", (SLOT, BUDGET))) == Done()
    assert one(board, Settle("a", 1, 0)) == Settled((Spent(BUDGET.key, 31, 0),))


def test_the_slot_of_a_dead_call_comes_free_and_its_money_does_not(ledger: Board):
    one(ledger, Reserve("a", ((SLOT, BUDGET),)))
    ledger.now_ms += MINUTE_MS - 1
    assert isinstance(one(ledger, Reserve("b", ((SLOT,),))), Refused)
    ledger.now_ms += 1
    assert one(ledger, Reserve("b", ((SLOT,),))) == Taken(0, ())
    assert isinstance(one(ledger, Reserve("c", ((BUDGET,),))), Refused)


def test_the_slot_of_a_call_that_lives_stays_taken(ledger: Board):
    one(ledger, Reserve("a", ((SLOT,),)))
    ledger.now_ms += MINUTE_MS - 1
    one(ledger, Extend("a", MINUTE_MS))
    ledger.now_ms += MINUTE_MS - 1
    assert isinstance(one(ledger, Reserve("b", ((SLOT,),))), Refused)


def test_a_jump_of_the_clock_to_an_earlier_year_forgets_nothing_and_does_not_block_for_long(ledger: Board):
    for call in ("a", "b"):
        one(ledger, Reserve(call, ((REQUESTS,),)))
    ledger.now_ms -= 1000 * HOUR_MS
    again = Reserve("c", ((REQUESTS,),))
    assert one(ledger, again) == Refused(0, (Short(0, 0, 61_200),))
    ledger.now_ms += 61_199
    assert isinstance(one(ledger, again), Refused)
    ledger.now_ms += 1
    assert one(ledger, again) == Taken(0, ())


def test_tokens_above_what_was_held_count_however_long_the_call_took(ledger: Board):
    """And whatever became of the counter in between."""
    one(ledger, Reserve("a", ((TOKENS,),)))
    ledger.now_ms += HOUR_MS // 2
    for call in "bcdefg":
        one(ledger, Reserve(call, ((demand("requests", 1, most=9, scope=call),),)))
    one(ledger, Settle("a", 0, 25))
    assert isinstance(one(ledger, Reserve("z", ((demand("tokens", 1, most=15),),))), Refused)


def test_a_slot_whose_lease_ran_out_is_taken_again_by_a_call_that_lives(ledger: Board):
    one(ledger, Reserve("a", ((SLOT,),)))
    ledger.now_ms += HOUR_MS // 2
    for call in "bcdefg":
        one(ledger, Reserve(call, ((demand("requests", 1, most=9, scope=call),),)))
    one(ledger, Extend("a", MINUTE_MS))
    assert isinstance(one(ledger, Reserve("z", ((SLOT,),))), Refused)
    one(ledger, Settle("a", 0, 0))
    assert one(ledger, Reserve("z", ((SLOT,),))) == Taken(0, ())


def test_an_end_is_remembered_for_a_minute_after_the_last_one_and_costs_no_search():
    book = Book(blank=True)
    for id_, at_ms in (("a", 0), ("b", 1), ("a", 30_000)):
        book.apply(Cancel(id_), at_ms, at_ms)
    book.apply(Cancel("c"), TOMBSTONE_MS + 1, TOMBSTONE_MS + 1)
    assert [*book._ended] == ["a", "c"]
    assert len(book._forgotten) == 2
