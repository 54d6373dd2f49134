"""What others are to be told, and of which of them it is not known yet that they were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, Protocol

from sqlalchemy import ColumnElement, Engine, and_, delete, func, insert, select, update

from gateway.stores.database import reading, writing
from gateway.stores.measure_tables import alerts, deliveries

MOST_WAITING: Final = 10_000
"""Deliveries that are not ended. What is more is not kept for those who can't be reached."""

Ending = Literal["delivered", "given_up"]
Put = Literal["kept", "told", "full"]


class Alert(NamedTuple):
    """`once` names what it tells: of two with the same, the first is told. `body` is the exact text that is sent."""

    id: str
    once: str | None
    at: int
    body: str


class Due(NamedTuple):
    """An alert that is to be sent to one webhook; `tries` have failed."""

    alert: str
    webhook: str
    tries: int
    at: int
    body: str


class Outbox(Protocol):
    """As in gateway.stores.interfaces every method blocks and raises StoreUnavailable. Times in milliseconds since 1970."""

    def put(self, alert: Alert, webhooks: Sequence[str]) -> Put:
        """To be sent to these at once, unless it was told before, or too much is waiting (full)."""
        ...

    def take(self, now_ms: int, until_ms: int, limit: int) -> Sequence[Due]:
        """Those that are due, longest first. Nobody else is given them before `until_ms`."""
        ...

    def put_off(self, due: Due, until_ms: int) -> None:
        """It failed once more."""
        ...

    def end(self, due: Due, ending: Ending, at: int) -> None: ...

    def forget(self, before_ms: int) -> int:
        """How many alerts there were that are older, and are no more."""
        ...


class SqlOutbox:
    """`Outbox` in SQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, alert: Alert, webhooks: Sequence[str]) -> Put:
        told = select(alerts.c.id).where(alerts.c.once == alert.once)
        waiting = select(func.count()).select_from(deliveries).where(deliveries.c.ending.is_(None))
        with writing(self._engine) as connection:
            if alert.once is not None and connection.execute(told).first() is not None:
                return "told"
            if connection.execute(waiting).scalar_one() + len(webhooks) > MOST_WAITING:
                return "full"
            connection.execute(insert(alerts).values(alert._asdict()))
            rows = [{"alert": alert.id, "webhook": each, "due_at": alert.at, "tries": 0} for each in webhooks]
            connection.execute(insert(deliveries), rows)
            return "kept"

    def take(self, now_ms: int, until_ms: int, limit: int) -> Sequence[Due]:
        is_due = and_(deliveries.c.ending.is_(None), deliveries.c.due_at <= now_ms)
        with reading(
            self._engine
        ) as connection:  # nothing is due most of the time, and nobody waits for that
            if connection.execute(select(deliveries.c.alert).where(is_due).limit(1)).first() is None:
                return ()
        wanted = (
            select(deliveries.c.alert, deliveries.c.webhook, deliveries.c.tries, alerts.c.at, alerts.c.body)
            .join(alerts, alerts.c.id == deliveries.c.alert)
            .where(is_due)
            .order_by(deliveries.c.due_at, deliveries.c.alert, deliveries.c.webhook)
            .limit(limit)
        )
        with writing(self._engine) as connection:
            found = [Due(*row) for row in connection.execute(wanted)]
            for due in found:
                connection.execute(update(deliveries).where(_is(due)).values(due_at=until_ms))
            return found

    def put_off(self, due: Due, until_ms: int) -> None:
        with writing(self._engine) as connection:
            connection.execute(
                update(deliveries).where(_is(due)).values(due_at=until_ms, tries=due.tries + 1)
            )

    def end(self, due: Due, ending: Ending, at: int) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(deliveries).where(_is(due)).values(ending=ending, ended_at=at))

    def forget(self, before_ms: int) -> int:
        old = select(alerts.c.id).where(alerts.c.at < before_ms)
        with writing(self._engine) as connection:
            connection.execute(delete(deliveries).where(deliveries.c.alert.in_(old)))
            return connection.execute(delete(alerts).where(alerts.c.at < before_ms)).rowcount


def _is(due: Due) -> ColumnElement[bool]:
    return and_(deliveries.c.alert == due.alert, deliveries.c.webhook == due.webhook)
