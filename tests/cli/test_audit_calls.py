"""Calls as JSON, as CSV, and what they come to."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from gateway.cli.audit_calls import columns, write_csv
from gateway.installation import open_installation
from gateway.settings import load_settings
from tests.audit.parts import START_MS
from tests.cli.conftest import Run
from tests.parts.kept_calls import HOUR_MS, KeptCall, keep


@pytest.fixture(autouse=True)
def calls(folder: Path) -> None:
    with open_installation(load_settings()) as installation:
        eu = KeptCall("c2", region="eu", provider="vllm", end_user="maria", at_ms=START_MS + HOUR_MS)
        keep(installation, KeptCall("c1", use_case='=HYPERLINK("x")'), eu)


def ids(gateway: Run, *words: str) -> list[str]:
    done = gateway("audit", "query", *words, "--json")
    assert done.status == 0
    return [json.loads(line)["id"] for line in done.out.splitlines()]


def test_calls_are_found_by_all_that_was_added(gateway: Run):
    assert ids(gateway, "--region", "eu") == ["c2"]
    assert ids(gateway, "--provider", "openai") == ["c1"]
    assert ids(gateway, "--end-user", "maria") == ["c2"]
    assert ids(gateway, "--cost-over", "0.00006") == ["c2", "c1"]
    assert ids(gateway, "--cost-over", "0.0001") == []
    assert ids(gateway, "--policy", "rev-1", "--api", "chat") == ["c2", "c1"]
    assert ids(gateway, "--entity", "EMAIL") == []
    assert ids(gateway, "--order", "oldest") == ["c1", "c2"]


@pytest.mark.parametrize("order", ["oldest", "dearest", "longest"])
def test_pages_go_on_in_every_order(gateway: Run, order: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("gateway.cli.audit.PAGE", 1)
    assert sorted(ids(gateway, "--order", order)) == ["c1", "c2"]


def test_totals_are_of_all_of_them(gateway: Run):
    told = json.loads(gateway("audit", "query", "--totals", "--json").out)
    assert (told["calls"], told["cost_usd"]) == (2, "0.000126000")
    assert "calls: 1" in gateway("audit", "query", "--totals", "--region", "eu").out


def test_no_cell_of_csv_is_a_formula(gateway: Run):
    rows = list(csv.DictReader(gateway("audit", "query", "--csv").out.splitlines()))
    assert [row["use_case"] for row in rows] == ["faq", '\'=HYPERLINK("x")']


def test_a_call_that_has_not_ended_has_a_line_of_as_many_cells(gateway: Run):
    record = json.loads(gateway("audit", "query", "--limit", "1", "--json").out)
    open_call = {
        name: record[name] for name in ("id", "at", "who", "purpose", "asked", "policy", "decisions", "chain")
    }
    assert columns(open_call | {"ended_at": None, "ending": None}).keys() == columns(record).keys()


def test_nothing_is_written_of_nothing():
    out = io.StringIO()
    write_csv([], out)
    assert out.getvalue() == ""
