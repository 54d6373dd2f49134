"""docs/usage.md is true: its commands are run as they stand, and its bill says what the page says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "usage.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = [line for language, code in BLOCKS if language == "sh" for line in code.splitlines()]
[BILL] = [code for language, code in BLOCKS if language == "csv"]
[SAID] = [code for language, code in BLOCKS if language == "text"]
OPENAI = "start_time_iso,amount_value,amount_currency,line_item\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("usage")
    (made / "policies").mkdir()
    (made / "policies" / "gateway.yaml").write_text("gateway: 1\nproviders: {echo: {dialect: echo}}\n")
    (made / "anthropic-costs.csv").write_text(BILL)
    (made / "openai-costs.csv").write_text(OPENAI + "2026-11-01T00:00:00,,,\n")
    return made


def run(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    words = shlex.split(command)
    assert words[0] == "gateway"
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_does_what_it_says(folder: Path, command: str):
    done = run(folder, command)
    assert (done.returncode, done.stderr) == ("anthropic" in command, "")


def test_the_bill_says_what_the_page_says(folder: Path):
    done = run(folder, "gateway usage reconcile anthropic-costs.csv")
    assert [line.rstrip() for line in done.stdout.splitlines()] == SAID.splitlines()
