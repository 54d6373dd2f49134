"""When two values are one, and what is told of those that are not restored."""

from __future__ import annotations

import pytest

from gateway.privacy.values import canonical, hashed, masked


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("PERSON", "Zoë  Ruiz", "ZOE\u0308 ruiz"),
        ("PHONE", "+33 6 12 34 56 78", "33612345678"),
        ("IBAN", "GB82 WEST 1234", "gb82west1234"),
        ("CREDIT_CARD", "4111-1111 1111", "411111111111"),
    ],
)
def test_the_same_value_is_the_same_however_it_is_written(kind, one, other):
    assert canonical(kind, one) == canonical(kind, other)


@pytest.mark.parametrize(("kind", "value"), [("PERSON", "Zoe-Ann"), ("EMAIL", "a.b@c.de"), ("SECRET", "a b")])
def test_signs_count_where_values_are_not_grouped(kind, value):
    assert canonical(kind, value) != canonical(kind, value.replace("-", "").replace(".", "").replace(" ", ""))


def test_a_compact_value_without_letters_is_still_a_value():
    assert canonical("PHONE", "--") != canonical("PHONE", "++")


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        ("EMAIL", "zoe@ruiz.es", "***@****.**"),
        ("CREDIT_CARD", "4111 1111 1111 1234", "**** **** **** 1234"),
        ("PHONE", "12345", "*****"),
        ("SECRET", "hunter2", "********"),
    ],
)
def test_a_mask_hides_all_but_the_last_of_what_is_long(kind, value, told):
    assert masked(kind, value) == told


def test_a_hash_is_of_the_value_and_the_tenant():
    one = hashed("PERSON", "Zoë Ruiz", b"tenant-1")
    assert one == hashed("PERSON", "ZOË  RUIZ", b"tenant-1")
    assert one.startswith("<PERSON_") and len(one) == len("<PERSON_>") + 10
    assert one != hashed("PERSON", "Zoë Ruiz", b"tenant-2") != hashed("EMAIL", "Zoë Ruiz", b"tenant-2")
