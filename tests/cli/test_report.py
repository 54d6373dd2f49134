"""`gateway report processing`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.installation import open_installation
from gateway.settings import load_settings
from tests.cli.conftest import POLICY, Run
from tests.parts.kept_calls import KeptCall, keep

MORE = """
use_cases:
  faq:
    objective: "deflect | tickets"
    processing: {controller: Acme SA, lawful_basis: contract, data_subjects: [customers], data_categories: [contact]}
"""


@pytest.fixture(autouse=True)
def said(folder: Path) -> None:
    (folder / "policies" / "gateway.yaml").write_text(POLICY + MORE)
    with open_installation(load_settings()) as installation:
        keep(installation, KeptCall("c1"))


def test_each_use_case_is_told_in_words(gateway: Run):
    done = gateway("report", "processing")
    assert done.status == 0
    assert all(
        word in done.out
        for word in (
            "controller: Acme SA",
            "data subjects: customers",
            "1 calls",
            "MISSING: nothing is said of the",
        )
    )


def test_markdown_is_a_table_whose_cells_are_no_markup(gateway: Run):
    out = gateway("report", "processing", "--format", "markdown").out
    assert "| purpose | deflect \\| tickets |" in out
    assert all(line.count(" | ") <= 1 for line in out.splitlines() if line.startswith("| purpose"))


def test_json_is_for_programs(gateway: Run):
    told = json.loads(gateway("report", "processing", "--format", "json").out)
    assert (told["records"][0]["controller"], told["records"][0]["recipients"][0]["calls"]) == ("Acme SA", 1)


def test_another_form_is_wrong_use(gateway: Run):
    assert gateway("report", "processing", "--format", "pdf").status == 2
