"""Freezes and increases: in force until they are ended or their time is over, and noticed by every process."""

from __future__ import annotations

import pytest

from gateway.stores.database import Database
from gateway.stores.measures import Frozen, Measures, Raised, SqlMeasures
from tests.stores.parts import NOW_MS

FROZEN = Frozen("frz_1", {"team": ("support",), "model": ("gpt-*", "fast")}, "incident 7", "anna", NOW_MS)
RAISED = Raised("inc_1", "month", ("team=support",), 50 * 10**9, NOW_MS + 1000, "launch", "anna", NOW_MS)


@pytest.fixture
def measures(database: Database) -> Measures:
    return SqlMeasures(database.engine)


def test_nothing_is_taken_at_first(measures: Measures):
    assert (measures.taken(NOW_MS), measures.change()) == (([], [], 0), 0)


def test_a_freeze_is_in_force_until_it_is_ended(measures: Measures):
    second = FROZEN._replace(id="frz_2", since=NOW_MS + 1)
    measures.freeze(second)
    measures.freeze(FROZEN)
    assert measures.taken(NOW_MS).freezes == [FROZEN, second]
    assert measures.unfreeze(["frz_1", "frz_9"], NOW_MS + 5) == 1
    assert measures.taken(NOW_MS).freezes == [second]
    assert measures.unfreeze(["frz_1"], NOW_MS + 6) == 0


@pytest.mark.parametrize("scope", [None, (), ("team=support", "key=k|1")])
def test_an_increase_comes_back_as_it_was_made(measures: Measures, scope: tuple[str, ...] | None):
    raised = RAISED._replace(scope=scope)
    measures.increase(raised)
    assert measures.taken(NOW_MS).increases == [raised]


def test_an_increase_is_in_force_until_its_time_is_over(measures: Measures):
    measures.increase(RAISED)
    assert measures.taken(NOW_MS + 999).increases == [RAISED]
    assert measures.taken(NOW_MS + 1000).increases == []


def test_an_increase_can_be_withdrawn_once_and_not_after_its_time(measures: Measures):
    measures.increase(RAISED)
    measures.increase(RAISED._replace(id="inc_2"))
    assert [measures.withdraw("inc_1", NOW_MS), measures.withdraw("inc_1", NOW_MS)] == [True, False]
    assert not measures.withdraw("inc_2", NOW_MS + 1000)
    assert [each.id for each in measures.taken(NOW_MS).increases] == ["inc_2"]


def test_every_change_is_another_number(measures: Measures):
    seen = [measures.change()]
    for act in (
        lambda: measures.freeze(FROZEN),
        lambda: measures.unfreeze([FROZEN.id], NOW_MS),
        lambda: measures.increase(RAISED),
        lambda: measures.withdraw(RAISED.id, NOW_MS),
    ):
        act()
        seen.append(measures.taken(NOW_MS).change)
    assert len(set(seen)) == 5
