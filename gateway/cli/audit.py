"""`gateway audit`: ask the audit log, and prove it."""

from __future__ import annotations

import typer


def build() -> typer.Typer:
    return typer.Typer(help="The audit log.", no_args_is_help=True)
