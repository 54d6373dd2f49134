"""What calls used and cost, as a table for people or as CSV for spreadsheets."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.admin.usage_bodies import Figures, Recomputed, UsageReport
from gateway.cli.cells import inert
from gateway.cli.reconciled import Compared, cents
from gateway.cli.target import printable

_UNWRAPPED: Final = 10_000


def usage_table(report: UsageReport, by: Sequence[str]) -> None:
    """The dearest first, unless by time."""
    lines = report.lines
    if not {"day", "month"} & set(by):
        lines = sorted(lines, key=lambda line: Decimal(line.figures.corrected_usd), reverse=True)
    recomputed = report.total.recomputed > 0
    heads = ["calls", "refused", "input", "output", "cached", "reasoning", "USD"]
    heads += ["recomputed USD"] if recomputed else []
    table = _table([*by, *heads, "held USD", "estimated", "no price"], len(by))
    for line in lines:
        named = (
            line.of.get("user_name") or line.of["user"] if name == "user" else line.of[name] for name in by
        )
        _add(table, [*("-" if one is None else one for one in named), *_cells(line.figures, recomputed)])
    if by:
        _add(table, ["all", *[""] * (len(by) - 1), *_cells(report.total, recomputed)])
    else:
        _add(table, _cells(report.total, recomputed))
    _print(table)


def usage_csv(report: UsageReport, by: Sequence[str]) -> None:
    out = csv.writer(sys.stdout)
    names = [*by, *(["user_name"] if "user" in by else [])]
    out.writerow([*names, *Figures.model_fields])
    for of, figures in [(line.of, line.figures) for line in report.lines] or [({}, report.total)]:
        out.writerow([*(inert(of.get(name)) for name in names), *figures.model_dump().values()])


def recomputed_table(told: Recomputed) -> None:
    table = _table(["target", "priced by", "now by", "calls", "changed", "USD", "now USD"], 3)
    for line in told.lines:
        versions = line.price_version or "-", line.new_price_version or "no price known"
        _add(
            table,
            [line.target or "-", *versions, line.calls, line.changed, line.cost_usd, line.new_cost_usd],
        )
    _add(table, ["all", "", "", told.calls, told.changed, told.cost_usd, told.new_cost_usd])
    _print(table)


def compared_table(found: Iterable[Compared]) -> None:
    table = _table(["day", "model", "billed USD", "recorded USD", "difference", "calls", ""], 2)
    for one in found:
        sums = cents(one.billed), cents(one.recorded), cents(one.difference)
        _add(table, [one.day.isoformat(), one.item, *sums, one.calls, one.why])
    _print(table)


def _cells(figures: Figures, recomputed: bool) -> list[object]:
    tokens = figures.input_tokens, figures.output_tokens, figures.cache_read_tokens, figures.reasoning_tokens
    money = [figures.cost_usd, *([figures.corrected_usd] if recomputed else []), figures.reserved_usd]
    shares = [f"{share:.1%}" for share in (figures.estimated_share, figures.unpriced_share)]
    return [figures.calls, figures.refused, *tokens, *money, *shares]


def _table(names: Sequence[str], texts: int) -> Table:
    table = Table(box=None, pad_edge=False)
    for place, name in enumerate(names):
        table.add_column(name, overflow="fold", justify="left" if place < texts else "right")
    return table


def _add(table: Table, cells: Iterable[Any]) -> None:
    table.add_row(*(Text(printable(str(cell))) for cell in cells))


def _print(table: Table) -> None:
    Console(width=None if sys.stdout.isatty() else _UNWRAPPED).print(table)
