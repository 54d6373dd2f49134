"""docs/usage.md is true: its commands are run as they stand, and its bill says what the page says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.conftest import Run

PAGE = (Path(__file__).parents[2] / "docs" / "usage.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = [line for language, code in BLOCKS if language == "sh" for line in code.splitlines()]
[BILL] = [code for language, code in BLOCKS if language == "csv"]
[SAID] = [code for language, code in BLOCKS if language == "text"]
OPENAI = "start_time_iso,amount_value,amount_currency,line_item\n"


@pytest.fixture(autouse=True)
def bills(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "anthropic-costs.csv").write_text(BILL)
    (folder / "openai-costs.csv").write_text(OPENAI + "2026-11-01T00:00:00,,,\n")
    monkeypatch.chdir(folder)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_does_what_it_says(gateway: Run, command: str):
    program, *words = shlex.split(command)
    done = gateway(*words)
    assert (program, done.status, done.err) == ("gateway", "anthropic" in command, "")


def test_the_bill_says_what_the_page_says(gateway: Run):
    done = gateway("usage", "reconcile", "anthropic-costs.csv")
    assert [line.rstrip() for line in done.out.splitlines()] == SAID.splitlines()
