"""Reading what administrators did, from SQL."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, and_, exists, or_, select

from gateway.stores.act_rows import ActColumns, ActedColumns, ActFilter, ActRow
from gateway.stores.database import reading
from gateway.stores.tables import acts, entries

_COLUMNS = tuple(acts.c[name] for name in (*ActColumns._fields, *ActedColumns._fields))
_EQUAL = ("team", "key", "ending")
_PARAMETERS = 500


class SqlActs:
    """gateway.stores.interfaces.ActRows."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def search(self, wanted: ActFilter) -> list[ActRow]:
        found = select(*_COLUMNS).where(*_conditions(wanted))
        return self._rows(found.order_by(acts.c.at.desc(), acts.c.id.desc()).limit(wanted.limit))

    def named(self, ids: Sequence[str]) -> dict[str, ActRow]:
        found: dict[str, ActRow] = {}
        for start in range(0, len(ids), _PARAMETERS):
            some = acts.c.id.in_(ids[start : start + _PARAMETERS])
            found.update((row.begun.id, row) for row in self._rows(select(*_COLUMNS).where(some)))
        return found

    def without_entries(self, limit: int) -> list[ActRow]:
        wanted = select(*_COLUMNS).where(
            or_(
                ~_entry_exists(acts.c.act_seq, "act"),
                and_(acts.c.acted_seq.is_not(None), ~_entry_exists(acts.c.acted_seq, "acted")),
            )
        )
        return self._rows(wanted.limit(limit))

    def _rows(self, wanted: Select[Any]) -> list[ActRow]:
        split = len(ActColumns._fields)
        with reading(self._engine) as connection:
            rows = [tuple(row) for row in connection.execute(wanted)]
        return [ActRow(ActColumns(*row[:split]), ActedColumns(*row[split:])) for row in rows]


def _conditions(wanted: ActFilter) -> list[ColumnElement[bool]]:
    conditions = [acts.c[name] == value for name in _EQUAL if (value := getattr(wanted, name)) is not None]
    if wanted.teams is not None:
        conditions.append(acts.c.team.in_(wanted.teams))
    if wanted.since is not None:
        conditions.append(acts.c.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(acts.c.at < wanted.until)
    if wanted.before is not None:
        at, act_id = wanted.before
        conditions.append(or_(acts.c.at < at, and_(acts.c.at == at, acts.c.id < act_id)))
    if wanted.people is not None:
        conditions.append(or_(acts.c.user.in_(wanted.people), acts.c.sudo_user.in_(wanted.people)))
    if wanted.act is not None:
        conditions.append(
            or_(acts.c.act == wanted.act, acts.c.act.startswith(f"{wanted.act}.", autoescape=True))
        )
    if wanted.about:
        conditions.append(or_(*(_mentions(column, one) for column in _SAID for one in wanted.about)))
    return conditions


_SAID = (acts.c.about, acts.c.result)


def _mentions(column: ColumnElement[Any], value: str) -> ColumnElement[bool]:
    """Whether a text of JSON has this string among its values."""
    return column.contains(json.dumps(value, ensure_ascii=False), autoescape=True)


def _entry_exists(seq: ColumnElement[Any], kind: str) -> ColumnElement[bool]:
    return exists().where(
        entries.c.writer == acts.c.writer,
        entries.c.seq == seq,
        entries.c.kind == kind,
        entries.c.call_id == acts.c.id,
    )
