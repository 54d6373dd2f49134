"""Which gateway a command is for: the one whose database is here, or a remote one by its admin API.

A command asks one of the admin API's operations and prints what it is told; it does not know which.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Annotated, Any, Final, NamedTuple, Protocol, TypeVar

import typer
from pydantic import BaseModel, ValidationError

from gateway.admin.act_operations import ACT_OPERATIONS
from gateway.admin.audit_operations import AUDIT_OPERATIONS
from gateway.admin.budget_operations import BUDGET_OPERATIONS
from gateway.admin.desk import missing
from gateway.admin.freeze_operations import FREEZE_OPERATIONS
from gateway.admin.key_operations import KEY_OPERATIONS
from gateway.admin.keyring_operations import KEYRING_OPERATIONS
from gateway.admin.operations import Operation
from gateway.admin.policy_operations import POLICY_OPERATIONS
from gateway.admin.privacy_operations import PRIVACY_OPERATIONS
from gateway.admin.system_operations import SYSTEM_OPERATIONS
from gateway.admin.usage_operations import USAGE_OPERATIONS
from gateway.admin.user_operations import USER_OPERATIONS
from gateway.cli.wrong_use import WrongUse
from gateway.errors import Kind, Refused
from gateway.settings import load_remote

T = TypeVar("T", bound=BaseModel)

Url = Annotated[
    str | None,
    typer.Option(
        "--url", help="The admin side of a remote gateway; its key in GATEWAY_TOKEN.", metavar="URL"
    ),
]
PlainHttp = Annotated[
    bool, typer.Option("--plain-http", help="Send the key over http:// to another machine, unencrypted.")
]

_OPERATIONS: Final = {
    operation.name: operation
    for operation in (
        *KEY_OPERATIONS,
        *USER_OPERATIONS,
        *AUDIT_OPERATIONS,
        *ACT_OPERATIONS,
        *POLICY_OPERATIONS,
        *PRIVACY_OPERATIONS,
        *USAGE_OPERATIONS,
        *BUDGET_OPERATIONS,
        *FREEZE_OPERATIONS,
        *KEYRING_OPERATIONS,
        *SYSTEM_OPERATIONS,
    )
}


class Question(NamedTuple):
    """What is sent with an operation. `query` is as it stands in a URL."""

    operation: Operation
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: BaseModel | None


class Side(Protocol):
    """Where questions are answered."""

    def answer(self, question: Question, told: type[T]) -> T:
        """Refused: the gateway says no. Any other GatewayError: it could not be asked."""
        ...


class Gateway:
    """What commands ask."""

    def __init__(self, side: Side) -> None:
        self._side = side

    def ask(
        self,
        name: str,
        told: type[T],
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str | None] | None = None,
        body: BaseModel | None = None,
    ) -> T:
        """The answer to the operation of this name. Refused: the gateway says no."""
        operation, path = _OPERATIONS[name], path or {}
        for part, parameter in operation.parameters.items():
            if re.match(parameter.pattern, path[part]) is None:
                raise missing("there is nothing of this name")
        given = {field: value for field, value in (query or {}).items() if value is not None}
        return self._side.answer(Question(operation, path, given, body), told)


@contextmanager
def gateway_at(url: str | None, *, plain_http: bool) -> Iterator[Gateway]:
    """The remote one where a URL is given (or GATEWAY_URL is), else the one here."""
    remote = load_remote(url)
    # Only what is needed is imported: a command on this machine speaks no HTTP.
    if remote is None:
        with import_module("gateway.cli.local").opened() as side:
            yield Gateway(side)
    else:
        with import_module("gateway.cli.remote").opened(remote, plain_http=plain_http) as side:
            yield Gateway(side)


@contextmanager
def no_is_an_answer(about: Mapping[str, str], *, as_json: bool) -> Iterator[None]:
    """Where what was asked about isn't there, or can't be changed: says so on stdout, for programs with `about`,
    and ends with exit code 1."""
    try:
        yield
    except Refused as refused:
        if refused.problem.kind not in (Kind.NOT_FOUND, Kind.CONFLICT):
            raise
        said = refused.problem.message
        print(json.dumps({**about, "error": said}) if as_json else said)
        raise typer.Exit(1) from None


def only_here(url: str | None, what: str) -> None:
    """WrongUse for a command that works on this machine's own files where a remote gateway is asked for."""
    if load_remote(url) is not None:
        raise WrongUse(f"{what}: run it where the gateway's data is, without --url and GATEWAY_URL")


def body_of(model: type[T], options: Mapping[str, str], /, **fields: Any) -> T:
    """What is sent, judged here already; WrongUse names the option (`options`: by field) that is wrong."""
    try:
        return model.model_validate({name: value for name, value in fields.items() if value is not None})
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place, *inner = found["loc"]
        given = fields.get(str(place))
        if inner and isinstance(given, tuple | list):
            given = given[int(inner[0])]
        said = found["msg"].removeprefix("Value error, ")
        raise WrongUse(f"{options[str(place)]} {shown(given)}: {said}") from None


def shown(text: object) -> str:
    """Text of others in a sentence: what is long is cut."""
    whole = str(text)
    cut = whole if len(whole) <= 100 else f"{whole[:100]}…"
    return printable(cut)


def printable(text: str) -> str:
    """What could steer a terminal is shown escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
