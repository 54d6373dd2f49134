"""`gateway budgets`: what is left of them, and more for a while."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Final, get_args

import typer
from rich.table import Table

from gateway.admin.budget_bodies import Budget, Budgets, Increase, NewIncrease, Withdrawn
from gateway.cli.facts import facts_of
from gateway.cli.moments import moment_of
from gateway.cli.tables import print_table
from gateway.cli.target import PlainHttp, Url, body_of, gateway_at, no_is_an_answer, printable
from gateway.cli.wrong_use import WrongUse
from gateway.policy.models.limits import Per

_AHEAD: Final = re.compile(r"([0-9]{1,5})([mhdw])\Z", re.ASCII)
_UNIT: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_COLUMNS: Final = ("budget", "of", "amount USD", "raised", "spent", "reserved", "left", "begins anew")
_TEXTS: Final = 2

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]


def build() -> typer.Typer:
    app = typer.Typer(
        name="budgets", help="What is left of budgets, and more for a while.", no_args_is_help=True
    )
    app.command("list")(list_budgets)
    app.command("raise")(raise_budget)
    app.command("withdraw")(withdraw)
    return app


def list_budgets(as_json: AsJson = False, url: Url = None, plain_http: PlainHttp = False) -> None:
    """Each budget in its period: its amount, what is spent, reserved and left, and when it begins anew."""
    with gateway_at(url, plain_http=plain_http) as gateway:
        found = gateway.ask("budgets.list", Budgets)
    if as_json:
        for each in found.budgets:
            print(json.dumps(each.model_dump()))
        return
    print_table(_table(found.budgets))
    for increase in found.increases:
        print(printable(_said(increase)))


def raise_budget(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A budget of the policy.")],
    amount: Annotated[str, typer.Option(help="USD more, in each period until then.")],
    until: Annotated[str, typer.Option(help="12h, 7d or 2w from now, or a time like 2026-11-30T18:00.")],
    reason: Annotated[str, typer.Option(help="Why, for those who look after you.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(help="FACT=NAME for each fact that the budget counts apart. Absent: more for each."),
    ] = None,
    as_json: AsJson = False,
    url: Url = None,
    plain_http: PlainHttp = False,
) -> None:
    """More of a budget, for a while."""
    options = {
        "budget": "NAME",
        "amount": "--amount",
        "until": "--until",
        "reason": "--reason",
        "scope": "--scope",
    }
    wanted = body_of(
        NewIncrease,
        options,
        budget=name,
        amount=f"{amount.removesuffix('USD').strip()} USD",
        until=_until(until, datetime.now(UTC)),
        reason=reason,
        scope=_scope(scope or ()),
    )
    with gateway_at(url, plain_http=plain_http) as gateway:
        told = gateway.ask("budgets.raise", Increase, body=wanted)
    print(json.dumps(told.model_dump()) if as_json else printable(_said(told)))


def withdraw(
    increase_id: Annotated[str, typer.Argument(metavar="ID", help="Of an increase, as the list shows it.")],
    as_json: AsJson = False,
    url: Url = None,
    plain_http: PlainHttp = False,
) -> None:
    """Take back an increase before its time: 1 if there is none in force."""
    with (
        no_is_an_answer({"increase": increase_id}, as_json=as_json),
        gateway_at(url, plain_http=plain_http) as gateway,
    ):
        told = gateway.ask("budgets.withdraw", Withdrawn, path={"increase_id": increase_id})
    print(json.dumps(told.model_dump()) if as_json else f"withdrawn: {told.increase}")


def _until(text: str, now: datetime) -> str:
    ahead = _AHEAD.match(text)
    if ahead is not None:
        at = now + timedelta(**{_UNIT[ahead[2]]: int(ahead[1])})
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    found = moment_of(text, now)
    assert found is not None  # only of no text
    return found


def _scope(given: Sequence[str]) -> dict[str, str]:
    found = facts_of(given, "--scope", get_args(Per))
    twice = next((fact for fact, names in found.items() if len(names) > 1), None)
    if twice is not None:
        raise WrongUse(f"--scope: {twice} is given twice")
    return {fact: name for fact, (name,) in found.items()}


def _table(found: Sequence[Budget]) -> Table:
    table = Table(box=None, pad_edge=False)
    for place, name in enumerate(_COLUMNS):
        table.add_column(name, overflow="fold", justify="left" if place < _TEXTS else "right")
    for each in found:
        sums = each.amount_usd, each.raised_usd, each.spent_usd, each.reserved_usd, each.left_usd
        scope = " ".join(each.scope) or "all calls"
        texts = printable(each.budget), printable(scope)
        table.add_row(*texts, *map(_short, sums), each.resets_at or "never")
    return table


def _short(usd: str) -> str:
    """Without zeros that say nothing."""
    return f"{Decimal(usd).normalize():f}"


def _said(told: Increase) -> str:
    whom = "each" if told.scope is None else " ".join(told.scope)
    return (
        f"{told.id}: {told.budget} has {_short(told.amount_usd)} USD more for {whom} until {told.until} "
        f"({told.who}: {told.reason})"
    )
