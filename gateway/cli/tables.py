"""How tables are printed: whole in a pipe, folded on a terminal, and every cell as it stands."""

from __future__ import annotations

import sys
from typing import Final

from rich.console import Console
from rich.table import Table

_UNWRAPPED: Final = 10_000
"""Wider than any row: what reads a pipe looks for one row a line."""


def print_table(table: Table) -> None:
    """Names that people gave may look like markup: it is not read."""
    width = None if sys.stdout.isatty() else _UNWRAPPED
    Console(width=width, markup=False, emoji=False, highlight=False).print(table)
