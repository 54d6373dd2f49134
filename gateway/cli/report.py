"""`gateway report`: what has to be shown to others."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer

from gateway.admin.privacy_bodies import ProcessingReport, ProcessingTold, RecipientTold
from gateway.cli.call_filters import Since, check_word
from gateway.cli.moments import moment_of
from gateway.cli.target import PlainHttp, Url, gateway_at, printable


def build() -> typer.Typer:
    app = typer.Typer(name="report", help="Reports for others.", no_args_is_help=True, add_completion=False)
    app.command("processing")(processing)
    app.callback()(_group)
    return app


def processing(
    since: Since = None,
    kind: Annotated[str, typer.Option("--format", help="text, markdown or json.")] = "text",
    url: Url = None,
    plain_http: PlainHttp = False,
) -> None:
    """The record of processing (GDPR, article 30): of each use case who, why, whose data, to whom, how long."""
    check_word("format", kind, ("text", "markdown", "json"))
    asked = {"since": moment_of(since, datetime.now(UTC))}
    with gateway_at(url, plain_http=plain_http) as gateway:
        report = gateway.ask("reports.processing", ProcessingReport, query=asked)
    if kind == "json":
        print(json.dumps(report.model_dump(), indent=2))
    else:
        print("\n".join(_markdown(report) if kind == "markdown" else _text(report)))


def _group() -> None:
    """Reports for others."""


def _facts(record: ProcessingTold) -> Iterator[tuple[str, str]]:
    yield "controller", record.controller or "-"
    yield "purpose", record.purpose or "-"
    yield "lawful basis", record.lawful_basis or "-"
    yield "owner", record.owner or "-"
    yield "data subjects", _listed(record.data_subjects)
    yield "data categories", _listed(record.data_categories)
    yield "recipients", "; ".join(map(_recipient, record.recipients)) or "-"
    yield "transfers", _listed(record.transfers)
    yield "retention", "; ".join(f"{what} {span}" for what, span in record.retention.items())
    yield "safeguards", "; ".join(record.safeguards)
    yield "impact assessment", record.dpia or "-"
    yield "AI Act", record.ai_act or "not judged"


def _recipient(one: RecipientTold) -> str:
    transfer = f", transfer by {one.transfer}" if one.transfer not in (None, "none") else ""
    trains = {True: ", trains on it", False: ", does not train on it"}.get(one.trains, "")  # type: ignore[arg-type]
    kept = f", keeps it {one.retention}" if one.retention else ""
    where = f"{one.country or '-'}, region {one.region or 'none'}"
    return f"{one.name or one.provider} ({where}{transfer}{kept}{trains}; {one.calls} calls)"


def _text(report: ProcessingReport) -> Iterator[str]:
    yield f"record of processing, policy {report.policy}, {report.at[:10]}"
    for record in report.records:
        yield f"\n{printable(record.use_case)}"
        for name, value in _facts(record):
            yield f"  {name}: {printable(value)}"
        for gap in record.gaps:
            yield f"  MISSING: {printable(gap)}"


def _markdown(report: ProcessingReport) -> Iterator[str]:
    yield f"# Record of processing\n\nPolicy {report.policy}, {report.at[:10]}."
    for record in report.records:
        yield f"\n## {_plain(record.use_case)}\n\n| | |\n| --- | --- |"
        yield from (f"| {name} | {_plain(value)} |" for name, value in _facts(record))
        yield from (f"| **missing** | {_plain(gap)} |" for gap in record.gaps)


def _plain(text: str) -> str:
    """In a cell of a table: no text becomes markup."""
    return "".join(f"\\{char}" if char in "|<>[]`*_\\" else char for char in printable(text))


def _listed(values: Iterable[str]) -> str:
    return ", ".join(values) or "-"
