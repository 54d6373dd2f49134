"""`gateway privacy find|export|erase|requests|certificate`: the rights of people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import Progress, TextColumn
from rich.table import Table
from rich.text import Text

from gateway.admin.privacy_bodies import (
    ErasureAsked,
    ExportAsked,
    PersonAsked,
    PersonErased,
    PersonExported,
    PersonFound,
    RequestPage,
)
from gateway.audit.erasure import NoCertificate, read_certificate, require_signed
from gateway.cli.files import new_file
from gateway.cli.moments import moment_of
from gateway.cli.tables import print_table
from gateway.cli.target import (
    Gateway,
    PlainHttp,
    Url,
    body_of,
    gateway_at,
    no_is_an_answer,
    only_here,
    printable,
)
from gateway.cli.wrong_use import WrongUse
from gateway.custody import known_publics
from gateway.installation import open_installation
from gateway.settings import load_settings
from gateway.signing import Trust, public_of, trust
from gateway.stores.keyrings import SqlKeyring

_OPTIONS: Final = {"subject": "--subject", "received": "--received"}

Subject = Annotated[str, typer.Option(help="user:ID, end_user:ID or key:ID; a name, or its pseudonym.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON, for programs.")]


def find(subject: Subject, as_json: AsJson = False, url: Url = None, plain_http: PlainHttp = False) -> None:
    """Say what each store holds of a person: 1 if none holds anything."""
    body = body_of(PersonAsked, _OPTIONS, subject=subject)
    with gateway_at(url, plain_http=plain_http) as gateway:
        person = gateway.ask("privacy.find", PersonFound, body=body)
    if as_json:
        print(json.dumps(person.model_dump()))
    elif person.pseudonym is None:
        print("nothing is known of such a person here")
    else:
        print(f"{person.pseudonym}: calls from {person.first_at or '-'} to {person.last_at or '-'}")
        for one in person.found:
            print(f"{one.store}: {one.count} ({one.what})")
        for hold in person.holds:
            print(f"held: {hold}")
    if person.pseudonym is None:
        raise typer.Exit(1)


def export(
    subject: Subject,
    out: Annotated[str, typer.Option("--out", help="The file; - is standard output.")],
    url: Url = None,
    plain_http: PlainHttp = False,
) -> None:
    """Write all that is kept of a person into a file: JSON, a line for what is about all of it, then one a call."""
    body = body_of(ExportAsked, _OPTIONS, subject=subject)
    with (
        gateway_at(url, plain_http=plain_http) as gateway,
        no_is_an_answer({"subject": subject}, as_json=False),
        new_file(out) as file,
    ):
        for line in _lines(gateway, body):
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def erase(
    subject: Subject,
    received: Annotated[
        str | None, typer.Option(help="When they asked for it, if that was before now.")
    ] = None,
    out: Annotated[str | None, typer.Option("--out", help="A file for the certificate.")] = None,
    as_json: AsJson = False,
    url: Url = None,
    plain_http: PlainHttp = False,
) -> None:
    """Destroy a person's key, name and contents for good: 1 if a legal hold defers it."""
    body = body_of(ErasureAsked, _OPTIONS, subject=subject, received=moment_of(received, datetime.now(UTC)))
    with (
        gateway_at(url, plain_http=plain_http) as gateway,
        no_is_an_answer({"subject": subject}, as_json=as_json),
    ):
        done = gateway.ask("privacy.erase", PersonErased, body=body)
        if out is not None and done.certificate is not None:
            with new_file(out) as file:
                file.write(done.certificate + "\n")
        if as_json:
            print(json.dumps(done.model_dump()))
        elif done.state == "deferred":
            print(f"deferred by a legal hold: {', '.join(done.holds)}")
            print(f"{done.request} is due on {done.due_at[:10]}: tell the person why it waits")
        else:
            print(f"erased: {done.request}")
            print(done.certificate)
    if done.state == "deferred":
        raise typer.Exit(1)


def requests(
    every: Annotated[bool, typer.Option("--all", help="Those that are done, too.")] = False,
    as_json: AsJson = False,
    url: Url = None,
    plain_http: PlainHttp = False,
) -> None:
    """List what people asked for, by when it is due."""
    with gateway_at(url, plain_http=plain_http) as gateway:
        page = gateway.ask("privacy.requests", RequestPage, query={"all": "true" if every else "false"})
    if as_json:
        for one in page.requests:
            print(json.dumps(one.model_dump()))
        return
    table = Table(box=None, pad_edge=False)
    for name in ("id", "kind", "of", "received", "due", "days left", "state", ""):
        table.add_column(name, overflow="fold")
    for one in page.requests:
        times = one.received_at[:10], one.due_at[:10], "" if one.state == "done" else str(one.days_left)
        cells = one.id, one.kind, one.subject, *times, one.state, one.note or ""
        table.add_row(*(Text(printable(cell)) for cell in cells))
    print_table(table)


def certificate(
    file: Annotated[Path, typer.Argument(help="A certificate of erasure.")],
    key: Annotated[
        Path | None,
        typer.Option("--key", help="The public key that is trusted (PEM); absent: this installation's."),
    ] = None,
    url: Url = None,
) -> None:
    """Check a certificate of erasure, offline: 1 if it proves nothing."""
    only_here(url, "a certificate is checked with this machine's keys, or with --key")
    try:
        text = file.read_text(encoding="utf-8")
        trusted = _own() if key is None else Trust([public_of(key.read_text(encoding="utf-8"))])
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(f"it can't be read: {error}") from None
    try:
        found = read_certificate(text)
        require_signed(found, trusted)
    except NoCertificate as error:
        print(error)
        raise typer.Exit(1) from None
    told = found.statement
    print(f"{told.subject} was erased at {told.erased_at}, as {told.request} asked for at {told.received_at}")
    for store, count in told.erased.items():
        print(f"erased: {store} ({count})")
    for kept in told.kept:
        print(f"kept: {printable(kept)}")


def _own() -> Trust:
    settings = load_settings()
    with open_installation(settings) as installation:
        store = SqlKeyring(installation.database.engine)
        vouched = [row.certificate for row in store.signing()]
        return trust(installation.database.installation, known_publics(settings, store), vouched)


def _lines(gateway: Gateway, body: ExportAsked) -> Iterator[Any]:
    columns = (TextColumn("{task.completed} calls"),)
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("calls", total=None)
        while True:
            page = gateway.ask("privacy.export", PersonExported, body=body)
            if page.about is not None:
                yield {"subject": page.subject, "pseudonym": page.pseudonym, **page.about}
            yield from page.calls
            progress.advance(task, len(page.calls))
            if page.next is None:
                return
            body = body.model_copy(update={"cursor": page.next})
