"""`gateway keyring`: the keys that wrap other keys, and those that sign the audit log."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from gateway.admin.keyring_bodies import NewRingKey, Ring, RingRotated
from gateway.cli.target import PlainHttp, Url, body_of, gateway_at

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]


def build() -> typer.Typer:
    app = typer.Typer(
        name="keyring", help="Keys that wrap and sign.", no_args_is_help=True, add_completion=False
    )
    app.command("list")(list_keys)
    app.command("rotate")(rotate)
    return app


def list_keys(
    public: Annotated[
        bool, typer.Option("--public", help="The public halves of keys that sign, as PEM, newest last.")
    ] = False,
    as_json: AsJson = False,
    url: Url = None,
    plain_http: PlainHttp = False,
) -> None:
    """List the keys, oldest first. Keep the public half of a key that signs where nobody who runs the gateway can
    write: `gateway audit verify --key` takes it."""
    with gateway_at(url, plain_http=plain_http) as gateway:
        found = gateway.ask("keyring.list", Ring).keys
    for key in found:
        if as_json:
            print(json.dumps(key.model_dump()))
        elif not public:
            used = "in use" if key.retired_at is None else f"retired {key.retired_at}"
            alone = "" if key.vouched else ", and no key before vouches for it"
            print(f"{key.id}  {key.purpose}  made {key.created_at}  {used}{alone}")
        elif key.public is not None:
            print(key.public, end="")


def rotate(
    purpose: Annotated[str, typer.Argument(metavar="PURPOSE", help="content, cookie or signing.")],
    as_json: AsJson = False,
    url: Url = None,
    plain_http: PlainHttp = False,
) -> None:
    """Use a new key from now on. Nothing stops meanwhile; running gateways use it within a minute."""
    wanted = body_of(NewRingKey, {"purpose": "PURPOSE"}, purpose=purpose)
    with gateway_at(url, plain_http=plain_http) as gateway:
        told = gateway.ask("keyring.rotate", RingRotated, body=wanted)
    if as_json:
        print(json.dumps(told.model_dump()))
        return
    more = f"; {told.rewrapped} keys of people are under it" if told.purpose == "content" else ""
    print(f"{told.id} is used from now on{more}")
