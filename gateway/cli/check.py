"""`gateway check`: is this folder a policy?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway.policy.faults import PolicyInvalid
from gateway.policy.load import load_policy
from gateway.settings import environment, load_settings


def build() -> typer.Typer:
    app = typer.Typer(add_completion=False)
    app.command("check")(check)
    return app


def check(
    folder: Annotated[Path | None, typer.Argument(help="Policy folder; default: GATEWAY_POLICIES.")] = None,
) -> None:
    """Exit 0 if the folder is a valid policy, else 1 and a line FILE:LINE:COLUMN per error.

    Whether variables and files of secret references exist is looked at; their values are not read.
    """
    where = folder if folder is not None else load_settings().policies
    try:
        policy = load_policy(where, environment=environment(), secrets="find")
    except PolicyInvalid as invalid:
        for fault in invalid.faults:
            print(fault)
        raise typer.Exit(1) from None
    for provider, reason in sorted(policy.off.items()):
        print(f"note: the provider '{provider}' is off: {reason}")
    print(
        f"{where}: revision {policy.revision}, {len(policy.models)} models, {len(policy.providers)} providers on, "
        f"{len(policy.roles)} roles, {len(policy.teams)} teams"
    )
