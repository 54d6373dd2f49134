"""`gateway audit export`: calls into a file; that they were taken out is recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from gateway.admin.audit_bodies import CallTotals, ExportAsked
from gateway.audit.query import Record
from gateway.cli.audit_calls import PAGE, all_calls, write_csv, write_jsonl
from gateway.cli.call_filters import (
    Decision,
    EndingOption,
    EndUser,
    Entity,
    Key,
    Model,
    Provider,
    Region,
    Since,
    Team,
    Until,
    UseCase,
    User,
    calls_wanted,
    check_word,
)
from gateway.cli.files import new_file
from gateway.cli.target import PlainHttp, Url, body_of, gateway_at


def export(
    out: Annotated[str, typer.Option("--out", help="The file; - is standard output.")],
    since: Since = None,
    until: Until = None,
    user: User = None,
    end_user: EndUser = None,
    team: Team = None,
    key: Key = None,
    use_case: UseCase = None,
    model: Model = None,
    provider: Provider = None,
    region: Region = None,
    entity: Entity = None,
    ending: EndingOption = None,
    decision: Decision = None,
    kind: Annotated[str, typer.Option("--format", help="jsonl or csv.")] = "jsonl",
    url: Url = None,
    plain_http: PlainHttp = False,
) -> None:
    """Write calls into a file, oldest first."""
    check_word("format", kind, ("jsonl", "csv"))
    who = {"user": user, "end_user": end_user, "team": team, "key": key, "use_case": use_case}
    where = {"model": model, "provider": provider, "region": region, "entity": entity}
    wanted = calls_wanted(since=since, until=until, **who, **where, ending=ending, decision=decision)
    body = body_of(
        ExportAsked, {name: f"--{name}" for name in ExportAsked.model_fields}, **wanted, format=kind
    )
    with gateway_at(url, plain_http=plain_http) as gateway, new_file(out) as file:
        begun = gateway.ask("audit.export", CallTotals, body=body)
        found = _counted(all_calls(gateway, {**wanted, "order": "oldest"}, PAGE), begun.calls)
        (write_csv if kind == "csv" else write_jsonl)(found, file)


def _counted(found: Iterable[Record], total: int) -> Iterator[Record]:
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("calls", total=total)
        for record in found:
            yield record
            progress.advance(task)
