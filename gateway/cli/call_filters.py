"""The options by which calls are asked for: alike wherever a command asks for calls."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Final, get_args

import typer

from gateway.admin.audit_bodies import Ending
from gateway.cli.moments import moment_of
from gateway.cli.target import shown
from gateway.cli.wrong_use import WrongUse
from gateway.stores.interfaces import Order

Since = Annotated[str | None, typer.Option(help="90s, 15m, 1h, 7d, 2w ago, or a time like 2026-11-22T13:00.")]
Until = Annotated[str | None, typer.Option(help="The same; what is before it.")]
User = Annotated[str | None, typer.Option(help="A person's name, or the pseudonym in the records.")]
EndUser = Annotated[str | None, typer.Option(help="For whom the calls were: likewise.")]
Team = Annotated[str | None, typer.Option()]
Key = Annotated[str | None, typer.Option(help="The id of the key that was used.")]
UseCase = Annotated[str | None, typer.Option()]
Api = Annotated[str | None, typer.Option(help="The operation: chat, messages, …")]
Model = Annotated[str | None, typer.Option(help="As it was asked for.")]
Provider = Annotated[str | None, typer.Option(help="That served.")]
Region = Annotated[
    str | None, typer.Option(help="One that calls were sent to, answered there or not; none: of no region.")
]
Entity = Annotated[str | None, typer.Option(help="What was found in them: EMAIL, IBAN, …")]
Revision = Annotated[str | None, typer.Option("--policy", help="The revision that decided.")]
CostOver = Annotated[str | None, typer.Option(help="USD; only calls that cost more.")]
EndingOption = Annotated[
    str | None,
    typer.Option("--ending", help="complete, refused, upstream_error, client_gone, …; of acts: done, …"),
]
Decision = Annotated[str | None, typer.Option(help="refused, a stage, or stage:rule.")]
OrderOption = Annotated[
    str, typer.Option("--order", help="newest, oldest, dearest (cost) or longest (tokens).")
]

STAGES: Final = (
    "authenticate",
    "throttle",
    "prompt",
    "authorize",
    "own",
    "plan",
    "unpack",
    "inspect",
    "reserve",
    "record",
    "keep",
    "pipeline",
)
"""Those that may refuse a call."""


def calls_wanted(**given: str | None) -> dict[str, str | None]:
    """The question to the admin API. WrongUse for a word that means nothing."""
    check_word("ending", given.get("ending"), get_args(Ending))
    check_word("order", given.get("order"), get_args(Order))
    decision = given.get("decision")
    check_word("decision", decision and decision.partition(":")[0], ("refused", *STAGES))
    now = datetime.now(UTC)
    times = {name: moment_of(given.get(name), now) for name in ("since", "until")}
    return {**given, **times}


def check_word(option: str, word: str | None, allowed: tuple[str, ...]) -> None:
    if word is not None and word not in allowed:
        raise WrongUse(f"--{option}: '{shown(word)}' is none of {', '.join(allowed)}")


def only_of(kind: str, given: Mapping[str, str | None]) -> None:
    """WrongUse for filters of the other kind of records."""
    for option, value in given.items():
        if value is not None:
            raise WrongUse(f"--{option.replace('_', '-')} is a filter for {kind}")
