"""The outbox: what was put in is sent until it was, by one process at a time, and told once."""

from __future__ import annotations

import pytest

from gateway.stores import outbox as subject
from gateway.stores.database import Database
from gateway.stores.outbox import Alert, Due, Outbox, SqlOutbox
from tests.stores.parts import NOW_MS

ALERT = Alert("evt_1", None, NOW_MS, '{"type":"budget.threshold"}')
LEASE = NOW_MS + 60_000


@pytest.fixture
def outbox(database: Database) -> Outbox:
    return SqlOutbox(database.engine)


def due(number: int = 1, webhook: str = "w1", tries: int = 0) -> Due:
    return Due(f"evt_{number}", webhook, tries, NOW_MS, ALERT.body)


def test_nothing_is_due_at_first(outbox: Outbox):
    assert outbox.take(NOW_MS, LEASE, 10) == ()


def test_an_alert_is_due_for_each_that_is_to_be_told(outbox: Outbox):
    assert outbox.put(ALERT, ["w2", "w1"]) == "kept"
    assert outbox.take(NOW_MS, LEASE, 10) == [due(), due(webhook="w2")]


def test_what_one_took_nobody_else_is_given_until_its_time_is_over(outbox: Outbox):
    outbox.put(ALERT, ["w1"])
    assert outbox.take(NOW_MS, LEASE, 10) == [due()]
    assert outbox.take(LEASE - 1, LEASE, 10) == ()
    assert outbox.take(LEASE, LEASE + 1, 10) == [due()]


def test_what_failed_comes_again_at_its_time(outbox: Outbox):
    outbox.put(ALERT, ["w1"])
    [taken] = outbox.take(NOW_MS, LEASE, 10)
    outbox.put_off(taken, NOW_MS + 5)
    assert outbox.take(NOW_MS + 4, LEASE, 10) == ()
    assert outbox.take(NOW_MS + 5, LEASE, 10) == [due(tries=1)]


@pytest.mark.parametrize("ending", ["delivered", "given_up"])
def test_what_has_ended_is_due_no_more(outbox: Outbox, ending: subject.Ending):
    outbox.put(ALERT, ["w1", "w2"])
    outbox.end(due(), ending, NOW_MS)
    assert outbox.take(NOW_MS, LEASE, 10) == [due(webhook="w2")]


def test_what_is_to_be_told_once_is_told_once(outbox: Outbox):
    once = ALERT._replace(once="month 50%")
    assert [outbox.put(once, ["w1"]), outbox.put(once._replace(id="evt_2"), ["w1"])] == ["kept", "told"]
    assert [outbox.put(ALERT._replace(id=each), ["w1"]) for each in ("evt_3", "evt_4")] == ["kept", "kept"]
    assert len(outbox.take(NOW_MS, LEASE, 10)) == 3


def test_the_longest_due_come_first_and_no_more_than_asked_for(outbox: Outbox):
    for number in (1, 2, 3):
        outbox.put(ALERT._replace(id=f"evt_{number}", at=NOW_MS - number), ["w1"])
    assert [each.alert for each in outbox.take(NOW_MS, LEASE, 2)] == ["evt_3", "evt_2"]


def test_for_those_who_can_not_be_reached_no_more_is_kept_than_there_is_room(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(subject, "MOST_WAITING", 2)
    put = [outbox.put(ALERT._replace(id=f"evt_{number}"), ["w1"]) for number in (1, 2, 3)]
    assert put == ["kept", "kept", "full"]
    outbox.end(due(), "delivered", NOW_MS)
    assert outbox.put(ALERT._replace(id="evt_4"), ["w1"]) == "kept"


def test_what_is_old_is_forgotten_with_its_deliveries(outbox: Outbox):
    outbox.put(ALERT._replace(once="o"), ["w1"])
    outbox.put(ALERT._replace(id="evt_2", at=NOW_MS + 1), ["w1"])
    assert outbox.forget(NOW_MS + 1) == 1
    assert [each.alert for each in outbox.take(NOW_MS + 1, LEASE, 10)] == ["evt_2"]
    assert outbox.put(ALERT._replace(once="o"), ["w1"]) == "kept"
