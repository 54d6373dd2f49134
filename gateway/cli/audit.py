"""`gateway audit`: ask the audit log, and prove it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Final, get_args

import typer

from gateway.admin.act_bodies import ActEnding, ActPage, ActRecord
from gateway.admin.audit_bodies import CallRecord, CallTotals
from gateway.audit.query import Record
from gateway.cli.audit_calls import PAGE, all_calls, print_calls, print_totals
from gateway.cli.audit_content import content, search
from gateway.cli.audit_export import export
from gateway.cli.audit_holds import build as build_holds
from gateway.cli.audit_tables import act_table
from gateway.cli.audit_verify import verify
from gateway.cli.call_filters import (
    Api,
    CostOver,
    Decision,
    EndingOption,
    EndUser,
    Entity,
    Key,
    Model,
    OrderOption,
    Provider,
    Region,
    Revision,
    Since,
    Team,
    Until,
    UseCase,
    User,
    calls_wanted,
    check_word,
    only_of,
)
from gateway.cli.moments import moment_of
from gateway.cli.target import Gateway, PlainHttp, Url, gateway_at, shown
from gateway.errors import Kind, Refused

_ACT_ID: Final = "act_"

AsJson = Annotated[bool, typer.Option("--json", help="JSON, one record a line, for programs.")]


def build() -> typer.Typer:
    app = typer.Typer(name="audit", help="The audit log.", no_args_is_help=True, add_completion=False)
    app.command("query")(query)
    app.command("show")(show)
    app.command("verify")(verify)
    app.command("export")(export)
    app.command("content")(content)
    app.command("search")(search)
    app.add_typer(build_holds())
    return app


def query(
    since: Since = None,
    until: Until = None,
    user: User = None,
    end_user: EndUser = None,
    team: Team = None,
    key: Key = None,
    use_case: UseCase = None,
    api: Api = None,
    model: Model = None,
    provider: Provider = None,
    region: Region = None,
    entity: Entity = None,
    revision: Revision = None,
    cost_over: CostOver = None,
    ending: EndingOption = None,
    decision: Decision = None,
    order: OrderOption = "newest",
    acts: Annotated[bool, typer.Option("--acts", help="What administrators did, in place of calls.")] = False,
    act: Annotated[str | None, typer.Option(help="Of acts: keys.create, or all of keys.")] = None,
    about: Annotated[str | None, typer.Option(help="Of acts: an id, a person, a role, a team.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 1000,
    totals: Annotated[
        bool, typer.Option("--totals", help="What all of them come to, in place of them.")
    ] = False,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV, for spreadsheets.")] = False,
    url: Url = None,
    plain_http: PlainHttp = False,
) -> None:
    """List calls, newest first; with --acts what administrators did."""
    of_calls = {"end_user": end_user, "use_case": use_case, "api": api, "model": model, "provider": provider}
    of_calls |= {"region": region, "entity": entity, "policy": revision}
    of_calls |= {"cost_over": cost_over, "decision": decision}
    both = {"since": since, "until": until, "user": user, "team": team, "key": key, "ending": ending}
    with gateway_at(url, plain_http=plain_http) as gateway:
        if acts or act is not None or about is not None:
            only_of("calls", of_calls)
            _print_acts(gateway, {**both, "act": act, "about": about}, limit, as_json=as_json)
        elif totals:
            wanted = calls_wanted(**both, **of_calls)
            print_totals(gateway.ask("audit.totals", CallTotals, query=wanted), as_json=as_json)
        else:
            wanted = calls_wanted(**both, **of_calls, order=order)
            found = islice(all_calls(gateway, wanted, min(limit, PAGE)), limit)
            print_calls(found, as_json=as_json, as_csv=as_csv)


def _print_acts(gateway: Gateway, given: Mapping[str, str | None], limit: int, *, as_json: bool) -> None:
    check_word("ending", given["ending"], get_args(ActEnding))
    now = datetime.now(UTC)
    wanted = {**given, "since": moment_of(given["since"], now), "until": moment_of(given["until"], now)}
    found = islice(_acts(gateway, wanted, min(limit, PAGE)), limit)
    if not as_json:
        act_table(found)
        return
    for record in found:
        print(json.dumps(record))


def show(
    call_id: Annotated[
        str, typer.Argument(help="The id of a call (`x-request-id` of its answer), or of an act (act_…).")
    ],
    url: Url = None,
    plain_http: PlainHttp = False,
) -> None:
    """Print one call's or one act's record, with names where they are known."""
    record: Record
    kind = "act" if call_id.startswith(_ACT_ID) else "call"
    try:
        with gateway_at(url, plain_http=plain_http) as gateway:
            if kind == "act":
                record = gateway.ask("audit.act", ActRecord, path={"act_id": call_id}).act
            else:
                record = gateway.ask("audit.call", CallRecord, path={"call_id": call_id}).call
    except Refused as refused:
        if refused.problem.kind is not Kind.NOT_FOUND:
            raise
        print(f"no {kind} has the id {shown(call_id)}", file=sys.stderr)
        raise typer.Exit(1) from None
    print(json.dumps(record, indent=2))


def _acts(gateway: Gateway, wanted: Mapping[str, str | None], page_size: int) -> Iterator[Record]:
    cursor: str | None = ""
    while cursor is not None:
        asked = {**wanted, "limit": str(page_size), "cursor": cursor or None}
        page = gateway.ask("audit.acts", ActPage, query=asked)
        yield from page.acts
        cursor = page.next
