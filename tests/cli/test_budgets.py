"""`gateway budgets`: what is left, and more for a while."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import POLICY, Done, Run

BUDGETS = """\
budgets:
  - {name: all, amount: 5 USD, period: total}
  - {name: month, per: [team], amount: 10 USD, period: month}
"""
More = Callable[..., Done]


@pytest.fixture
def more(gateway: Run, folder: Path) -> More:
    """`gateway budgets raise` with what it needs."""
    (folder / "policies" / "gateway.yaml").write_text(POLICY + BUDGETS)

    def run(name: str, amount: str = "50", until: str = "7d", *words: str) -> Done:
        return gateway(
            "budgets", "raise", name, "--amount", amount, "--until", until, "--reason", "launch", *words
        )

    return run


def test_budgets_are_listed_with_what_is_left_and_what_they_were_raised_by(gateway: Run, more: More):
    more("all", "1.5")
    more("month", "50", "7d", "--scope", "team=home")
    told = [json.loads(line) for line in gateway("budgets", "list", "--json").out.splitlines()]
    assert [(each["budget"], each["scope"], each["left_usd"]) for each in told] == [
        ("all", [], "6.500000000"),
        ("month", ["team=home"], "60.000000000"),
    ]
    out = gateway("budgets", "list").out.splitlines()
    assert out[0].split() == "budget of amount USD raised spent reserved left begins anew".split()
    assert out[1].split() == "all all calls 5 1.5 0 0 6.5 never".split()
    assert "month has 50 USD more for team=home until" in out[-1]


@pytest.mark.parametrize("until", ["7d", "168h", "1w"])
def test_an_increase_lasts_from_now_on(more: More, until: str):
    told = json.loads(more("all", "50 USD", until, "--json").out)
    ends = datetime.fromisoformat(told["until"]) - datetime.now(UTC)
    assert timedelta(days=6, hours=23) < ends <= timedelta(days=7)


def test_an_increase_lasts_until_a_time(more: More):
    at = datetime.now(UTC) + timedelta(days=3)
    told = json.loads(more("all", "50", f"{at:%Y-%m-%dT%H:%M}", "--json").out)
    assert told["until"] == f"{at:%Y-%m-%dT%H:%M}:00+00:00"


def test_an_increase_is_withdrawn_once(gateway: Run, more: More):
    made = json.loads(more("all", "50", "7d", "--json").out)
    done = gateway("budgets", "withdraw", made["id"])
    assert (done.status, done.out) == (0, f"withdrawn: {made['id']}\n")
    assert gateway("budgets", "withdraw", made["id"]).status == 1
    assert gateway("budgets", "withdraw", "something", "--json").status == 1
    assert "50 USD more" not in gateway("budgets", "list").out


@pytest.mark.parametrize(
    "words",
    [
        ("nope",),
        ("all", "0"),
        ("all", "-5"),
        ("all", "9000001"),
        ("all", "50 EUR"),
        ("all", "50", "yesterday"),
        ("all", "50", "2020-01-01T00:00"),
        ("all", "50", "400d"),
        ("month", "50", "7d", "--scope", "team"),
        ("month", "50", "7d", "--scope", "team=home", "--scope", "team=home"),
        ("month", "50", "7d", "--scope", "team=hone"),
        ("all", "50", "7d", "--scope", "team=home"),
    ],
)
def test_what_raises_nothing_is_wrong_use(gateway: Run, more: More, words: tuple[str, ...]):
    assert more(*words).status == 2
    assert "more for" not in gateway("budgets", "list").out
