"""The command line: each command parses, calls one function and prints.

Exit codes: 0 done, 1 the answer is no, 2 wrong use.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_command

from gateway.errors import GatewayError, Kind, Refused

_NAMES: Final = (
    "serve",
    "check",
    "explain",
    "keys",
    "users",
    "policy",
    "audit",
    "keyring",
    "usage",
    "budgets",
    "freeze",
    "unfreeze",
    "privacy",
    "report",
)
"""Each is a module of this package with a function `build`."""


def build() -> typer.Typer:
    """All commands."""
    app = typer.Typer(cls=Lazily, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.callback()(gateway)
    return app


def gateway() -> None:
    """Portcullis: an LLM gateway you govern with YAML."""


def main() -> None:
    """Run it; an error of ours is one sentence on stderr and exit code 2, but 1 where we may not."""
    try:
        build()()
    except GatewayError as error:
        print(f"gateway: {error}", file=sys.stderr)
        sys.exit(1 if isinstance(error, Refused) and error.problem.kind is Kind.FORBIDDEN else 2)


class Lazily(TyperGroup):
    """Its commands are imported when they are asked for."""

    def __init__(self, **facts: Any) -> None:
        super().__init__(**facts)
        self.commands: Any = Commands()


class Commands(Mapping[str, Any]):
    """By name. `keys list` needs nothing of what `serve` does: importing that took a third of its time."""

    def __getitem__(self, name: str) -> Any:
        if name not in _NAMES:
            raise KeyError(name)
        return get_command(import_module(f"{__name__}.{name}").build())

    def __iter__(self) -> Iterator[str]:
        return iter(_NAMES)

    def __len__(self) -> int:
        return len(_NAMES)
