"""What calls on record used: what the counters of limits and budgets begin with."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Engine, and_, func, literal, or_, select

from gateway.stores.database import reading
from gateway.stores.tables import calls, entries

_FACTS: Final = (
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
FACTS: Final = frozenset(_FACTS)
_MOST_BY_INDEX: Final = 0.2
"""Of the time that there are calls of. Reading more of them by the index takes ten times as long as reading all."""

_NONE: Final = {"roles": "", "api": ""}
_TOKENS = func.coalesce(calls.c.input_tokens, 0) + func.coalesce(calls.c.output_tokens, 0)


class Used(NamedTuple):
    """By calls whose facts are the same. `roles` are joined by commas. `open`: by the one call of this id, which has no
    end on record; its money is what was reserved for it, its tokens are not known."""

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
    open: str | None = None


class EndedCall(NamedTuple):
    """`seq`: of its outcome."""

    id: str
    seq: int
    nano_usd: int
    tokens: int


class SqlSpending:
    """Blocking, as all stores. Raises StoreUnavailable."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def used(
        self, since: str, until: str, cuts: Mapping[str, int], facts: Collection[str] = FACTS
    ) -> list[Used]:
        """By calls that began in this time (as `entry.time_text` writes it) and were sent. Of these writers, by those that
        ended up to this place in their chain. Calls that differ in nothing but other `facts` are added up, and have none
        of those."""
        with reading(self._engine) as connection:
            oldest, newest = connection.execute(select(func.min(calls.c.at), func.max(calls.c.at))).one()
        at = calls.c.at.concat("") if _share(since, oldest, newest) > _MOST_BY_INDEX else calls.c.at
        columns = [
            calls.c[name] if name in facts else literal(_NONE.get(name)).label(name) for name in _FACTS
        ]
        within = at >= since, at < until
        sent = or_(calls.c.ending != "refused", calls.c.cost_nano_usd > 0)
        told = (
            calls.c.writer.not_in([*cuts]),
            *(and_(calls.c.writer == writer, calls.c.outcome_seq <= cut) for writer, cut in cuts.items()),
        )
        ended = (
            select(
                *columns,
                func.count(),
                func.sum(_TOKENS),
                func.sum(func.coalesce(calls.c.cost_nano_usd, 0)),
            )
            .where(*within, calls.c.outcome_seq.is_not(None), sent, or_(*told))
            .group_by(*(calls.c[name] for name in _FACTS if name in facts))
        )
        held = func.coalesce(calls.c.held_nano_usd, 0)
        running = select(*columns, literal(1), literal(0), held, calls.c.id).where(
            *within, calls.c.outcome_seq.is_(None), calls.c.writer.not_in([*cuts])
        )
        with reading(self._engine) as connection:
            return [Used._make((*row, None)) for row in connection.execute(ended)] + [
                Used._make(row) for row in connection.execute(running)
            ]

    def recorded(self, ids: Sequence[str], writer: str, boot: int) -> frozenset[str] | None:
        """Those of these calls that there is anything of. None: there may be more to come of this boot of the writer."""
        last = select(func.max(entries.c.seq)).where(entries.c.writer == writer).scalar_subquery()
        later = select(entries.c.boot).where(entries.c.writer == writer, entries.c.seq == last)
        with reading(self._engine) as connection:
            if (connection.scalar(later) or 0) <= boot:
                return None
            return frozenset(connection.scalars(select(calls.c.id).where(calls.c.id.in_(ids))))

    def ended(self, ids: Sequence[str]) -> list[EndedCall]:
        """Those of these calls that have ended."""
        spent = func.coalesce(calls.c.cost_nano_usd, 0)
        wanted = select(calls.c.id, calls.c.outcome_seq, spent, _TOKENS)
        with reading(self._engine) as connection:
            found = connection.execute(wanted.where(calls.c.outcome_seq.is_not(None), calls.c.id.in_(ids)))
            return [EndedCall._make(row) for row in found]


def _share(since: str, oldest: str | None, newest: str | None) -> float:
    """How much of the time that there are calls of."""
    if oldest is None or newest is None or oldest == newest:
        return 1.0
    begun, first, last = (datetime.fromisoformat(each).timestamp() for each in (since, oldest, newest))
    return (last - max(begun, first)) / (last - first)
