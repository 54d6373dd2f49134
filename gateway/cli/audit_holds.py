"""`gateway audit hold`: what must not be deleted or erased."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Final

import typer
from rich.table import Table
from rich.text import Text

from gateway.admin.privacy_bodies import HoldAsked, HoldPage, HoldReleased, HoldTold
from gateway.cli.moments import moment_of
from gateway.cli.tables import print_table
from gateway.cli.target import PlainHttp, Url, body_of, gateway_at, no_is_an_answer, printable

_OPTIONS: Final = {name: f"--{name.replace('_', '-')}" for name in HoldAsked.model_fields}
_FACTS: Final = ("subject", "team", "use_case", "key", "since", "until")

AsJson = Annotated[bool, typer.Option("--json", help="JSON, for programs.")]


def build() -> typer.Typer:
    app = typer.Typer(name="hold", help="Legal holds.", no_args_is_help=True, add_completion=False)
    app.command("add")(add)
    app.command("list")(show_all)
    app.command("release")(release)
    return app


def add(
    reason: Annotated[str, typer.Option(help="Why. Kept as it stands: name nobody.")],
    subject: Annotated[str | None, typer.Option(help="user:ID, end_user:ID or key:ID.")] = None,
    team: Annotated[str | None, typer.Option()] = None,
    use_case: Annotated[str | None, typer.Option()] = None,
    key: Annotated[str | None, typer.Option(help="The id of a key.")] = None,
    since: Annotated[str | None, typer.Option(help="Calls from then on: 7d, or 2026-11-22.")] = None,
    until: Annotated[str | None, typer.Option(help="Calls before then.")] = None,
    as_json: AsJson = False,
    url: Url = None,
    plain_http: PlainHttp = False,
) -> None:
    """Hold the calls of which all that is given is so: they, and their people, can't be deleted or erased."""
    now = datetime.now(UTC)
    facts = {"subject": subject, "team": team, "use_case": use_case, "key": key}
    facts |= {"since": moment_of(since, now), "until": moment_of(until, now)}
    body = body_of(HoldAsked, _OPTIONS, reason=reason, **facts)
    with gateway_at(url, plain_http=plain_http) as gateway, no_is_an_answer({}, as_json=as_json):
        made = gateway.ask("holds.add", HoldTold, body=body)
        print(json.dumps(made.model_dump()) if as_json else f"{made.id} is in force")


def show_all(
    every: Annotated[bool, typer.Option("--all", help="Those that were released, too.")] = False,
    as_json: AsJson = False,
    url: Url = None,
    plain_http: PlainHttp = False,
) -> None:
    """List the legal holds in force."""
    with gateway_at(url, plain_http=plain_http) as gateway:
        page = gateway.ask("holds.list", HoldPage, query={"all": "true" if every else "false"})
    if as_json:
        for hold in page.holds:
            print(json.dumps(hold.model_dump()))
        return
    table = Table(box=None, pad_edge=False)
    for name in ("id", "since", "released", "holds", "reason"):
        table.add_column(name, overflow="fold")
    for hold in page.holds:
        facts = {name: value for name in _FACTS if (value := getattr(hold, name)) is not None}
        told = " ".join(f"{name}={value}" for name, value in facts.items()) or "everything"
        cells = hold.id, hold.created_at[:10], (hold.released_at or "")[:10], told, hold.reason
        table.add_row(*(Text(printable(cell)) for cell in cells))
    print_table(table)


def release(
    hold_id: Annotated[str, typer.Argument(help="The id of a hold.")],
    as_json: AsJson = False,
    url: Url = None,
    plain_http: PlainHttp = False,
) -> None:
    """Release a hold."""
    with (
        gateway_at(url, plain_http=plain_http) as gateway,
        no_is_an_answer({"hold": hold_id}, as_json=as_json),
    ):
        done = gateway.ask("holds.release", HoldReleased, path={"hold_id": hold_id})
        if as_json:
            print(json.dumps(done.model_dump()))
            return
        print(f"{done.hold} is released")
        for request in done.deferred:
            print(f"{request} waited for it: ask for that erasure again")
