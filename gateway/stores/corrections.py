"""What calls would have cost by other prices, in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Engine, delete, or_, select

from gateway.stores.database import reading, writing
from gateway.stores.tables import calls, corrections
from gateway.stores.upserts import insert_into
from gateway.stores.usages import UsageFilter, conditions

_PARAMETERS: Final = 500


class Charged(NamedTuple):
    """What a call used, and what it was said to cost; `corrected` is its correction until now. Nano-dollars."""

    id: str
    at: str
    model: str | None
    provider: str | None
    target: str | None
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int | None
    cache_write_tokens: int | None
    cache_write_1h_tokens: int | None
    audio_input_tokens: int | None
    audio_output_tokens: int | None
    images: int | None
    tier: str | None
    batch: bool | None
    cost: int | None
    price_version: str | None
    corrected: int | None


class Correction(NamedTuple):
    """What a call would have cost, by which prices."""

    call: str
    cost_nano_usd: int
    price_version: str


class SqlCorrections:
    """Blocks. What is chained stays as it is: a correction stands beside it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def charged(self, wanted: UsageFilter, after: tuple[str, str] | None, limit: int) -> list[Charged]:
        """Calls that used something, oldest first, those behind (at, id)."""
        found = select(*_charged()).outerjoin_from(calls, corrections, corrections.c.call == calls.c.id)
        used = calls.c.input_tokens.is_not(None), calls.c.output_tokens.is_not(None)
        found = found.where(*used, *conditions(wanted))
        if after is not None:
            at, call = after
            found = found.where(calls.c.at >= at, or_(calls.c.at > at, calls.c.id > call))
        with reading(self._engine) as connection:
            rows = connection.execute(found.order_by(calls.c.at, calls.c.id).limit(limit))
            return [Charged._make(row) for row in rows]

    def correct(self, recomputation: str, corrected: Sequence[Correction], withdrawn: Sequence[str]) -> None:
        """In the place of what earlier recomputations said of the same calls. `withdrawn` are calls whose cost was right."""
        with writing(self._engine, durable=True) as connection:
            for start in range(0, len(withdrawn), _PARAMETERS):
                some = corrections.c.call.in_(withdrawn[start : start + _PARAMETERS])
                connection.execute(delete(corrections).where(some))
            if corrected:
                statement = insert_into(connection.dialect, corrections)
                new = {
                    name: statement.excluded[name]
                    for name in ("recomputation", "cost_nano_usd", "price_version")
                }
                connection.execute(
                    statement.on_conflict_do_update(index_elements=["call"], set_=new),
                    [{**one._asdict(), "recomputation": recomputation} for one in corrected],
                )


def _charged() -> tuple[ColumnElement[Any], ...]:
    return (
        *(calls.c[name] for name in Charged._fields[:-3]),
        calls.c.cost_nano_usd.label("cost"),
        calls.c.price_version,
        corrections.c.cost_nano_usd.label("corrected"),
    )
