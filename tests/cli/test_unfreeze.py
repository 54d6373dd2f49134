"""`gateway unfreeze`, where nothing is frozen; what it ends, tests/cli/test_freeze.py shows."""

from __future__ import annotations

import json

from tests.cli.conftest import Run


def test_where_nothing_was_frozen_by_this_the_answer_is_no(gateway: Run):
    gateway("freeze", "--match", "team=home", "--reason", "r")
    done = gateway("unfreeze", "--match", "model=echo", "--json")
    assert (done.status, json.loads(done.out)["match"]) == (1, "model=echo")
    done = gateway("unfreeze", "--match", "team=home", "--json")
    assert (done.status, len(json.loads(done.out)["ended"])) == (0, 1)


def test_without_a_fact_nothing_is_let_go(gateway: Run):
    assert gateway("unfreeze", "--match", "home").status == 2
