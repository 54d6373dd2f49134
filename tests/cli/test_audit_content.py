"""`gateway audit content` and `search`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.installation import open_installation
from gateway.settings import load_settings
from tests.cli.conftest import Run
from tests.parts.kept_calls import KeptCall, keep

WHY = ("--reason", "complaint 4711")


@pytest.fixture(autouse=True)
def kept(folder: Path) -> None:
    """One call of anna with an escape in it, and one whose content is not kept."""
    with open_installation(load_settings()) as installation:
        calls = (
            KeptCall("c1", user="anna", sent="red \x1b[31m number"),
            KeptCall("c2", user="anna", sent=None),
        )
        keep(installation, *calls)


def test_what_was_kept_is_shown_and_steers_no_terminal(gateway: Run):
    done = gateway("audit", "content", "c1", *WHY)
    assert (done.status, done.out) == (0, "--- sent\nred \\x1b[31m number\n--- got\nan answer\n")
    assert json.loads(gateway("audit", "content", "c1", *WHY, "--json").out)["mode"] == "sealed"


def test_each_look_is_in_the_log_with_its_reason(gateway: Run):
    gateway("audit", "content", "c1", *WHY)
    [act] = map(json.loads, gateway("audit", "query", "--act", "audit.content", "--json").out.splitlines())
    assert act["about"] == {"call": "c1", "reason": "complaint 4711"}


@pytest.mark.parametrize("call_id", ["c2", "c9"])
def test_what_is_not_kept_is_a_no(gateway: Run, call_id: str):
    assert gateway("audit", "content", call_id, *WHY).status == 1


def test_a_reason_is_needed(gateway: Run):
    assert (gateway("audit", "content", "c1").status, gateway("audit", "search", "number").status) == (2, 2)


def test_a_text_is_looked_for(gateway: Run):
    done = gateway("audit", "search", "NUMBER", *WHY)
    assert done.out == "c1 sent: red \\x1b[31m number\n1 found in 1 contents; 0 can't be read any more\n"
    assert json.loads(gateway("audit", "search", "number", *WHY, "--json").out)["call"] == "c1"
    assert gateway("audit", "search", "not there", *WHY).status == 1
