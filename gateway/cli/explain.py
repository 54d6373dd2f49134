"""`gateway explain`: what would become of a request, and why. Nobody is called."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, get_args

import msgspec
import typer
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from gateway.call import Caller
from gateway.cli.explained import show
from gateway.cli.wrong_use import WrongUse
from gateway.clock import SystemClock
from gateway.errors import Refused
from gateway.installation import open_installation
from gateway.measures import measures_of
from gateway.policy.declared_keys import DeclaredKey
from gateway.policy.load import load_policy
from gateway.policy.models.apis import Api
from gateway.policy.models.cases import moment_ms
from gateway.policy.snapshot import Policy
from gateway.policy.suggest import did_you_mean, one_of
from gateway.rehearsal.entries import Standing
from gateway.rehearsal.explain import Explanation, at_the_door, explain
from gateway.rehearsal.judge import claims, the_caller
from gateway.rehearsal.rehearse import Circumstances
from gateway.rehearsal.requests import Facts, Request, request_of
from gateway.settings import SettingsInvalid, environment, load_settings
from gateway.stores.database import open_database
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.key_records import KeyRecord
from gateway.stores.measures import SqlMeasures
from gateway.stores.spending import SqlSpending
from gateway.upstream.prices import PriceBook

Several = list[str] | None


def build() -> typer.Typer:
    app = typer.Typer(add_completion=False)
    app.command("explain")(explain_request)
    return app


def explain_request(
    role: Annotated[Several, typer.Option(help="A role of the caller; may be given several times.")] = None,
    key: Annotated[
        str | None,
        typer.Option("--as", help="key:ID, a key of the database; key:policy:NAME, of the policy."),
    ] = None,
    model: Annotated[str | None, typer.Option(help="The model that the request names.")] = None,
    api: Annotated[str, typer.Option(help="The operation.")] = "chat",
    team: Annotated[str | None, typer.Option(help="The caller's team.")] = None,
    use_case: Annotated[str | None, typer.Option(help="The use case that the request claims.")] = None,
    tag: Annotated[Several, typer.Option(help="NAME=VALUE that the request claims.")] = None,
    text: Annotated[str, typer.Option(help="What the user says.")] = "Hello.",
    function: Annotated[Several, typer.Option(help="A function offered to the model.")] = None,
    hosted_tool: Annotated[Several, typer.Option(help="A type of provider-run tool.")] = None,
    mcp_server: Annotated[Several, typer.Option(help="The URL of an MCP server.")] = None,
    option: Annotated[Several, typer.Option(help="A switch that is set: store, background …")] = None,
    max_output_tokens: Annotated[int | None, typer.Option(help="The caller's own limit.")] = None,
    stream: Annotated[bool, typer.Option("--stream", help="The answer is to be streamed.")] = False,
    address: Annotated[str | None, typer.Option("--from", help="The address it comes from.")] = None,
    at: Annotated[str | None, typer.Option(help="When: 2026-03-02T10:00+01:00. Default: now.")] = None,
    folder: Annotated[Path | None, typer.Option(help="Policy folder; default: GATEWAY_POLICIES.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    """Say which rules would apply to a request, and why. Exit 0 if it would be allowed, 1 if not."""
    if api not in get_args(Api):
        raise WrongUse(f"--api {api}: expected {one_of(get_args(Api))}{did_you_mean(api, get_args(Api))}")
    facts = Facts(
        model=model,
        api=api,
        text=text,
        stream=stream,
        max_output_tokens=max_output_tokens,
        functions=tuple(function or ()),
        hosted_tools=tuple(hosted_tool or ()),
        mcp_servers=tuple(mcp_server or ()),
        options=tuple(option or ()),
    )
    circumstances = Circumstances(_moment_ms(at), address, claims(use_case, _tags(tag or ())))
    where = folder if folder is not None else load_settings().policies
    policy = load_policy(where, environment=environment(), secrets="find")
    who = _who(policy, key, role or (), team)
    with _standing(circumstances.at_ms) as standing:
        found = _explained(policy, who, request_of(facts), circumstances, standing)
    if as_json:
        print(msgspec.json.encode(found).decode())
    else:
        show(found)
    if found.decision == "refuse":
        raise typer.Exit(1)


def _explained(
    policy: Policy,
    who: KeyRecord | DeclaredKey | Caller,
    request: Request,
    circumstances: Circumstances,
    standing: Standing | None,
) -> Explanation:
    try:
        caller = who if isinstance(who, Caller) else the_caller(who, circumstances)
    except Refused as refused:
        return at_the_door(policy, refused)
    prices = PriceBook(SystemClock().today)
    return asyncio.run(explain(policy, caller, request, circumstances, prices, standing))


@contextmanager
def _standing(at_ms: int) -> Iterator[Standing | None]:
    """Of the database that the settings name, if it is there. Nothing is made or changed."""
    with ExitStack() as stack:
        try:
            url = load_settings().database
            place = make_url(url)
            if place.get_backend_name() == "sqlite" and not Path(place.database or "").is_file():
                raise StoreUnavailable("there is no database yet")
            clock = SystemClock()
            opened = open_database(url, now_ms=clock.now_ms, new_id=str, read_only=True)
            stack.callback(opened.close)
            taken = measures_of(SqlMeasures(opened.engine).taken(at_ms))
            standing = Standing(taken, SqlSpending(opened.engine))
        except (StoreUnavailable, SettingsInvalid, SQLAlchemyError):
            standing = None
        yield standing


def _who(
    policy: Policy, key: str | None, roles: Sequence[str], team: str | None
) -> KeyRecord | DeclaredKey | Caller:
    if key is None:
        if not roles:
            raise WrongUse("say who asks: --role ROLE, or --as key:ID")
        for role in roles:
            _known(role, "role", (*policy.roles, "trial"))
        if team is not None:
            _known(team, "team", tuple(policy.teams))
        return Caller("key", "rehearsal", None, team, tuple(roles), None)
    if roles or team is not None:
        raise WrongUse("a key has its own roles and team: leave out --role and --team")
    kind, _, name = key.partition(":")
    if kind != "key" or not name:
        raise WrongUse(f"--as {key}: expected key:ID, as `gateway keys list` shows it")
    declared = next((each for each in policy.keys.values() if each.id == name), None)
    if declared is not None:
        return declared
    with open_installation(load_settings()) as installation:
        found = next((each for each in installation.keys.list() if each.id == name), None)
    if found is None:
        raise WrongUse(f"there is no key '{name}': `gateway keys list` shows them")
    return found


def _known(name: str, what: str, known: Sequence[str]) -> None:
    if name not in known:
        listed = f"it has {one_of(sorted(known))}" if known else "it has none"
        raise WrongUse(f"the policy has no {what} '{name}'; {listed}{did_you_mean(name, known)}")


def _moment_ms(at: str | None) -> int:
    if at is None:
        return SystemClock().now_ms()
    try:
        return moment_ms(at)
    except ValueError as wrong:
        raise WrongUse(f"--at {at}: {wrong}") from None


def _tags(given: Sequence[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    wrong = next(
        (text for text, (name, mark, _) in zip(given, pairs, strict=True) if not name or not mark), None
    )
    if wrong is not None:
        raise WrongUse(f"--tag {wrong}: expected NAME=VALUE")
    return {name: value for name, _, value in pairs}
