"""`gateway policy`: what was in force when, what differs, which process runs what, and the way back."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from gateway.admin.policy_bodies import (
    GoBack,
    PolicyDifference,
    PolicyHistory,
    PolicyReloaded,
    PolicyRevision,
    WentBack,
)
from gateway.admin.system_bodies import ProcessTold, SystemStatus
from gateway.cli.policy_shown import change_line, event_table, process_table, processes_here
from gateway.cli.target import Gateway, PlainHttp, Url, body_of, gateway_at, no_is_an_answer
from gateway.settings import load_remote

AsJson = Annotated[bool, typer.Option("--json", help="JSON, for programs.")]
Name = Annotated[str, typer.Argument(help="A revision, or the beginning of its name.")]
Newest = Annotated[
    str | None, typer.Argument(help="A revision, or the beginning of its name; else the newest.")
]


def build() -> typer.Typer:
    app = typer.Typer(
        name="policy", help="Revisions of the policy.", no_args_is_help=True, add_completion=False
    )
    app.command("status")(status)
    app.command("history")(history)
    app.command("show")(show)
    app.command("diff")(diff)
    app.command("reload")(reload)
    app.command("rollback")(rollback)
    return app


def status(as_json: AsJson = False, url: Url = None, plain_http: PlainHttp = False) -> None:
    """Which revision each running gateway has in force. Exit 1 if one has another than the folder holds, or
    can't take what it holds."""
    held, processes = _remote_status(url, plain_http) if load_remote(url) is not None else processes_here()
    if as_json:
        facts = [one.model_dump(mode="json") for one in processes]
        print(json.dumps({"folder": held, "processes": facts}))
    else:
        print(f"the policy folder holds {held or 'no valid policy'}")
        process_table(processes)
    if any(one.revision != held or one.faults for one in processes):
        raise typer.Exit(1)


def _remote_status(url: str | None, plain_http: bool) -> tuple[str | None, Sequence[ProcessTold]]:
    with gateway_at(url, plain_http=plain_http) as gateway:
        told = gateway.ask("system.status", SystemStatus)
    return (None if told.policy.faults else told.policy.revision), told.processes


def history(
    limit: Annotated[int, typer.Option(min=1, max=100, help="The newest so many.")] = 20,
    cursor: Annotated[str | None, typer.Option(help="Where the last page ended: its `next`.")] = None,
    as_json: AsJson = False,
    url: Url = None,
    plain_http: PlainHttp = False,
) -> None:
    """What came into force, newest first: when, why, by whom, and what it changed. JSON: one object a line."""
    with gateway_at(url, plain_http=plain_http) as gateway:
        told = gateway.ask("policy.history", PolicyHistory, query={"limit": str(limit), "cursor": cursor})
    if as_json:
        for event in told.events:
            print(event.model_dump_json())
        return
    event_table(told.events)
    if told.next is not None:
        print(f"older ones: --cursor {told.next}")


def show(
    revision: Newest = None, as_json: AsJson = False, url: Url = None, plain_http: PlainHttp = False
) -> None:
    """The files of a revision, as they were last read; `folder`: as they are now."""
    about = {"revision": revision or ""}
    with gateway_at(url, plain_http=plain_http) as gateway, no_is_an_answer(about, as_json=as_json):
        name = revision or _newest(gateway)
        told = gateway.ask("policy.revision", PolicyRevision, path={"revision": name})
    if as_json:
        print(told.model_dump_json())
        return
    print(f"# revision {told.revision}")
    for name, kept in told.files.items():
        print(f"\n# file {name}{' (*** stands for a secret that was written out)' if kept.withheld else ''}")
        print(kept.text, end="" if kept.text.endswith("\n") else "\n")


def _newest(gateway: Gateway) -> str:
    """`folder` where no gateway has run yet."""
    events = gateway.ask("policy.history", PolicyHistory, query={"limit": "1"}).events
    return events[0].revision if events else "folder"


def diff(
    old: Newest = None,
    new: Annotated[str, typer.Argument(help="A revision, or `folder`: what stands there now.")] = "folder",
    text: Annotated[bool, typer.Option("--text", help="Line by line, as a patch.")] = False,
    as_json: AsJson = False,
    url: Url = None,
    plain_http: PlainHttp = False,
) -> None:
    """What differs between two revisions: by meaning, key by key, or as text."""
    about = {"old": old or "", "new": new}
    with gateway_at(url, plain_http=plain_http) as gateway, no_is_an_answer(about, as_json=as_json):
        told = gateway.ask("policy.diff", PolicyDifference, query={"old": old, "new": new})
    if as_json:
        print(told.model_dump_json())
    elif text:
        print(told.patch, end="")
    else:
        print(f"{told.old} → {told.new}")
        for change in told.changes:
            print(change_line(change))
        if not told.changes:
            same = told.old == told.new
            print("the same meaning" if same else "only a secret that is written out differs")


def reload(as_json: AsJson = False, url: Url = None, plain_http: PlainHttp = False) -> None:
    """Have a running gateway read its folder now. Exit 1 and every fault where it is no valid policy."""
    with gateway_at(url, plain_http=plain_http) as gateway, no_is_an_answer({}, as_json=as_json):
        told = gateway.ask("policy.reload", PolicyReloaded)
    if as_json:
        print(told.model_dump_json())
        return
    what = {"policy": f"after {told.previous}", "secrets": "its secrets were read anew"}.get(told.what)
    print(f"{told.revision} is in force{f', {what}' if what else ': nothing has changed'}")
    for key in told.needs_restart:
        print(f"{key} holds from the next start on")


def rollback(
    revision: Name,
    force: Annotated[
        bool, typer.Option("--force", help="Also where changes would be lost that no revision holds.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print the patch.")] = False,
    as_json: AsJson = False,
    url: Url = None,
    plain_http: PlainHttp = False,
) -> None:
    """Write the files of a revision back into the folder; running gateways follow within two seconds.

    Where the folder can't be written to, the patch is printed instead, with exit 1.
    """
    wanted = body_of(GoBack, {"revision": "REVISION"}, revision=revision, force=force, dry_run=dry_run)
    about = {"revision": revision}
    with gateway_at(url, plain_http=plain_http) as gateway, no_is_an_answer(about, as_json=as_json):
        told = gateway.ask("policy.rollback", WentBack, body=wanted)
    if as_json:
        print(told.model_dump_json())
    elif told.done:
        names = ", ".join((*told.written, *(f"{name} (removed)" for name in told.removed)))
        print(f"the policy folder holds {told.revision}{f': {names}' if names else ' already'}")
        for path in told.aside:
            print(f"what no revision held is in {path}")
    else:
        print(told.patch or "", end="")
        print(f"gateway: {told.why}", file=sys.stderr)
    if not told.done and not dry_run:
        raise typer.Exit(1)
