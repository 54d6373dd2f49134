"""`gateway audit hold`."""

from __future__ import annotations

import json

from tests.cli.conftest import Run


def test_holds_are_added_listed_and_released(gateway: Run):
    made = json.loads(gateway("audit", "hold", "add", "--reason", "case 7", "--team", "legal", "--json").out)
    listed = gateway("audit", "hold", "list").out
    assert all(word in listed for word in (made["id"], "team=legal", "case 7"))
    assert gateway("audit", "hold", "release", made["id"]).out == f"{made['id']} is released\n"
    assert made["id"] not in gateway("audit", "hold", "list").out
    assert made["id"] in gateway("audit", "hold", "list", "--all").out


def test_a_hold_on_everything_says_so(gateway: Run):
    gateway("audit", "hold", "add", "--reason", "freeze all")
    assert "everything" in gateway("audit", "hold", "list").out


def test_what_is_not_there_can_not_be_released(gateway: Run):
    assert gateway("audit", "hold", "release", "hold_0").status == 1
    assert gateway("audit", "hold", "add", "--reason", "a test", "--subject", "user:nobody").status == 1


def test_a_hold_needs_a_reason(gateway: Run):
    assert gateway("audit", "hold", "add", "--reason", "x").status == 2
