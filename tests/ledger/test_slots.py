"""Slots that are leased."""

from __future__ import annotations

from gateway.ledger.slots import Slots


def test_a_slot_is_taken_until_it_is_freed():
    slots = Slots()
    slots.take("a", 100)
    assert slots.left(1, 50) == 0
    slots.free("a")
    assert slots.left(1, 50) == 1


def test_a_slot_that_nobody_renews_comes_free_when_its_lease_ends():
    slots = Slots()
    slots.take("a", 100)
    slots.take("b", 200)
    assert slots.left(2, 99) == 0
    assert slots.left(2, 100) == 1
    assert slots.left(2, 200) == 2


def test_a_renewed_lease_holds_for_longer():
    slots = Slots()
    slots.take("a", 100)
    slots.take("a", 300)
    assert slots.left(1, 299) == 0


def test_the_same_holder_takes_one_slot():
    slots = Slots()
    slots.take("a", 100)
    slots.take("a", 100)
    assert slots.taken == 1


def test_who_outlived_its_lease_and_lives_counts_again_even_beyond_the_most():
    slots = Slots()
    slots.take("a", 100)
    assert slots.left(1, 150) == 1
    slots.take("b", 300)
    slots.take("a", 300)
    assert slots.left(1, 200) == -1


def test_freeing_what_is_not_held_changes_nothing():
    slots = Slots()
    slots.free("a")
    assert slots.left(1, 0) == 1
