"""`gateway audit verify`: prove the log, offline, beside a gateway that runs or not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gateway.audit.claims import Anchors, AnchorsUnreadable
from gateway.audit.report import Known, Report
from gateway.audit.verify import Verifier
from gateway.cli.target import Url, only_here, shown
from gateway.cli.wrong_use import WrongUse
from gateway.custody import known_publics
from gateway.installation import Installation, open_installation
from gateway.settings import Settings, load_settings
from gateway.signing import NoPublicKey, public_of, trust
from gateway.stores.acts import SqlActs
from gateway.stores.calls import SqlCalls
from gateway.stores.keyrings import SqlKeyring
from gateway.stores.prunings import SqlPrunings


def verify(
    anchor: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Statements that were kept elsewhere, one a line.")
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            metavar="PUB", help="A public key, or its file, in place of the signing key that is here."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON, for programs.")] = False,
    url: Url = None,
) -> None:
    """Check every chain: exit 0, or 1 naming the first bad entry."""
    only_here(url, "audit verify reads the database and the spool")
    settings = load_settings()
    with open_installation(settings) as installation, _progress() as progress:
        known = _known(settings, installation, key, anchor)
        calls = SqlCalls(installation.database.engine)
        total = sum(position.seq for position in calls.writers().values())
        task = progress.add_task("entries", total=total)
        report = Verifier(
            calls,
            SqlActs(installation.database.engine),
            installation.database.installation,
            settings.data,
            lambda entries: progress.update(task, completed=entries),
            known,
        ).run()
    if as_json:
        print(json.dumps(_as_json(report)))
    else:
        _print_report(report, anchored=anchor is not None)
    if report.fault is not None:
        raise typer.Exit(1)


def _known(settings: Settings, installation: Installation, key: str | None, anchor: Path | None) -> Known:
    store, name = SqlKeyring(installation.database.engine), installation.database.installation
    try:
        kept = known_publics(settings, store) if key is None else [public_of(_text(key))]
    except NoPublicKey as error:
        raise WrongUse(f"--key: {error}") from None
    trusted = trust(name, kept, [row.certificate for row in store.signing()])
    try:
        pruned = SqlPrunings(installation.database.engine).after
        return Known(trusted, None if anchor is None else Anchors(anchor, name, trusted), pruned)
    except AnchorsUnreadable as error:
        raise WrongUse(f"--anchor: {error}") from None


def _text(key: str) -> str:
    path = Path(key)
    try:
        return path.read_text() if path.is_file() else key
    except (OSError, UnicodeDecodeError):
        raise NoPublicKey(f"{shown(key)} can't be read") from None


def _print_report(report: Report, *, anchored: bool) -> None:
    for chain in report.chains:
        waiting = f", {chain.in_spool} of them not in the database yet" if chain.in_spool else ""
        pruned = f", {chain.pruned} of them deleted when their time was over" if chain.pruned else ""
        print(f"writer {chain.writer}: {chain.head.seq} entries{waiting}{pruned}")
    for note in report.notes:
        print(f"note: {note}")
    if report.fault is not None:
        fault = report.fault
        print(f"BAD: writer {fault.writer}, entry {fault.seq}: {fault.what}: {shown(fault.detail)}")
        return
    print(f"{report.entries} entries: nothing was changed, removed or reordered")
    why = "newer than the anchors and the checkpoints" if anchored else "no anchor was given"
    for writer, seq in report.unproven.items():
        print(f"unproven: whether entries from {seq} of {writer} on were cut off or rewritten ({why})")


def _as_json(report: Report) -> dict[str, Any]:
    fault = report.fault
    return {
        "ok": fault is None,
        "entries": report.entries,
        "writers": [
            {
                "writer": c.writer,
                "seq": c.head.seq,
                "in_spool": c.in_spool,
                "proven": c.proven,
                "pruned": c.pruned,
            }
            for c in report.chains
        ],
        "first_bad": None
        if fault is None
        else {"writer": fault.writer, "seq": fault.seq, "what": fault.what, "detail": fault.detail},
        "unproven_from": report.unproven,
        "notes": report.notes,
    }


def _progress() -> Progress:
    columns = (
        TextColumn("checking"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True)
