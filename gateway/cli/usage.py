"""`gateway usage`: what calls used and cost, by today's prices too, and beside a provider's bill."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Final

import typer

from gateway.admin.usage_bodies import Recomputed, Span, UsageReport
from gateway.cli.bill import Bill, model_key, read_bill
from gateway.cli.moments import moment_of
from gateway.cli.reconciled import Compared, Recorded, cents, compared, exactly, total_of
from gateway.cli.target import Gateway, PlainHttp, Url, gateway_at, printable, shown
from gateway.cli.usage_tables import compared_table, recomputed_table, usage_csv, usage_table
from gateway.cli.wrong_use import WrongUse
from gateway.stores.usages import DIMENSIONS

_MOST_DIMENSIONS: Final = 6
_MOST_BYTES: Final = 256 * 1024 * 1024

Since = Annotated[str, typer.Option(help="90s, 15m, 1h, 30d, 2w ago, or a time like 2026-11-22T13:00.")]
Until = Annotated[str | None, typer.Option(help="The same; what is before it.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON, one object a line, for programs.")]


def build() -> typer.Typer:
    app = typer.Typer(name="usage", help="What calls used and cost.", add_completion=False)
    app.callback(invoke_without_command=True)(usage)
    app.command("recompute")(recompute)
    app.command("reconcile")(reconcile)
    return app


def usage(
    context: typer.Context,
    by: Annotated[str, typer.Option(help=f"One line for each of these: {','.join(DIMENSIONS)}.")] = "",
    since: Since = "30d",
    until: Until = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV, for spreadsheets.")] = False,
    as_json: AsJson = False,
    url: Url = None,
    plain_http: PlainHttp = False,
) -> None:
    """What calls used and cost."""
    if context.invoked_subcommand is not None:
        return
    if as_csv and as_json:
        raise WrongUse("--csv or --json, not both")
    wanted = _dimensions(by)
    now = datetime.now(UTC)
    asked = {"by": ",".join(wanted), "since": moment_of(since, now), "until": moment_of(until, now)}
    with gateway_at(url, plain_http=plain_http) as gateway:
        report = gateway.ask("usage.report", UsageReport, query=asked)
    if as_csv:
        usage_csv(report, wanted)
    elif as_json:
        for line in report.lines:
            print(json.dumps({**line.of, **line.figures.model_dump()}))
        if not wanted:
            print(json.dumps(report.total.model_dump()))
    else:
        usage_table(report, wanted)


def recompute(
    since: Since = "30d",
    until: Until = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Record it, beside what the records say. Else it is only said.")
    ] = False,
    as_json: AsJson = False,
    url: Url = None,
    plain_http: PlainHttp = False,
) -> None:
    """What calls would cost by the prices of the policy and the list of today."""
    now = datetime.now(UTC)
    span = Span(since=moment_of(since, now), until=moment_of(until, now))
    with gateway_at(url, plain_http=plain_http) as gateway:
        if apply:
            told = gateway.ask("usage.recompute", Recomputed, body=span)
        else:
            told = gateway.ask("usage.repriced", Recomputed, query=span.model_dump())
    if as_json:
        print(json.dumps(told.model_dump()))
        return
    recomputed_table(told)
    if told.recomputation is not None:
        print(f"recorded as {told.recomputation}: {told.changed} of {told.calls} calls are corrected")
    elif told.changed:
        print(f"{told.changed} of {told.calls} calls would cost something else; --apply records it")


def reconcile(
    bill: Annotated[Path, typer.Argument(metavar="BILL.csv", help="A cost export of OpenAI or Anthropic.")],
    provider: Annotated[
        list[str] | None,
        typer.Option(help="The provider in the policy whose bill it is, or several; else its own name."),
    ] = None,
    since: Annotated[str | None, typer.Option(help="The first day (UTC), like 2026-11-01.")] = None,
    until: Annotated[str | None, typer.Option(help="The day after the last.")] = None,
    tolerance: Annotated[str, typer.Option(help="USD by model and day; more is a difference.")] = "0.01",
    show_all: Annotated[bool, typer.Option("--all", help="What agrees, too.")] = False,
    as_json: AsJson = False,
    url: Url = None,
    plain_http: PlainHttp = False,
) -> None:
    """Put a provider's bill beside what was recorded: 1 if they differ by model and day."""
    allowed, first, last = _amount(tolerance), _day(since), _day(until)
    billed = _read(bill)
    today = datetime.now(UTC).date()
    days = [day for day in _span(billed) if (first is None or day >= first) and (last is None or day < last)]
    over = [day for day in days if day < today]
    with gateway_at(url, plain_http=plain_http) as gateway:
        recorded = list(_recorded(gateway, over, tuple(provider or [billed.vendor])))
    found = compared(billed, recorded, over)
    wrong = [one for one in found if abs(one.difference) > allowed]
    if as_json:
        for one in found if show_all else wrong:
            print(json.dumps(_as_json(one)))
    else:
        _print(found if show_all else wrong, found, billed, len(days) - len(over))
    if wrong:
        raise typer.Exit(1)


def _dimensions(by: str) -> list[str]:
    wanted = list(dict.fromkeys(one.strip() for one in by.split(",") if one.strip()))
    for one in wanted:
        if one not in DIMENSIONS:
            raise WrongUse(f"--by: '{shown(one)}' is none of {', '.join(DIMENSIONS)}")
    if len(wanted) > _MOST_DIMENSIONS:
        raise WrongUse(f"--by: at most {_MOST_DIMENSIONS} of them")
    return wanted


def _read(path: Path) -> Bill:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise WrongUse(f"{path} is larger than {_MOST_BYTES // 1024**2} MiB")
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return read_bill(lines)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no UTF-8"
        raise WrongUse(f"{shown(path)} can't be read: {why}") from None


def _span(bill: Bill) -> Iterator[date]:
    """From its first day to its last."""
    day = min(bill.days)
    while day <= max(bill.days):
        yield day
        day += timedelta(days=1)


def _recorded(gateway: Gateway, days: list[date], providers: tuple[str, ...]) -> Iterator[Recorded]:
    if not days:
        return
    asked = {"since": f"{days[0]}T00:00:00Z", "until": f"{days[-1] + timedelta(days=1)}T00:00:00Z"}
    report = gateway.ask("usage.report", UsageReport, query={"by": "day,provider,target", **asked})
    for line in report.lines:
        day, name, target = (line.of[part] for part in ("day", "provider", "target"))
        if day is not None and name in providers and target is not None:
            item = model_key(target.removeprefix(f"{name}/"))
            figures = line.figures
            usd = Decimal(figures.corrected_usd)
            yield Recorded(date.fromisoformat(day), item, usd, figures.calls, figures.unpriced)


def _print(lines: list[Compared], found: list[Compared], bill: Bill, not_over: int) -> None:
    if lines:
        compared_table(lines)
    if not_over:
        print(f"left out: {not_over} days that are not over in UTC")
    billed, recorded = total_of(found)
    differs = sum(1 for one in found if one in lines)
    print(
        f"{bill.vendor}: billed {cents(billed)} USD, recorded {cents(recorded)} USD; "
        f"{len(found)} lines by model and day, {differs} shown"
    )


def _as_json(one: Compared) -> dict[str, object]:
    return {
        "day": one.day.isoformat(),
        "model": one.item,
        "billed_usd": exactly(one.billed),
        "recorded_usd": exactly(one.recorded),
        "difference_usd": cents(one.difference),
        "calls": one.calls,
        "why": one.why or None,
    }


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise WrongUse(f"'{printable(text or '')}' is no day: expected one like 2026-11-01") from None


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0:
        raise WrongUse(f"--tolerance: '{shown(text)}' is no amount of USD")
    return amount
