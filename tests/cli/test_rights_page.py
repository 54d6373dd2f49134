"""docs/rights.md is true: its commands are run as they stand, one after the other, and say what the page says.

What differs from run to run (pseudonyms, ids, hashes, the day) is compared by its form.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from gateway.installation import open_installation
from gateway.settings import load_settings
from tests.audit.parts import START_MS
from tests.cli.conftest import Run
from tests.parts.kept_calls import HOUR_MS, KeptCall, keep

PAGE: Final = (Path(__file__).parents[2] / "docs" / "rights.md").read_text(encoding="utf-8")
BLOCKS: Final[list[tuple[str, str]]] = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
[POLICY] = [code for language, code in BLOCKS if language == "yaml"]
SAID: Final = [
    (command.strip(), said) for (_, command), (language, said) in pairwise(BLOCKS) if language == "text"
]
VARYING: Final = (
    (r'\{"statement".*\}', "CERTIFICATE"),
    (r"[uekok]-[0-9a-f]{24}", "PERSON"),
    (r"\b(hold|req|act|signing)_?-?[0-9a-f]{12,24}\b", r"\1_ID"),
    (r"20\d\d-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?Z?)?", "TIME"),
    (r"\bwriter [0-9a-f]{16}", "writer ID"),
    (r"of [0-9a-f]{16} on", "of ID on"),
    (r"policy [0-9a-f]{12}", "policy ID"),
    (r"by=os|\bos\b", "os"),
    (r" +", " "),
)
CALLS: Final = (
    KeptCall("c1", user="anna", end_user="maria", sent="write to max@example.com", found=("EMAIL",)),
    KeptCall("c2", user="bert", team="legal", provider="vllm", region="eu", at_ms=START_MS + HOUR_MS),
    KeptCall("c3", user="anna", refused="reserve:per-user", sent=None, at_ms=START_MS + 2 * HOUR_MS),
    KeptCall("c4", user="bert", use_case=None, sent=None, at_ms=START_MS + 3 * HOUR_MS),
)


@pytest.fixture
def place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (folder / "policies" / "gateway.yaml").write_text(POLICY)
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    monkeypatch.chdir(folder)
    with open_installation(load_settings()) as installation:
        keep(installation, *CALLS)
    yield folder


def form(text: str) -> list[str]:
    for varying, fixed in VARYING:
        text = re.sub(varying, fixed, text)
    return [line.strip() for line in text.strip().splitlines()]


def test_every_command_says_what_the_page_says(gateway: Run, place: Path):
    held = ""
    for command, said in SAID:
        program, *words = shlex.split(command.replace("HOLD", held))
        done = gateway(*words)
        assert (program, form(done.out)) == ("gateway", form(said)), command
        held = done.out.split()[0] if " is in force" in done.out else held


def test_the_page_asks_ten_questions():
    assert re.findall(r"^## (\d+)\.", PAGE, re.MULTILINE) == [str(number) for number in range(1, 11)]
    assert len(SAID) >= 10
