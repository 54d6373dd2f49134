"""Tables show every cell as it stands: whole in a pipe, folded on a terminal."""

from __future__ import annotations

import pytest
from rich.table import Table

from gateway.cli.tables import print_table


def table(*cells: str) -> Table:
    made = Table(*("column" for _ in cells), box=None, pad_edge=False)
    made.add_row(*cells)
    return made


@pytest.mark.parametrize("cell", ["[/b]", "[red]alarm[/red]", ":smile:", "[link=https://x.test]y[/link]"])
def test_what_looks_like_markup_is_text(cell: str, capsys: pytest.CaptureFixture[str]):
    print_table(table(cell))
    assert capsys.readouterr().out.splitlines()[1].strip() == cell


def test_a_row_is_a_line_in_a_pipe(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("COLUMNS", "40")
    print_table(table("x" * 60, "y" * 60))
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_it_is_folded_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    print_table(table("some words " * 6, "and more " * 6))
    assert max(map(len, capsys.readouterr().out.splitlines()[1:])) <= 40
