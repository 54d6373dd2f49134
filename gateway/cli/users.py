"""`gateway users`: take all credentials from a person at once, and give them back."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from gateway.admin.user_bodies import DisabledUsers, User, UserNamed
from gateway.cli.target import PlainHttp, Url, body_of, gateway_at

Name = Annotated[str, typer.Argument(metavar="USER", help="The name that their keys and tokens give.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]


def build() -> typer.Typer:
    app = typer.Typer(name="users", help="People who use keys.", no_args_is_help=True, add_completion=False)
    app.command("list")(list_users)
    app.command("disable")(disable)
    app.command("enable")(enable)
    return app


def list_users(as_json: AsJson = False, url: Url = None, plain_http: PlainHttp = False) -> None:
    """List the users that are disabled."""
    with gateway_at(url, plain_http=plain_http) as gateway:
        found = gateway.ask("users.disabled", DisabledUsers).users
    for one in found:
        print(json.dumps(one.model_dump()) if as_json else f"{one.disabled_at}  {one.user}")


def disable(user: Name, as_json: AsJson = False, url: Url = None, plain_http: PlainHttp = False) -> None:
    """Refuse all keys and tokens of a user. Running gateways do, and end their calls, within two seconds."""
    wanted = body_of(UserNamed, {"user": "USER"}, user=user)
    with gateway_at(url, plain_http=plain_http) as gateway:
        told = gateway.ask("users.disable", User, body=wanted)
    if as_json:
        print(json.dumps({"user": user, "disabled_at": told.disabled_at, "keys": told.keys}))
        return
    print(f"disabled {user}: {told.keys} keys in the database, all keys of the policy, all tokens")


def enable(user: Name, as_json: AsJson = False, url: Url = None, plain_http: PlainHttp = False) -> None:
    """Take the keys and tokens of a user that was disabled again, as far as they are still good."""
    wanted = body_of(UserNamed, {"user": "USER"}, user=user)
    with gateway_at(url, plain_http=plain_http) as gateway:
        changed = gateway.ask("users.enable", User, body=wanted).changed
    if as_json:
        print(json.dumps({"user": user, "enabled": changed}))
    else:
        print(f"enabled {user}" if changed else f"{user} is not disabled")
    if not changed:
        raise typer.Exit(1)
