"""How long a connection may be open without a request."""

from __future__ import annotations

import pytest

from gateway.resting import Resting
from tests.parts.clockwork import Clockwork


class Connection:
    def __init__(self) -> None:
        self.loop = Clockwork()
        self.closed: list[float] = []
        self.resting = Resting(self.loop.as_loop, 10.0, lambda: self.closed.append(self.loop.now))


@pytest.fixture
def connection() -> Connection:
    return Connection()


def test_a_connection_without_a_request_is_closed_when_its_time_is_up(connection: Connection):
    connection.resting.begin()
    connection.loop.run_until(9.9)
    assert connection.closed == []
    connection.loop.run_until(10.0)
    assert connection.closed == [10.0]


def test_the_time_runs_from_the_end_of_the_last_answer(connection: Connection):
    for answered in (0.0, 4.0, 8.0):
        connection.loop.run_until(answered)
        connection.resting.end()
        connection.resting.begin()
    for now in (10.0, 17.9):
        connection.loop.run_until(now)
        assert connection.closed == []
    connection.loop.run_until(18.0)
    assert connection.closed == [18.0]


def test_a_connection_with_a_request_is_left_alone_however_long_that_takes(connection: Connection):
    connection.resting.begin()
    connection.resting.end()
    connection.loop.run_until(1000.0)
    assert connection.closed == []
    connection.resting.begin()
    connection.loop.run_until(1010.0)
    assert connection.closed == [1010.0]


def test_many_requests_need_one_timer(connection: Connection):
    for _ in range(100):
        connection.resting.end()
        connection.resting.begin()
    assert len(connection.loop.timers) == 1


def test_a_connection_that_is_gone_leaves_no_timer(connection: Connection):
    connection.resting.begin()
    connection.resting.stop()
    connection.resting.stop()
    assert connection.loop.pending == []
