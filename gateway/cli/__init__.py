"""The command line: each command parses, calls one function and prints.

Exit codes: 0 done, 1 the answer is no, 2 wrong use.
"""

from __future__ import annotations

import sys

import typer

from gateway.cli.audit import build as audit_commands
from gateway.cli.check import check
from gateway.cli.keys import build as keys_commands
from gateway.cli.serve import serve
from gateway.errors import GatewayError

_HELP = "Portcullis: an LLM gateway you govern with YAML."


def build() -> typer.Typer:
    """All commands."""
    app = typer.Typer(help=_HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.command("serve")(serve)
    app.command("check")(check)
    app.add_typer(keys_commands(), name="keys")
    app.add_typer(audit_commands(), name="audit")
    return app


def main() -> None:
    """Run it; an error of ours is one sentence on stderr and exit code 2."""
    try:
        build()()
    except GatewayError as error:
        print(f"gateway: {error}", file=sys.stderr)
        sys.exit(2)
