"""Time and chance as the machine gives them."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from gateway.clock import SystemChance, SystemClock


def test_a_call_id_is_32_hexadecimal_digits_that_begin_with_its_time():
    made = SystemChance().call_id(1_800_000_000_123)
    assert len(made) == 32
    assert int(made[:12], 16) == 1_800_000_000_123
    assert made == made.lower()


def test_call_ids_of_later_milliseconds_sort_later():
    chance = SystemChance()
    ids = [chance.call_id(at_ms) for at_ms in range(1_800_000_000_000, 1_800_000_000_500)]
    assert ids == sorted(ids)


def test_call_ids_of_one_millisecond_differ_between_processes_too():
    chances = [SystemChance() for _ in range(10)]
    ids = {chance.call_id(1) for chance in chances for _ in range(1000)}
    assert len(ids) == 10_000


def test_fractions_are_in_the_unit_interval():
    chance = SystemChance()
    assert all(0 <= chance.fraction() < 1 for _ in range(1000))


async def test_the_clock_is_the_machines():
    clock = SystemClock()
    before_ms, before = time.time_ns() // 1_000_000, time.monotonic()
    assert before_ms <= clock.now_ms() <= time.time_ns() // 1_000_000
    assert before <= clock.monotonic() <= time.monotonic()
    day = datetime.now(UTC).date()
    assert clock.today() in (day, datetime.now(UTC).date())
    await clock.sleep(0)
    assert clock.monotonic() >= before
