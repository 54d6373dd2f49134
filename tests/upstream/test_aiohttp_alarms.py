"""One timer for many limits: who is looked at, and when."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.upstream.aiohttp_alarms import Alarms
from tests.parts.clockwork import Clockwork


class Looker:
    def __init__(self, loop: Clockwork, then: Callable[[], None] = lambda: None) -> None:
        self._loop = loop
        self._then = then
        self.looked: list[float] = []

    def look_at_limits(self) -> None:
        self.looked.append(self._loop.now)
        self._then()


@pytest.fixture
def loop() -> Clockwork:
    return Clockwork()


@pytest.fixture
def alarms(loop: Clockwork) -> Alarms:
    return Alarms(loop.as_loop)


@pytest.mark.parametrize("order", [(1.0, 2.0, 3.0), (3.0, 2.0, 1.0), (2.0, 3.0, 1.0)])
def test_each_looks_once_at_its_own_time_in_whatever_order_they_are_set(
    loop: Clockwork, alarms: Alarms, order: tuple[float, ...]
):
    lookers = {at: Looker(loop) for at in order}
    for at, looker in lookers.items():
        alarms.set(looker, at)
    for now in (0.5, 1.0, 1.5, 2.0, 3.0, 9.0):
        loop.run_until(now)
    assert {at: looker.looked for at, looker in lookers.items()} == {at: [at] for at in order}


def test_who_is_dropped_is_not_called_and_the_others_are(loop: Clockwork, alarms: Alarms):
    first, second = Looker(loop), Looker(loop)
    alarms.set(first, 1.0)
    alarms.set(second, 2.0)
    alarms.drop(first)
    alarms.drop(first)
    loop.run_until(1.0)
    assert (first.looked, second.looked) == ([], [])
    loop.run_until(2.0)
    assert (first.looked, second.looked) == ([], [2.0])


def test_an_alarm_that_is_set_again_rings_at_the_later_time_only(loop: Clockwork, alarms: Alarms):
    looker = Looker(loop)
    alarms.set(looker, 1.0)
    alarms.set(looker, 5.0)
    for now in (1.0, 4.9, 5.0, 6.0):
        loop.run_until(now)
    assert looker.looked == [5.0]


def test_an_earlier_alarm_takes_the_place_of_the_timer(loop: Clockwork, alarms: Alarms):
    for at in (3.0, 2.0, 1.0, 4.0):
        alarms.set(Looker(loop), at)
    assert [timer.at for timer in loop.pending] == [1.0]


def test_who_looks_may_set_its_alarm_again_and_drop_another(loop: Clockwork, alarms: Alarms):
    other = Looker(loop)

    def then() -> None:
        alarms.drop(other)
        if loop.now < 3.0:
            alarms.set(looker, loop.now + 1.0)

    looker = Looker(loop, then)
    alarms.set(looker, 1.0)
    alarms.set(other, 1.5)
    for now in (1.0, 2.0, 3.0, 4.0):
        loop.run_until(now)
    assert (looker.looked, other.looked) == ([1.0, 2.0, 3.0], [])


def test_calls_that_end_in_time_make_no_timers(loop: Clockwork, alarms: Alarms):
    for number in range(100):
        looker = Looker(loop)
        alarms.set(looker, 900.0 + number)
        alarms.drop(looker)
    assert len(loop.timers) == 1
    loop.run_until(2000.0)
    assert loop.pending == []


def test_after_closing_nobody_is_called_and_no_timer_is_left(loop: Clockwork, alarms: Alarms):
    looker = Looker(loop)
    alarms.set(looker, 1.0)
    alarms.close()
    loop.run_until(2.0)
    assert (looker.looked, loop.pending) == ([], [])
