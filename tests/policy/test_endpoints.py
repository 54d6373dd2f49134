from __future__ import annotations

from pathlib import Path

import pytest

from tests.policy.folder import faults, loaded

ALERT = "alerts: {webhooks: [{url: '${HOOK}', secret: '${SIGN}'}]}\n"
GUARD = "guardrails: [{name: g, apply_to: input, kind: http, action: block, url: '${HOOK}'}]\n"


@pytest.mark.parametrize(("text", "column"), [(ALERT, 27), (GUARD, 73)])
def test_a_variable_that_is_missing_is_reported_where_it_is_named(text: str, column: int, tmp_path: Path):
    (line,) = faults(tmp_path, text, SIGN="s")
    assert line == f"a.yaml:1:{column}: the environment variable HOOK is not set"


def test_its_value_must_be_an_address_and_is_not_shown(tmp_path: Path):
    (line,) = faults(tmp_path, ALERT, SIGN="s", HOOK="ftp://token")
    assert line.endswith("expected an address such as https://api.example.com/v1")


def test_its_value_is_not_looked_at_by_who_only_checks(tmp_path: Path):
    (line,) = faults(tmp_path, ALERT, secrets="find", HOOK="ftp://token")
    assert line.endswith("the environment variable SIGN is not set")


def test_what_is_there_is_fine(tmp_path: Path):
    assert loaded(tmp_path, ALERT + GUARD, SIGN="s", HOOK="https://x.example").revision
