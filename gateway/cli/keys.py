"""`gateway keys`: make, list, rotate and revoke gateway keys in the database; hash those of a policy."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Iterator, Mapping
from getpass import getpass
from typing import Annotated, Final

import typer
from rich.table import Table

from gateway.admin.key_bodies import Key, KeyPage, KeySecret, NewKey, Rotation
from gateway.cli.tables import print_table
from gateway.cli.target import Gateway, PlainHttp, Url, body_of, gateway_at, no_is_an_answer
from gateway.cli.wrong_use import WrongUse
from gateway.credentials import declared_hash, mint, well_formed

_ID_WIDTH: Final = 16
"""On a narrow terminal an id stays whole: `keys revoke` wants it."""
_PAGE: Final = "500"
_COLUMNS: Final = (
    "id",
    "name",
    "hint",
    "roles",
    "team",
    "user",
    "networks",
    "expires_at",
    "last_used_at",
    "state",
)
_OPTIONS: Final[Mapping[str, str]] = {
    "name": "NAME",
    "roles": "--role",
    "team": "--team",
    "user": "--user",
    "use_case": "--use-case",
    "networks": "--network",
    "expires": "--expires",
    "overlap": "--overlap",
}

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]
KeyId = Annotated[str, typer.Argument(help="The key's id, as `keys list` shows it.")]


def build() -> typer.Typer:
    app = typer.Typer(name="keys", help="Gateway keys.", no_args_is_help=True, add_completion=False)
    app.command("create")(create)
    app.command("list")(list_keys)
    app.command("rotate")(rotate)
    app.command("revoke")(revoke)
    app.command("hash")(hash_key)
    return app


def create(
    name: Annotated[str, typer.Argument(help="What the key is for; shown in lists.")],
    role: Annotated[list[str], typer.Option(help="A role of the policy; may be given several times.")],
    team: Annotated[str | None, typer.Option(help="A team of the policy.")] = None,
    user: Annotated[str | None, typer.Option(help="The person who uses it.")] = None,
    use_case: Annotated[str | None, typer.Option(help="The use case of all its calls.")] = None,
    network: Annotated[
        list[str] | None,
        typer.Option(help="A network (CIDR) from which it may be used; may be given several times."),
    ] = None,
    expires: Annotated[str, typer.Option(help="For how long: 24h, 90d, 12w, or never.")] = "90d",
    as_json: AsJson = False,
    url: Url = None,
    plain_http: PlainHttp = False,
) -> None:
    """Make a key. It is shown once: only a keyed hash is kept."""
    wanted = body_of(
        NewKey,
        _OPTIONS,
        name=name,
        roles=tuple(role),
        team=team,
        user=user,
        use_case=use_case,
        networks=tuple(dict.fromkeys(network or ())),
        expires=expires,
    )
    with gateway_at(url, plain_http=plain_http) as gateway:
        made = gateway.ask("keys.create", KeySecret, body=wanted)
    if as_json:
        print(json.dumps({"id": made.id, "key": made.key}))
        return
    print(f"{made.id}  {name}\n\n  {made.key}\n\nKeep it now: it is not shown again.")


def list_keys(as_json: AsJson = False, url: Url = None, plain_http: PlainHttp = False) -> None:
    """List all keys, revoked ones and those of the policy too, without their secrets."""
    with gateway_at(url, plain_http=plain_http) as gateway:
        found = [key.model_dump() for key in _all(gateway)]
    if as_json:
        for one in found:
            print(json.dumps(one))
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("id", no_wrap=True, min_width=_ID_WIDTH)
    for title in ("name", "ends in", "roles", "team", "user", "networks", "expires", "last used", "state"):
        table.add_column(title, overflow="fold")
    for one in found:
        table.add_row(*(_cell(one, field) for field in _COLUMNS))
    print_table(table)


def _all(gateway: Gateway) -> Iterator[Key]:
    cursor: str | None = None
    while True:
        page = gateway.ask("keys.list", KeyPage, query={"limit": _PAGE, "cursor": cursor})
        yield from page.keys
        cursor = page.next
        if cursor is None:
            return


def _cell(one: Mapping[str, object], field: str) -> str:
    value = one[field]
    if field == "expires_at":
        return str(value or "never")[:10]
    if field == "last_used_at":
        return str(value or "never")[:16].replace("T", " ")
    return ", ".join(value) if isinstance(value, list) else str(value or "")


def rotate(
    key_id: KeyId,
    overlap: Annotated[
        str, typer.Option(help="How long the old secret is good for: 24h, 7d; 0h: no longer.")
    ] = "24h",
    expires: Annotated[
        str, typer.Option(help="For how long the new one is: 24h, 90d, 12w, or never.")
    ] = "90d",
    as_json: AsJson = False,
    url: Url = None,
    plain_http: PlainHttp = False,
) -> None:
    """Give a key a new secret, which is shown once. One that was replaced before is good no more."""
    wanted = body_of(Rotation, _OPTIONS, overlap=overlap, expires=expires)
    with no_is_an_answer({"id": key_id}, as_json=as_json), gateway_at(url, plain_http=plain_http) as gateway:
        made = gateway.ask("keys.rotate", KeySecret, path={"key_id": key_id}, body=wanted)
    if as_json:
        told = {"expires_at": made.expires_at, "replaced_until": made.replaced_until}
        print(json.dumps({"id": made.id, "key": made.key} | told))
        return
    print(f"{made.id}\n\n  {made.key}\n\nKeep it now: it is not shown again.")
    print(f"It expires {made.expires_at or 'never'}; the old one is good until {made.replaced_until}.")


def revoke(key_id: KeyId, as_json: AsJson = False, url: Url = None, plain_http: PlainHttp = False) -> None:
    """Revoke a key. Running gateways refuse it, and end its running calls, within two seconds."""
    with no_is_an_answer({"id": key_id}, as_json=as_json), gateway_at(url, plain_http=plain_http) as gateway:
        gateway.ask("keys.revoke", Key, path={"key_id": key_id})
    print(json.dumps({"id": key_id, "revoked": True}) if as_json else f"revoked {key_id}")


def hash_key(
    new: Annotated[
        bool, typer.Option("--new", help="Make a key that no database knows, and show it once.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print a key's hash, as a policy declares it. The key is read from standard input."""
    if new:
        key = mint(secrets.token_bytes(32))
    else:
        key = (getpass("key: ") if sys.stdin.isatty() else sys.stdin.readline()).strip()
        if not well_formed(key):
            raise WrongUse("what was read is no gateway key: they begin with gw- and are 52 characters long")
    told = {"hash": declared_hash(key)} | ({"key": key} if new else {})
    if as_json:
        print(json.dumps(told))
        return
    print(told["hash"])
    if new:
        print(f"\n  {key}\n\nKeep it now: it is not shown again.")
