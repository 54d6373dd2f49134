"""The figures as a table for people, as Markdown for notes and as JSON for programs."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from importlib.metadata import version

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks.figures import Row, TargetFacts
from benchmarks.measure import Report

_PACKAGES = ("uvicorn", "uvloop", "httptools", "aiohttp", "httpx", "orjson", "msgspec")
_COLUMNS = (
    "mode",
    "target",
    "CPU",
    "/ bare",
    "min-max",
    "req/s",
    "p50 ms",
    "p99 ms",
    "1st chunk p50 / p99",
    "chunks/s",
    "busy",
    "others",
    "errors",
)
_FACT_COLUMNS = ("target", "start s", "RSS MiB after start", "RSS MiB after load")


def print_tables(report: Report, console: Console) -> None:
    table = _table(_COLUMNS, left=2, title=title(report))
    for mode in report.options.modes:
        table.add_section()
        for row in report.rows:
            if row.mode == mode:
                table.add_row(*cells(row), style="red" if row.errors else None)
    console.print(table)
    for note in notes(report):
        console.print(note, markup=False, highlight=False)
    facts = _table(_FACT_COLUMNS, left=1)
    for fact in report.facts:
        facts.add_row(*fact_cells(fact))
    console.print(facts)


def markdown(report: Report) -> str:
    lines = [f"**{title(report)}**", "", *_grid(_COLUMNS, left=2)]
    lines += [_line(cells(row)) for row in report.rows]
    lines += ["", *_grid(_FACT_COLUMNS, left=1), *(_line(fact_cells(fact)) for fact in report.facts), ""]
    return "\n".join(lines + [f"- {note}" for note in notes(report)]) + "\n"


def as_json(report: Report) -> bytes:
    options = report.options
    return msgspec.json.format(
        msgspec.json.encode(
            {
                "versions": versions(),
                "seconds": options.seconds,
                "repeats": options.repeats,
                "connections": options.connections,
                "streams": options.streams,
                "chunks": options.chunks,
                "interval_ms": options.interval_ms,
                "payload_bytes": options.payload_bytes,
                "rows": report.rows,
                "targets": report.facts,
                "skipped": report.skipped,
                "failed": report.failed,
            }
        )
    )


def title(report: Report) -> str:
    options = report.options
    return (
        f"requests of {options.payload_bytes / 1024:g} KB, "
        f"medians of {options.repeats} runs of {options.seconds:g} s"
    )


def legend(report: Report) -> list[str]:
    """What the modes are and what CPU counts in each."""
    options = report.options
    streams = f"{options.streams} streams of {options.chunks} chunks"
    legends = {
        "json": f"json: whole answers to {options.connections} connections; CPU in µs per request",
        "burst": f"burst: {streams}, as fast as they go; CPU in ms per 1,000 chunks",
        "paced": f"paced: {streams}, a chunk each {options.interval_ms:g} ms; CPU in ms per 1,000 chunks",
    }
    return [legends[mode] for mode in options.modes]


def notes(report: Report) -> list[str]:
    found = legend(report)
    if any("†" in row.marks for row in report.rows):
        found.append(
            "† others used more than 5 % of the target's core: CPU is inflated, the rest means little"
        )
    if any("‡" in row.marks for row in report.rows):
        found.append("‡ the target was not at its limit: req/s and latency speak of the load generator")
    found += [f"{name} skipped: {why}" for name, why in report.skipped.items()]
    found += [f"{name} FAILED: {why}" for name, why in report.failed.items()]
    found += [f"{row.target}, {row.mode}: {row.first_error}" for row in report.rows if row.errors]
    return [*found, ", ".join(f"{name} {number}" for name, number in versions().items())]


def versions() -> dict[str, str]:
    return {"Python": platform.python_version()} | {name: version(name) for name in _PACKAGES}


def cells(row: Row) -> list[str]:
    streamed = row.mode != "json"
    return [
        row.mode,
        f"{row.target} {row.marks}".strip(),
        f"{row.cpu:.1f}",
        "" if row.cpu_ratio is None else f"{row.cpu_ratio:.2f}",
        f"{row.cpu_min:.1f}-{row.cpu_max:.1f}",
        f"{row.requests_per_s:,.0f}",
        f"{row.p50_ms:.2f}",
        f"{row.p99_ms:.2f}",
        f"{row.first_chunk_p50_ms:.2f} / {row.first_chunk_p99_ms:.2f}" if streamed else "",
        f"{row.chunks_per_s:,.0f}" if streamed else "",
        f"{row.busy:.2f}",
        f"{row.others:.2f}",
        str(row.errors),
    ]


def fact_cells(fact: TargetFacts) -> list[str]:
    return [fact.target, f"{fact.start_s:.2f}", f"{fact.rss_start_mib:.0f}", f"{fact.rss_load_mib:.0f}"]


def _table(columns: tuple[str, ...], *, left: int, title: str | None = None) -> Table:
    table = Table(title=title)
    for at, name in enumerate(columns):
        table.add_column(name, justify="left" if at < left else "right", no_wrap=True)
    return table


def _grid(columns: tuple[str, ...], *, left: int) -> list[str]:
    return [_line(columns), _line(["---" if at < left else "---:" for at in range(len(columns))])]


def _line(values: Iterable[str]) -> str:
    return "| " + " | ".join(values) + " |"
