"""One short run of everything that needs nothing installed. No figure is asserted: machines differ."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.cpu import PROC

ROOT = Path(__file__).resolve().parents[2]
MARK = "BENCHMARKS_TEST"
SHORT = ("--seconds", "0.2", "--repeats", "1", "--connections", "4", "--streams", "4", "--chunks", "10")


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """The JSON of a run of the provider itself and the bare proxy, in all modes."""
    folder = tmp_path_factory.mktemp("benchmarks")
    written = [f"--{kind}={folder / kind}" for kind in ("json", "markdown")]
    command = [sys.executable, "-m", "benchmarks", "--targets", "direct,bare", *SHORT, *written]
    marked = os.environ | {MARK: str(folder)}
    done = subprocess.run(
        command, cwd=ROOT, env=marked, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((folder / "json").read_text())
    texts = {"printed": done.stdout, "markdown": (folder / "markdown").read_text()}
    return found | texts | {"left": _marked_with(str(folder))}


def _marked_with(value: str) -> list[str]:
    """Processes that have the mark in their environment."""
    found = []
    for path in PROC.glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):  # ended meanwhile, or another user's
            if f"{MARK}={value}".encode() in path.read_bytes():
                found.append(path.parent.name)
    return found


def test_every_target_has_a_row_for_every_mode(figures):
    found = [(row["target"], row["mode"]) for row in figures["rows"]]
    assert found == [(target, mode) for mode in ("json", "burst", "paced") for target in ("direct", "bare")]


def test_every_answer_is_right(figures):
    assert [(row["errors"], row["first_error"]) for row in figures["rows"]] == [(0, "")] * 6


def test_every_row_was_measured(figures):
    assert all(row["requests_per_s"] > 0 and row["p50_ms"] > 0 for row in figures["rows"])


def test_the_table_and_the_markdown_name_every_target(figures):
    assert all(name in figures[kind] for kind in ("printed", "markdown") for name in ("direct", "bare"))


def test_nothing_is_left_running(figures):
    assert not figures["left"]


def test_an_unknown_target_is_wrong_use(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["--targets", "direct,apache"])
    assert "apache: expected some of direct, nginx" in capsys.readouterr().err
