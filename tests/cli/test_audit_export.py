"""`gateway audit export`."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from gateway.installation import open_installation
from gateway.settings import load_settings
from tests.audit.parts import START_MS
from tests.cli.conftest import Run
from tests.parts.kept_calls import HOUR_MS, KeptCall, keep


@pytest.fixture(autouse=True)
def calls(folder: Path) -> None:
    with open_installation(load_settings()) as installation:
        calls = [
            KeptCall(f"c{number}", user="anna", at_ms=START_MS + number * HOUR_MS) for number in range(3)
        ]
        keep(installation, *calls, KeptCall("c3", team="legal", at_ms=START_MS + 3 * HOUR_MS))


def test_records_go_into_a_file_oldest_first(gateway: Run, folder: Path):
    out = folder / "calls.jsonl"
    done = gateway("audit", "export", "--team", "support", "--out", str(out))
    assert (done.status, done.out) == (0, "")
    assert [json.loads(line)["id"] for line in out.read_text().splitlines()] == ["c0", "c1", "c2"]


def test_csv_has_a_head_and_a_line_a_call(gateway: Run):
    done = gateway("audit", "export", "--format", "csv", "--out", "-")
    head, *rows = csv.reader(done.out.splitlines())
    assert [row[head.index("id")] for row in rows] == ["c0", "c1", "c2", "c3"]
    assert rows[0][head.index("regions")] == "us"


def test_that_calls_were_taken_out_is_in_the_log_under_pseudonyms(gateway: Run):
    gateway("audit", "export", "--user", "anna", "--out", "-")
    gateway("audit", "export", "--user", "nobody", "--out", "-")
    told = gateway("audit", "query", "--act", "audit.export", "--json").out
    unknown, known = (json.loads(line)["about"] for line in told.splitlines())
    with open_installation(load_settings()) as installation:
        anna = installation.subjects.find("user", "anna")
    assert known == {"calls": 3, "format": "jsonl", "person": anna}
    assert unknown == {"calls": 0, "format": "jsonl", "person": "nobody known"}


def test_no_file_is_written_over(gateway: Run, folder: Path):
    out = folder / "calls.jsonl"
    out.write_text("mine")
    assert gateway("audit", "export", "--out", str(out)).status == 2
    assert out.read_text() == "mine"
