"""Events are noted at once and kept later; what nobody wants to know costs nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from gateway.alerts import telling as subject
from gateway.alerts.telling import Telling
from gateway.policy.webhooks import Webhook
from gateway.stores import outbox as kept
from gateway.stores.database import Database, open_database
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.outbox import Alert, Put, SqlOutbox
from tests.alerts.parts import CROSSED, event, webhook
from tests.parts.executors import AtOnce
from tests.parts.runtime import NOON_MS, FakeClock
from tests.stores.parts import counted


class Over(BaseException):
    """Ends what has no end."""


class Broken(SqlOutbox):
    """`failures` are raised first, one a try."""

    def __init__(self, database: Database, *failures: BaseException) -> None:
        super().__init__(database.engine)
        self._failures = list(failures)

    def put(self, alert: Alert, webhooks: Sequence[str]) -> Put:
        if self._failures:
            raise self._failures.pop(0)
        return super().put(alert, webhooks)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(
        f"sqlite:///{tmp_path / 'g.db'}", now_ms=lambda: NOON_MS, new_id=lambda: "installation"
    )
    yield opened
    opened.close()


def telling(outbox: SqlOutbox, *webhooks: Webhook, woken: list[int] | None = None) -> Telling:
    said = woken if woken is not None else []
    told = webhooks or (webhook(),)
    return Telling(outbox, AtOnce(), FakeClock(), lambda: told, counted("evt_"), lambda: said.append(1))


def due(outbox: SqlOutbox) -> list[tuple[str, str]]:
    return [(each.alert, each.webhook) for each in outbox.take(NOON_MS, NOON_MS, 100)]


async def test_an_event_is_kept_for_those_who_want_to_know(database: Database):
    outbox, woken = SqlOutbox(database.engine), list[int]()
    events = telling(outbox, webhook("a"), webhook("b", "x", "freeze"), woken=woken)
    events.tell(CROSSED)
    await events.keep()
    assert (due(outbox), woken) == ([("evt_1", "a")], [1])


async def test_what_nobody_wants_to_know_is_not_even_noted(database: Database):
    outbox, woken = SqlOutbox(database.engine), list[int]()
    events = telling(outbox, webhook("b", "x", "freeze"), woken=woken)
    events.tell(CROSSED)
    assert not events._noted
    await events.keep()
    assert (due(outbox), woken) == ([], [])


async def test_what_was_told_before_wakes_nobody(database: Database):
    outbox, woken = SqlOutbox(database.engine), list[int]()
    for events in (telling(outbox, woken=woken), telling(outbox, woken=woken)):
        events.tell(event(once="month 50%"))
        await events.keep()
    assert (len(due(outbox)), woken) == (1, [1])


async def test_a_flood_takes_no_more_room_than_there_is_and_says_so(
    database: Database, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(subject, "MOST", 3)
    outbox = SqlOutbox(database.engine)
    events = telling(outbox)
    for _ in range(5):
        events.tell(CROSSED)
    await events.keep()
    assert len(due(outbox)) == 3
    assert "2 alerts were lost" in caplog.text


@pytest.mark.parametrize("failure", [StoreUnavailable("down"), ValueError("a mistake of ours")])
async def test_what_could_not_be_kept_is_kept_later(database: Database, failure: Exception):
    outbox = Broken(database, failure)
    events = telling(outbox)
    events.tell(CROSSED)

    class Ends(FakeClock):
        async def sleep(self, seconds: float) -> None:
            self.slept.append(seconds)

    events._clock = clock = Ends()
    events._wake = lambda: (_ for _ in ()).throw(Over())
    with pytest.raises(Over):
        await events.follow()
    assert (clock.slept, len(due(outbox))) == ([subject.AGAIN_S], 1)


async def test_what_was_told_once_here_does_not_even_ask_the_database(database: Database):
    outbox = SqlOutbox(database.engine)
    events = telling(outbox)
    for _ in range(3):
        events.tell(event(once="month 50%"))
        events.tell(CROSSED)
    assert len(events._noted) == 4


async def test_what_the_database_has_no_room_for_is_lost_and_the_log_says_so(
    database: Database, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(kept, "MOST_WAITING", 1)
    outbox, woken = SqlOutbox(database.engine), list[int]()
    events = telling(outbox, woken=woken)
    for _ in range(2):
        events.tell(CROSSED)
    await events.keep()
    assert (len(due(outbox)), woken, "1 alerts were lost" in caplog.text) == (1, [1], True)
