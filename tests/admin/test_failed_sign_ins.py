"""Failed sign-ins are bounded by address, in number and in what is kept of them."""

from __future__ import annotations

import pytest

from gateway.admin.failed_sign_ins import _MOST_ADDRESSES, EVERY_S, MOST_AT_ONCE, FailedSignIns
from tests.parts.runtime import FakeClock


def failed(times: int, address: str | None = "198.51.100.7") -> tuple[FailedSignIns, FakeClock]:
    clock = FakeClock()
    made = FailedSignIns(clock.monotonic)
    for _ in range(times):
        made.note(address)
    return made, clock


def test_an_address_may_fail_some_times_at_once():
    assert failed(MOST_AT_ONCE - 1)[0].wait_s("198.51.100.7") == 0


def test_then_it_waits_for_one_more_try():
    made, clock = failed(MOST_AT_ONCE)
    assert made.wait_s("198.51.100.7") == pytest.approx(EVERY_S)
    clock.seconds += EVERY_S
    assert made.wait_s("198.51.100.7") == 0
    made.note("198.51.100.7")
    assert made.wait_s("198.51.100.7") == pytest.approx(EVERY_S)


def test_what_is_long_ago_is_forgiven():
    made, clock = failed(MOST_AT_ONCE)
    clock.seconds += EVERY_S * MOST_AT_ONCE
    for _ in range(MOST_AT_ONCE - 1):
        made.note("198.51.100.7")
    assert made.wait_s("198.51.100.7") == 0


def test_another_address_is_not_held_up():
    assert failed(100)[0].wait_s("198.51.100.8") == 0


@pytest.mark.parametrize(
    ("failing", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:2"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        (None, "no address"),
    ],
)
def test_addresses_of_one_owner_are_one(failing: str | None, same: str):
    assert failed(MOST_AT_ONCE, failing)[0].wait_s(same) > 0


def test_two_networks_of_ipv6_are_two():
    assert failed(MOST_AT_ONCE, "2001:db8:0:1::1")[0].wait_s("2001:db8:0:2::1") == 0


def test_of_too_many_addresses_the_oldest_is_forgotten():
    made, _ = failed(MOST_AT_ONCE)
    for number in range(_MOST_ADDRESSES):
        made.note(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(made._free_at) == _MOST_ADDRESSES
    assert made.wait_s("198.51.100.7") == 0
