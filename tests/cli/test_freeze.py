"""`gateway freeze` and `gateway unfreeze`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run


def test_calls_are_frozen_listed_and_let_go(gateway: Run):
    done = gateway(
        "freeze", "--match", "team=home", "--match", "model=gpt-*", "--reason", "incident 7", "--json"
    )
    told = json.loads(done.out)
    assert (done.status, told["match"]) == (0, {"model": ["gpt-*"], "team": ["home"]})
    [listed] = gateway("freeze", "--list", "--json").out.splitlines()
    assert json.loads(listed) == told
    assert "model=gpt-* team=home  incident 7" in gateway("freeze", "--list").out
    done = gateway("unfreeze", "--match", "model=gpt-*", "--match", "team=home")
    assert (done.status, done.out) == (0, f"no longer frozen: {told['id']}\n")
    assert gateway("freeze", "--list").out == ""


def test_several_names_of_a_fact_are_any_of_them(gateway: Run):
    done = gateway("freeze", "--match", "model=a-*", "--match", "model=b-*", "--reason", "r")
    assert (done.status, "frozen: model=a-*,b-*;" in done.out) == (0, True)


def test_the_act_is_in_the_audit_log(gateway: Run):
    gateway("freeze", "--match", "team=home", "--reason", "incident 7")
    [act] = gateway("audit", "query", "--acts", "--json").out.splitlines()
    told = json.loads(act)
    assert (told["act"], told["ending"], told["about"]["match"]) == ("freezes.freeze", "done", ["team=home"])


def test_a_policy_that_is_none_keeps_nobody_from_stopping_calls(gateway: Run, folder: Path):
    (folder / "policies" / "gateway.yaml").write_text("gateway: 2\n")
    assert gateway("freeze", "--match", "team=home", "--reason", "incident 7").status == 0
    assert gateway("unfreeze", "--match", "team=home").status == 0


def test_what_stops_nobody_is_wrong_use(gateway: Run):
    done = gateway("freeze", "--match", "team=hone", "--reason", "r")
    assert (done.status, "did you mean `home`" in done.err) == (2, True)
    for words in (
        ("--reason", "r"),
        ("--match", "team=home"),
        ("--match", "team", "--reason", "r"),
        ("--match", "teem=home", "--reason", "r"),
        ("--match", "team=home", "--reason", "r", "--list"),
    ):
        assert gateway("freeze", *words).status == 2
    assert gateway("freeze", "--list").out == ""
