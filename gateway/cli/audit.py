"""`gateway audit`: ask the audit log, and prove it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import Progress, TextColumn
from rich.table import Table
from rich.text import Text

from gateway.audit.query import Query, Record, next_page
from gateway.audit.verify import Report, Verifier
from gateway.cli.wrong_use import WrongUse
from gateway.installation import Installation, open_installation
from gateway.settings import load_settings
from gateway.stores.acts import SqlActs
from gateway.stores.calls import SqlCalls
from gateway.stores.interfaces import CallFilter

_PAGE: Final = 500
_ENDINGS: Final = (
    *("complete", "refused", "upstream_error", "upstream_error_midstream"),
    *("client_gone", "timeout", "shutdown", "interrupted"),
)
"""gateway.call's, which would import what only a server needs."""
_STAGES: Final = (
    "authenticate",
    "prompt",
    "authorize",
    "own",
    "plan",
    "unpack",
    "reserve",
    "record",
    "keep",
    "pipeline",
)
"""Those that may refuse a call."""
_UNWRAPPED: Final = 10_000
"""Wider than any row: what reads a pipe looks for one call a line."""
_AGO: Final = re.compile(r"(\d+)([smhdw])\Z")
_UNIT: Final[Mapping[str, str]] = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

AsJson = Annotated[bool, typer.Option("--json", help="JSON, one record a line, for programs.")]


def build() -> typer.Typer:
    app = typer.Typer(name="audit", help="The audit log.", no_args_is_help=True, add_completion=False)
    app.command("query")(query)
    app.command("show")(show)
    app.command("verify")(verify)
    return app


def query(
    since: Annotated[
        str | None, typer.Option(help="90s, 15m, 1h, 7d, 2w ago, or a time like 2026-11-22T13:00.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="The same; calls before it.")] = None,
    user: Annotated[
        str | None, typer.Option(help="A person's name, or the pseudonym in the records.")
    ] = None,
    team: Annotated[str | None, typer.Option()] = None,
    key: Annotated[str | None, typer.Option(help="The id of a key.")] = None,
    use_case: Annotated[str | None, typer.Option()] = None,
    model: Annotated[str | None, typer.Option(help="As it was asked for.")] = None,
    region: Annotated[str | None, typer.Option(help="Of the provider that served.")] = None,
    ending: Annotated[
        str | None, typer.Option(help="complete, refused, upstream_error, client_gone, …")
    ] = None,
    decision: Annotated[str | None, typer.Option(help="refused, a stage, or stage:rule.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """List calls, newest first."""
    _check("ending", ending, _ENDINGS)
    _check("decision", decision and decision.partition(":")[0], ("refused", *_STAGES))
    now = datetime.now(UTC)
    wanted = CallFilter(
        since=_time(since, now),
        until=_time(until, now),
        user=user,
        team=team,
        key=key,
        use_case=use_case,
        model=model,
        region=region,
        ending=ending,
        decision=decision,
        limit=min(limit, _PAGE),
    )
    with open_installation(load_settings()) as installation:
        found = _pages(_asking(installation), wanted, limit)
        if as_json:
            for record in found:
                print(json.dumps(record))
            return
        _print_table(found)


def show(
    call_id: Annotated[str, typer.Argument(help="The id of a call: `x-request-id` of its answer.")],
) -> None:
    """Print one call's record, with names where they are known."""
    with open_installation(load_settings()) as installation:
        record = _asking(installation).show(call_id, names=True)
    if record is None:
        print(f"no call has the id {_shown(call_id)}", file=sys.stderr)
        raise typer.Exit(1)
    print(json.dumps(record, indent=2))


def verify(as_json: AsJson = False) -> None:
    """Check every chain: exit 0, or 1 naming the first bad entry."""
    settings = load_settings()
    with open_installation(settings) as installation, _progress() as progress:
        task = progress.add_task("entries", total=None)
        report = Verifier(
            SqlCalls(installation.database.engine),
            SqlActs(installation.database.engine),
            installation.database.installation,
            settings.data,
            lambda entries: progress.update(task, completed=entries),
        ).run()
    if as_json:
        print(json.dumps(_as_json(report)))
    else:
        _print_report(report)
    if report.fault is not None:
        raise typer.Exit(1)


def _asking(installation: Installation) -> Query:
    return Query(SqlCalls(installation.database.engine), installation.subjects)


def _pages(asking: Query, wanted: CallFilter, limit: int) -> Iterator[Record]:
    """Records page by page, so that a long answer is never held whole."""
    page: CallFilter | None = wanted
    left = limit
    while page is not None and left > 0:
        found = asking.search(page)
        yield from found[:left]
        left -= len(found)
        page = next_page(page, found)


def _check(option: str, word: str | None, allowed: tuple[str, ...]) -> None:
    if word is not None and word not in allowed:
        raise WrongUse(f"--{option}: '{_shown(word)}' is none of {', '.join(allowed)}")


def _time(text: str | None, now: datetime) -> str | None:
    """A time as records hold it."""
    if text is None:
        return None
    ago = _AGO.match(text)
    try:
        at = now - timedelta(**{_UNIT[ago[2]]: int(ago[1])}) if ago else datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise WrongUse(f"'{text}' is no time: expected 90s, 15m, 1h, 7d, 2w or 2026-11-22T13:00") from None
    at = at.astimezone(UTC) if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _print_table(found: Iterator[Record]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("at", min_width=19)
    table.add_column("id", min_width=32)
    for name in ("ending", "who", "team", "api", "model", "target", "tokens", "USD"):
        table.add_column(name, overflow="fold")
    for record in found:
        who, asked, served = record["who"], record["asked"], record.get("served", {})
        usage, cost = record.get("usage") or {}, record.get("cost") or {}
        cells = (
            record["at"][:19],
            record["id"],
            record["ending"] or "open",
            who["user"] or who["key"] or "",
            who["team"] or "",
            asked["api"],
            asked["model"] or "",
            served.get("target") or "",
            f"{usage['input_tokens']}+{usage['output_tokens']}" if usage else "",
            cost.get("usd") or "",
        )
        table.add_row(*(Text(_shown(str(cell))) for cell in cells))
    Console(width=None if sys.stdout.isatty() else _UNWRAPPED).print(table)


def _print_report(report: Report) -> None:
    for chain in report.chains:
        waiting = f", {chain.in_spool} of them not in the database yet" if chain.in_spool else ""
        print(f"writer {chain.writer}: {chain.head.seq} entries{waiting}")
    for note in report.notes:
        print(f"note: {note}")
    if report.fault is not None:
        fault = report.fault
        print(f"BAD: writer {fault.writer}, entry {fault.seq}: {fault.what}: {_shown(fault.detail)}")
        return
    print(f"{report.entries} entries: nothing was changed, removed or reordered")
    for writer, seq in report.unproven.items():
        print(
            f"unproven: whether entries from {seq} of {writer} on were cut off (no anchor is kept elsewhere)"
        )


def _as_json(report: Report) -> dict[str, Any]:
    fault = report.fault
    return {
        "ok": fault is None,
        "entries": report.entries,
        "writers": [{"writer": c.writer, "seq": c.head.seq, "in_spool": c.in_spool} for c in report.chains],
        "first_bad": None
        if fault is None
        else {"writer": fault.writer, "seq": fault.seq, "what": fault.what, "detail": fault.detail},
        "unproven_from": report.unproven,
        "notes": report.notes,
    }


def _progress() -> Progress:
    columns = (TextColumn("{task.completed} {task.description} checked"),)
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _shown(text: str) -> str:
    """Text of others on a terminal: what could steer it is shown escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
