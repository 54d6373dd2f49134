"""What calls on record used: what the counters of limits and budgets begin with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Engine, func, select

from gateway.stores.database import reading
from gateway.stores.tables import calls

_FACTS = (
    "user",
    "team",
    "key",
    "end_user",
    "roles",
    "use_case",
    "api",
    "model",
    "provider",
    "region",
    "target",
)


class Used(NamedTuple):
    """By calls whose facts are the same. `roles` are joined by commas."""

    user: str | None
    team: str | None
    key: str | None
    end_user: str | None
    roles: str
    use_case: str | None
    api: str
    model: str | None
    provider: str | None
    region: str | None
    target: str | None
    calls: int
    tokens: int
    nano_usd: int


class SqlSpending:
    """Blocking, as all stores. Raises StoreUnavailable."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def used(self, since: str, until: str, facts: Mapping[str, str]) -> list[Used]:
        """Of calls that began in this time (as `entry.time_text` writes it), have ended and were not refused, and of
        which these facts are so."""
        columns = [calls.c[name] for name in _FACTS]
        tokens = func.coalesce(calls.c.input_tokens, 0) + func.coalesce(calls.c.output_tokens, 0)
        wanted = (
            select(
                *columns,
                func.count(),
                func.sum(tokens),
                func.sum(func.coalesce(calls.c.cost_nano_usd, 0)),
            )
            .where(calls.c.at >= since, calls.c.at < until, calls.c.outcome_seq.is_not(None))
            .where(calls.c.ending != "refused", *(calls.c[name] == value for name, value in facts.items()))
            .group_by(*columns)
        )
        with reading(self._engine) as connection:
            return [Used._make(row) for row in connection.execute(wanted)]

    def ended(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of these calls that have ended."""
        wanted = select(calls.c.id).where(calls.c.outcome_seq.is_not(None), calls.c.id.in_(ids))
        with reading(self._engine) as connection:
            return frozenset(connection.scalars(wanted))
