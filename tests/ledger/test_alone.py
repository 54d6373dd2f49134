"""What a process decides without the store."""

from __future__ import annotations

from gateway.ledger.alone import Alone
from gateway.ledger.demand import Charge, Hold, Refusal
from tests.ledger.boards import START_MS
from tests.ledger.drawn import demand

LOCAL = demand("requests", 1, most=10, on_failure="local")
BLOCKING = demand("budget", 1, most=100, on_failure="block")
OPEN = demand("budget", 1000, most=100, on_failure="allow")


def decide(
    alone: Alone, *choices, processes: int = 1, id_: str = "a", at_ms: int = START_MS
) -> Hold | Refusal:
    return alone.reserve(id_, choices, processes, at_ms, at_ms)


def test_an_entry_that_blocks_refuses_and_says_that_the_store_is_missing():
    assert decide(Alone(), (OPEN, LOCAL, BLOCKING)) == Refusal(BLOCKING, 0, 0, unavailable=True)


def test_an_entry_that_allows_is_left_out():
    assert decide(Alone(), (OPEN,)) == Hold("a", 0, (OPEN,))


def test_a_choice_without_an_entry_that_blocks_is_taken_instead():
    assert decide(Alone(), (BLOCKING,), (LOCAL,)) == Hold("a", 1, (LOCAL,))


def test_a_share_is_rounded_down():
    alone = Alone()
    decided = [decide(alone, (LOCAL,), processes=4, id_=str(number)) for number in range(3)]
    assert [isinstance(each, Hold) for each in decided] == [True, True, False]


def test_a_share_of_nothing_refuses():
    refused = decide(Alone(), (LOCAL,), processes=11)
    assert isinstance(refused, Refusal)
    assert refused.left == 0


def test_what_the_store_took_before_counts_in_the_share():
    alone = Alone()
    for number in range(3):
        alone.remember(Hold(f"before-{number}", 0, (LOCAL, BLOCKING)), START_MS, START_MS)
    assert isinstance(decide(alone, (LOCAL,), processes=3), Refusal)


def test_what_is_settled_or_cancelled_comes_free():
    alone = Alone()
    slot = demand("concurrent", 1, most=1, on_failure="local")
    assert isinstance(decide(alone, (slot,), id_="a"), Hold)
    alone.settle("a", Charge(0, 0), START_MS)
    assert isinstance(decide(alone, (slot,), id_="b"), Hold)
    alone.cancel("b", START_MS, START_MS)
    assert isinstance(decide(alone, (slot,), id_="c"), Hold)


def test_a_lease_is_renewed_here_too():
    alone = Alone()
    slot = demand("concurrent", 1, most=1, on_failure="local")
    decide(alone, (slot,))
    alone.extend("a", 60_000, START_MS + 59_000, START_MS + 59_000)
    assert isinstance(decide(alone, (slot,), id_="b", at_ms=START_MS + 61_000), Refusal)


def test_what_only_warns_is_told_by_its_place():
    warning = demand("tokens", 20, most=10, exceeded="warn", on_failure="local")
    assert decide(Alone(), (OPEN, warning)) == Hold("a", 0, (OPEN, warning), (1,))
