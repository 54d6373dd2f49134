"""`gateway freeze`: the emergency stop."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from gateway.admin.freeze_bodies import FreezeMatch, Freezes, FreezeTold, NewFreeze
from gateway.cli.facts import facts_of
from gateway.cli.target import Gateway, PlainHttp, Url, body_of, gateway_at, printable
from gateway.cli.wrong_use import WrongUse

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]


def build() -> typer.Typer:
    app = typer.Typer(add_completion=False)
    app.command("freeze")(freeze)
    return app


def freeze(
    match: Annotated[
        list[str] | None,
        typer.Option(
            help="Which calls: FACT=NAME, such as team=support, model=gpt-*, provider=openai. Several facts are all of "
            "them; several names of one are any of them."
        ),
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why, for those who look after you.")] = None,
    show: Annotated[bool, typer.Option("--list", help="Say what is frozen.")] = False,
    as_json: AsJson = False,
    url: Url = None,
    plain_http: PlainHttp = False,
) -> None:
    """Refuse calls like these. Running gateways do, and end those that run, within two seconds."""
    if show:
        if match or reason is not None:
            raise WrongUse("--list says what is frozen: leave out --match and --reason")
        with gateway_at(url, plain_http=plain_http) as gateway:
            _list(gateway, as_json=as_json)
        return
    if not match or reason is None:
        raise WrongUse("say which calls (--match team=support) and why (--reason), or --list")
    options = {"match": "--match", "reason": "--reason"}
    facts = facts_of(match, "--match", FreezeMatch.model_fields)
    wanted = body_of(NewFreeze, options, match=facts, reason=reason)
    with gateway_at(url, plain_http=plain_http) as gateway:
        told = gateway.ask("freezes.freeze", FreezeTold, body=wanted)
    if as_json:
        print(json.dumps(told.model_dump()))
    else:
        print(f"frozen: {_said(told)}; `gateway unfreeze` with the same --match lets them go again")


def _list(gateway: Gateway, *, as_json: bool) -> None:
    for each in gateway.ask("freezes.list", Freezes).freezes:
        if as_json:
            print(json.dumps(each.model_dump()))
        else:
            print(printable(f"{each.since}  {each.who}  {_said(each)}  {each.reason}"))


def _said(told: FreezeTold) -> str:
    return printable(" ".join(f"{fact}={','.join(names)}" for fact, names in told.match.items()))
