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
from gateway.admin.audit_bodies import CallPage, CallRecord, Ending
from gateway.audit.query import Record
from gateway.cli.audit_tables import act_table, call_table
from gateway.cli.audit_verify import verify
from gateway.cli.moments import moment_of
from gateway.cli.target import Gateway, PlainHttp, Url, gateway_at, shown
from gateway.cli.wrong_use import WrongUse
from gateway.errors import Kind, Refused

_PAGE: Final = 500
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
_ACT_ID: Final = "act_"
_OF_CALLS: Final = ("use_case", "model", "region", "decision")

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
    until: Annotated[str | None, typer.Option(help="The same; what is before it.")] = None,
    user: Annotated[
        str | None, typer.Option(help="A person's name, or the pseudonym in the records.")
    ] = None,
    team: Annotated[str | None, typer.Option()] = None,
    key: Annotated[str | None, typer.Option(help="The id of the key that was used.")] = None,
    use_case: Annotated[str | None, typer.Option()] = None,
    model: Annotated[str | None, typer.Option(help="As it was asked for.")] = None,
    region: Annotated[str | None, typer.Option(help="Of the provider that served.")] = None,
    ending: Annotated[
        str | None, typer.Option(help="complete, refused, upstream_error, client_gone, …; of acts: done, …")
    ] = None,
    decision: Annotated[str | None, typer.Option(help="refused, a stage, or stage:rule.")] = None,
    acts: Annotated[bool, typer.Option("--acts", help="What administrators did, in place of calls.")] = False,
    act: Annotated[str | None, typer.Option(help="Of acts: keys.create, or all of keys.")] = None,
    about: Annotated[str | None, typer.Option(help="Of acts: an id, a person, a role, a team.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 1000,
    as_json: AsJson = False,
    url: Url = None,
    plain_http: PlainHttp = False,
) -> None:
    """List calls, newest first; with --acts what administrators did."""
    of_calls = {"use_case": use_case, "model": model, "region": region, "decision": decision}
    of_acts = {"act": act, "about": about}
    acts = acts or act is not None or about is not None
    for option, value in (of_calls if acts else of_acts).items():
        if value is not None:
            raise WrongUse(f"--{option.replace('_', '-')} is a filter for {'calls' if acts else 'acts'}")
    _check("ending", ending, get_args(ActEnding if acts else Ending))
    _check("decision", decision and decision.partition(":")[0], ("refused", *_STAGES))
    now = datetime.now(UTC)
    wanted = {
        "since": moment_of(since, now),
        "until": moment_of(until, now),
        "user": user,
        "team": team,
        "key": key,
    }
    wanted |= {"ending": ending, **(of_acts if acts else of_calls)}
    with gateway_at(url, plain_http=plain_http) as gateway:
        found = islice((_acts if acts else _calls)(gateway, wanted, min(limit, _PAGE)), limit)
        if as_json:
            for record in found:
                print(json.dumps(record))
            return
        (act_table if acts else call_table)(found)


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


def _calls(gateway: Gateway, wanted: Mapping[str, str | None], page_size: int) -> Iterator[Record]:
    """Records page by page, so that a long answer is never held whole."""
    cursor: str | None = ""
    while cursor is not None:
        asked = {**wanted, "limit": str(page_size), "cursor": cursor or None}
        page = gateway.ask("audit.calls", CallPage, query=asked)
        yield from page.calls
        cursor = page.next


def _acts(gateway: Gateway, wanted: Mapping[str, str | None], page_size: int) -> Iterator[Record]:
    cursor: str | None = ""
    while cursor is not None:
        asked = {**wanted, "limit": str(page_size), "cursor": cursor or None}
        page = gateway.ask("audit.acts", ActPage, query=asked)
        yield from page.acts
        cursor = page.next


def _check(option: str, word: str | None, allowed: tuple[str, ...]) -> None:
    if word is not None and word not in allowed:
        raise WrongUse(f"--{option}: '{shown(word)}' is none of {', '.join(allowed)}")
