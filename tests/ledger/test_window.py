"""At most N in any window: by brute force over every interval, and edge by edge."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.ledger.window import Window, slicing

_STEPS = st.lists(st.one_of(st.integers(0, 3000), st.sampled_from([0, 1, 59_999, 60_000, 61_199, 61_200])))


def admitted(steps: list[int], most: int, span_ms: int, start_ms: int) -> list[int]:
    """The times, of those tried, at which one was let in."""
    window, now_ms, found = Window(span_ms, start_ms), start_ms, []
    for step in steps:
        now_ms += step
        if window.left(most, now_ms) >= 1:
            window.take(1)
            found.append(now_ms)
    return found


@given(steps=_STEPS, most=st.integers(1, 5), start_ms=st.integers(0, 10**13))
def test_no_interval_of_a_window_holds_more(steps: list[int], most: int, start_ms: int):
    """Both ends included: from each one that came in, so many follow at the most."""
    times = admitted(steps, most, 60_000, start_ms)
    for first, later in zip(times, times[most:], strict=False):
        assert later - first > 60_000


def test_no_minute_holds_61():
    """One try every 7 ms for five minutes."""
    times = admitted([7] * 43_000, 60, 60_000, 1_800_000_000_123)
    assert max(sum(at <= other <= at + 60_000 for other in times) for at in times) == 60


@given(steps=_STEPS, most=st.integers(1, 5), start_ms=st.integers(0, 10**13))
def test_nothing_is_refused_for_longer_than_a_window_and_a_slice(steps, most, start_ms):
    times = admitted(steps, most, 60_000, start_ms)
    now_ms = start_ms
    for step in steps:
        now_ms += step
        if now_ms not in times:
            assert sum(now_ms - 61_200 <= at <= now_ms for at in times) >= most


@given(span_ms=st.integers(1, 10**10))
def test_the_slices_that_count_reach_over_a_whole_window(span_ms: int):
    slice_ms, back = slicing(span_ms)
    assert slice_ms * back >= span_ms
    assert slice_ms >= 1
    assert back <= 100


def test_what_is_given_back_fits_again():
    window = Window(60_000, 0)
    slice_ = window.take(10)
    window.give_back(slice_, 4)
    assert window.left(10, 0) == 4


def test_what_is_given_back_too_late_changes_nothing():
    window = Window(60_000, 0)
    slice_ = window.take(10)
    window.left(10, 120_000)
    window.take(10)
    window.give_back(slice_, 10)
    assert window.left(10, 120_000) == 0


def test_it_says_when_there_will_be_room():
    window = Window(60_000, 0)
    window.take(2)
    window.left(5, 30_000)
    window.take(3)
    assert window.after_ms(2, 5, 30_000) == 31_200
    assert window.after_ms(3, 5, 30_000) == 61_200
    assert window.after_ms(6, 5, 30_000) == -1


def test_room_comes_when_it_said():
    window = Window(60_000, 500)
    window.take(5)
    after_ms = window.after_ms(5, 5, 500)
    assert window.left(5, 500 + after_ms - 1) == 0
    assert window.left(5, 500 + after_ms) == 5


def test_a_small_step_back_forgets_nothing():
    window = Window(60_000, 100_000)
    window.take(5)
    assert window.left(5, 70_000) == 0
    assert window.left(5, 160_000) == 0
    assert window.left(5, 162_000) == 5


def test_a_jump_back_forgets_nothing_and_does_not_block_for_longer_than_a_window_and_a_slice():
    window = Window(60_000, 10_000_000_000)
    window.take(5)
    assert window.left(5, 1_000) == 0
    assert window.left(5, 61_000) == 0
    assert window.left(5, 1_000 + 61_200) == 5


@given(steps=st.lists(st.tuples(st.integers(0, 30_000), st.sampled_from([0, 0, 0, 900, 5_000, 400_000]))))
def test_no_interval_holds_more_whatever_a_clock_goes_back(steps: list[tuple[int, int]]):
    """Counted by how much time really passed."""
    real_ms, clock_ms, times, window = 0, 10**9, [], Window(60_000, 10**9)
    for passes_ms, back_ms in steps:
        real_ms += passes_ms
        clock_ms += passes_ms - back_ms
        if window.left(3, clock_ms) >= 1:
            window.take(1)
            times.append(real_ms)
    for first, later in zip(times, times[3:], strict=False):
        assert later - first > 60_000


def test_it_is_over_when_nothing_in_it_counts():
    window = Window(60_000, 0)
    window.take(1)
    assert not window.over(0, 61_199)
    assert window.over(0, 61_200)
