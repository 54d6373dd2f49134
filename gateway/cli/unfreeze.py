"""`gateway unfreeze`: calls go again that were frozen."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from gateway.admin.freeze_bodies import EndOfFreeze, FreezeMatch, Unfrozen
from gateway.cli.facts import facts_of
from gateway.cli.target import PlainHttp, Url, body_of, gateway_at, no_is_an_answer

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")]


def build() -> typer.Typer:
    app = typer.Typer(add_completion=False)
    app.command("unfreeze")(unfreeze)
    return app


def unfreeze(
    match: Annotated[list[str], typer.Option(help="As it was frozen: FACT=NAME, such as team=support.")],
    as_json: AsJson = False,
    url: Url = None,
    plain_http: PlainHttp = False,
) -> None:
    """Take calls again that were frozen by these facts: 1 if none were."""
    facts = facts_of(match, "--match", FreezeMatch.model_fields)
    wanted = body_of(EndOfFreeze, {"match": "--match"}, match=facts)
    with (
        no_is_an_answer({"match": ",".join(match)}, as_json=as_json),
        gateway_at(url, plain_http=plain_http) as gateway,
    ):
        told = gateway.ask("freezes.unfreeze", Unfrozen, body=wanted)
    print(json.dumps(told.model_dump()) if as_json else f"no longer frozen: {' '.join(told.ended)}")
