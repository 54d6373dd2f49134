from __future__ import annotations

from gateway.policy.models.limits import LimitEntry
from tests.policy.models.entry import read, refused


def test_a_limit_limits_something():
    assert "this limits nothing" in refused(LimitEntry, name="l", per=("user",))


def test_each_process_holds_its_part_when_the_store_fails_unless_it_is_said():
    assert read(LimitEntry, name="l", concurrent=1).on_store_failure == "local"


def test_a_fact_is_counted_once():
    assert "names a fact twice" in refused(LimitEntry, name="l", concurrent=1, per=("user", "user"))


def test_what_a_call_has_several_of_is_not_counted_apart():
    assert "Input should be" in refused(LimitEntry, name="l", concurrent=1, per=("role",))
