"""`gateway check`: is this folder a policy?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway.policy.cases import FOLDER
from gateway.policy.faults import PolicyInvalid
from gateway.policy.load import load_policy
from gateway.policy.snapshot import Policy
from gateway.privacy.recognizers.models import absent
from gateway.settings import environment, load_settings


def build() -> typer.Typer:
    app = typer.Typer(add_completion=False)
    app.command("check")(check)
    return app


def check(
    folder: Annotated[Path | None, typer.Argument(help="Policy folder; default: GATEWAY_POLICIES.")] = None,
    test: Annotated[bool, typer.Option("--test", help="Try the cases in its folder `tests` too.")] = False,
) -> None:
    """Exit 0 if the folder is a valid policy, else 1 and a line FILE:LINE:COLUMN per error.

    Whether variables and files of secret references exist is looked at; their values are not read. With
    --test, a case that comes out otherwise than it expects is an error too. A line that begins with note:,
    warning: or not yet in force: is no error.
    """
    where = folder if folder is not None else load_settings().policies
    try:
        policy = load_policy(where, environment=environment(), secrets="find")
        for provider, reason in sorted(policy.off.items()):
            print(f"note: the provider '{provider}' is off: {reason}")
        for warning in policy.warnings:
            print(f"warning: {warning}")
        for sentence in _absent_models(policy):
            print(f"warning: {sentence}")
        for part in policy.not_yet:
            print(part)
        tried = _try_cases(where) if test else None
    except PolicyInvalid as invalid:
        for fault in invalid.faults:
            print(fault)
        raise typer.Exit(1) from None
    print(
        f"{where}: revision {policy.revision}, {len(policy.models)} models, {len(policy.providers)} providers on, "
        f"{len(policy.roles)} roles, {len(policy.teams)} teams"
    )
    if tried is not None:
        print(f"{where / FOLDER}: {tried} cases, all as expected")


def _absent_models(policy: Policy) -> list[str]:
    """Where the gateway runs they may be there."""
    profiles = () if policy.privacy is None else policy.privacy.every()
    return absent([model for profile in profiles for model in profile.models])


def _try_cases(folder: Path) -> int:
    """Trying them takes the stages of calls: whoever only checks does not wait for those."""
    from gateway.cli.case_runs import try_cases

    return try_cases(folder)
