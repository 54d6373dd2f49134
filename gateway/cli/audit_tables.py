"""Calls and acts as tables for people: a row each, whole in a pipe, folded on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from gateway.audit.query import Record
from gateway.cli.tables import print_table
from gateway.cli.target import printable


def call_table(found: Iterable[Record]) -> None:
    table = _table(32, "ending", "who", "team", "api", "model", "target", "tokens", "USD")
    for record in found:
        who, asked, served = record["who"], record["asked"], record.get("served", {})
        usage, cost = record.get("usage") or {}, record.get("cost") or {}
        _add(
            table,
            record,
            who["user"] or who["key"],
            who["team"],
            asked["api"],
            asked["model"],
            served.get("target"),
            f"{usage['input_tokens']}+{usage['output_tokens']}" if usage else "",
            cost.get("usd"),
        )
    print_table(table)


def act_table(found: Iterable[Record]) -> None:
    table = _table(28, "ending", "act", "who", "by", "team", "about")
    for record in found:
        who = record["who"]
        named = " for ".join(one for one in (who["user"] or who["key"], who["sudo_user"]) if one)
        _add(table, record, record["act"], named, who["auth"], record["team"], _facts(record["about"]))
    print_table(table)


def _table(id_width: int, *names: str) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("at", min_width=19)
    table.add_column("id", min_width=id_width)
    for name in names:
        table.add_column(name, overflow="fold")
    return table


def _add(table: Table, record: Record, *cells: Any) -> None:
    ending = record["ending"] or "open"
    whole = (record["at"][:19], record["id"], ending, *cells)
    table.add_row(*(Text(printable("" if cell is None else str(cell))) for cell in whole))


def _facts(about: Mapping[str, Any]) -> str:
    """`team` has a column of its own, and nothing is said of what was not given."""
    told = {name: value for name, value in about.items() if name != "team" and value not in (None, [])}
    return " ".join(f"{name}={_fact(value)}" for name, value in told.items())


def _fact(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)
