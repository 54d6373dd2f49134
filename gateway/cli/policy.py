"""`gateway policy`: what was in force when, what differs, which process runs what, and the way back."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Annotated, Any, NoReturn

import typer

from gateway.admin.actor import Actor
from gateway.admin.desk import Desk
from gateway.admin.recorder import Recorder
from gateway.cli.local import Log
from gateway.cli.os_actor import os_actor
from gateway.cli.policy_shown import (
    diff_facts,
    event_facts,
    event_table,
    process_facts,
    process_table,
    revision_facts,
)
from gateway.installation import Installation, open_installation
from gateway.journal import LogJournal
from gateway.policy.faults import PolicyInvalid
from gateway.policy.restore import NotRestorable
from gateway.policy.snapshot import Policy
from gateway.reload.history import FOLDER, History, UnknownRevision, difference
from gateway.reload.rollback import ByHand, Rollback, roll_back
from gateway.settings import Settings, environment, load_settings
from gateway.stores.processes import SqlProcesses
from gateway.stores.revisions import SqlRevisions

AsJson = Annotated[bool, typer.Option("--json", help="JSON, for programs.")]
Revision = Annotated[str, typer.Argument(help="A revision, or the beginning of its name.")]


def build() -> typer.Typer:
    app = typer.Typer(
        name="policy", help="Revisions of the policy.", no_args_is_help=True, add_completion=False
    )
    app.command("status")(status)
    app.command("history")(history)
    app.command("show")(show)
    app.command("diff")(diff)
    app.command("rollback")(rollback)
    return app


def status(as_json: AsJson = False) -> None:
    """Which revision each running gateway has in force. Exit 1 if one has another than the folder holds."""
    with _opened() as (installation, settings, past):
        running = SqlProcesses(installation.database.engine).alive(installation.now_ms())
    try:
        held, fault = past.now().name, None
    except PolicyInvalid as invalid:
        held, fault = None, str(invalid.faults[0])
    if as_json:
        facts = [process_facts(one) for one in running]
        print(json.dumps({"folder": {"revision": held, "fault": fault}, "processes": facts}))
    else:
        print(f"{settings.policies} holds {held or f'no valid policy: {fault}'}")
        process_table(running)
    if any(one.revision != held for one in running):
        raise typer.Exit(1)


def history(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The newest so many.")] = 20,
    before: Annotated[int | None, typer.Option(help="Only older ones than this number.")] = None,
    as_json: AsJson = False,
) -> None:
    """What came into force, newest first: when, why, by whom, and what it changed. JSON: one object a line."""
    with _opened() as (_, _, past):
        events = past.events(limit, before)
    if as_json:
        for event in events:
            print(json.dumps(event_facts(event), ensure_ascii=False))
    else:
        event_table(events)


def show(
    revision: Annotated[
        str | None, typer.Argument(help="A revision, or the beginning of its name; else the newest.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The files of a revision, as they were last read."""
    with _opened() as (_, _, past), _no(as_json):
        found = past.revision(revision or _newest(past))
    if as_json:
        print(json.dumps(revision_facts(found), ensure_ascii=False))
        return
    print(f"# revision {found.name}")
    for name, kept in sorted(found.files.items()):
        print(f"\n# file {name}{' (*** stands for a secret that was written out)' if kept.withheld else ''}")
        print(kept.text, end="" if kept.text.endswith("\n") else "\n")


def diff(
    old: Annotated[str | None, typer.Argument(help="A revision; else the newest that was in force.")] = None,
    new: Annotated[str, typer.Argument(help="A revision, or `folder`: what stands there now.")] = FOLDER,
    text: Annotated[bool, typer.Option("--text", help="Line by line, as a patch.")] = False,
    as_json: AsJson = False,
) -> None:
    """What differs between two revisions: by meaning, key by key, or as text."""
    with _opened() as (_, _, past), _no(as_json):
        before, after = past.revision(old or _newest(past)), past.revision(new)
    changes, patch = difference(before, after)
    if as_json:
        print(json.dumps(diff_facts(before.name, after.name, changes, patch), ensure_ascii=False))
    elif text:
        print(patch, end="")
    else:
        print(f"{before.name} → {after.name}")
        for change in changes:
            print(change)
        if not changes:
            same = before.name == after.name
            print("the same meaning" if same else "only a secret that is written out differs")


def rollback(
    revision: Revision,
    force: Annotated[
        bool, typer.Option("--force", help="Also where changes would be lost that no revision holds.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print the patch.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the files of a revision back into the folder; running gateways follow within two seconds.

    Where the folder can't be written to, the patch is printed instead, with exit 1.
    """
    with _opened() as (installation, settings, past), _no(as_json):
        actor, target = os_actor(environment()), past.revision(revision)
        wanted = Rollback(target, actor.user, installation.now_ms(), force, dry_run)
        with _act(settings, installation, actor, {"revision": target.name, "force": force}, dry_run):
            revisions = SqlRevisions(installation.database.engine)
            done = roll_back(wanted, settings.policies, _found(settings), revisions)
    if isinstance(done, ByHand):
        facts = {"revision": done.revision, "done": False, "why": done.why, "patch": done.patch}
        print(json.dumps(facts, ensure_ascii=False) if as_json else done.patch, end="\n" if as_json else "")
        if not as_json:
            print(f"gateway: {done.why}", file=sys.stderr)
        raise typer.Exit(0 if dry_run else 1)
    if as_json:
        facts = {"revision": done.revision, "done": True, "written": done.written, "removed": done.removed}
        print(json.dumps(facts | {"aside": [str(path) for path in done.aside]}))
        return
    names = ", ".join((*done.written, *(f"{name} (removed)" for name in done.removed)))
    print(f"{settings.policies} holds {done.revision}{f': {names}' if names else ' already'}")
    for path in done.aside:
        print(f"what no revision held is in {path}")


@contextmanager
def _opened() -> Iterator[tuple[Installation, Settings, History]]:
    settings = load_settings()
    with open_installation(settings) as installation:
        revisions = SqlRevisions(installation.database.engine)
        yield installation, settings, History(revisions, settings.policies, _found(settings))


@contextmanager
def _act(
    settings: Settings, installation: Installation, actor: Actor, about: dict[str, Any], dry_run: bool
) -> Iterator[None]:
    """Recorded before it is done, and how it ended."""
    with ExitStack() as stack:
        if not dry_run:
            log = Log(settings, installation, stack)
            recorder = Recorder(log.append, installation.subjects, installation.now_ms, LogJournal())
            desk = Desk(installation, lambda: Policy(""), recorder)
            stack.enter_context(desk.act(actor, "policy.rollback", about))
        yield


def _found(settings: Settings) -> dict[str, str]:
    return {**environment(), "GATEWAY_DATA": str(settings.data)}


def _newest(past: History) -> str:
    newest = past.newest()
    if newest is None:
        raise UnknownRevision("no revision was in force yet: no gateway has run on this database")
    return newest.revision


@contextmanager
def _no(as_json: bool) -> Iterator[None]:
    """The answer is no: one sentence, or a line per fault, and exit 1."""
    try:
        yield
    except PolicyInvalid as invalid:
        _say_no([str(fault) for fault in invalid.faults], as_json)
    except (UnknownRevision, NotRestorable) as error:
        _say_no([str(error)], as_json)


def _say_no(sentences: list[str], as_json: bool) -> NoReturn:
    print(json.dumps({"error": "\n".join(sentences)}) if as_json else "\n".join(sentences))
    raise typer.Exit(1)
