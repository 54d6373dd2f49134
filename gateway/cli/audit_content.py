"""`gateway audit content` and `search`: what was kept of calls, opened for a reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import Progress, TextColumn

from gateway.admin.content_bodies import ContentAsked, ContentOpened, ContentSearched, SearchAsked
from gateway.cli.call_filters import Since
from gateway.cli.moments import moment_of
from gateway.cli.target import PlainHttp, Url, body_of, gateway_at, no_is_an_answer, printable

_OPTIONS: Final = {"reason": "--reason", "text": "TEXT", "since": "--since"}

Reason = Annotated[str, typer.Option(help="Why. It is recorded.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON, for programs.")]


def content(
    call_id: Annotated[str, typer.Argument(help="The id of a call.")],
    reason: Reason,
    as_json: AsJson = False,
    url: Url = None,
    plain_http: PlainHttp = False,
) -> None:
    """Print what was kept of a call: what was sent, and what was got."""
    body = body_of(ContentAsked, _OPTIONS, reason=reason)
    with (
        gateway_at(url, plain_http=plain_http) as gateway,
        no_is_an_answer({"call": call_id}, as_json=as_json),
    ):
        opened = gateway.ask("audit.content", ContentOpened, path={"call_id": call_id}, body=body)
        if as_json:
            print(json.dumps(opened.model_dump()))
            return
        for side in ("sent", "got"):
            print(f"--- {side}")
            print("\n".join(map(printable, str(opened.content[side]).splitlines())))


def search(
    text: Annotated[str, typer.Argument(help="What to look for, whatever its case.")],
    reason: Reason,
    since: Since = None,
    most: Annotated[int, typer.Option("--most", min=1, help="Look through at most so many.")] = 10_000,
    as_json: AsJson = False,
    url: Url = None,
    plain_http: PlainHttp = False,
) -> None:
    """Look through what was kept of calls, newest first: 1 if nothing holds the text."""
    given = {"text": text, "reason": reason, "since": moment_of(since, datetime.now(UTC))}
    body = body_of(SearchAsked, _OPTIONS, **given)
    found = read = unreadable = 0
    columns = (TextColumn("{task.completed} contents read"),)
    with (
        gateway_at(url, plain_http=plain_http) as gateway,
        Progress(*columns, console=Console(stderr=True), transient=True) as progress,
    ):
        task = progress.add_task("contents", total=None)
        while True:
            page = gateway.ask("audit.search_content", ContentSearched, body=body)
            for one in page.found:
                around = " ".join(one.around.split())
                print(
                    json.dumps(one.model_dump())
                    if as_json
                    else f"{one.call} {one.where}: {printable(around)}"
                )
            found, read, unreadable = found + len(page.found), read + page.read, unreadable + page.unreadable
            progress.update(task, completed=read)
            if page.next is None or read + unreadable >= most:
                break
            body = body.model_copy(update={"cursor": page.next})
    if not as_json:
        print(f"{found} found in {read} contents; {unreadable} can't be read any more")
        if page.next is not None:
            print(f"there are more than {most}: older ones were not looked through")
    if not found:
        raise typer.Exit(1)
