"""`gateway usage`: money as tables, CSV and JSON; by today's prices; beside a bill."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.installation import open_installation
from gateway.settings import load_settings
from tests.cli.conftest import Done, Run
from tests.parts.spending import Spent, spend

TODAY = datetime.now(UTC).date()
DAY, BEFORE = (TODAY - timedelta(days=number) for number in (1, 2))
NOON, NOON_BEFORE = f"{DAY}T12:00:00.000Z", f"{BEFORE}T12:00:00.000Z"
HAIKU = "anthropic/claude-haiku-4-5"


@pytest.fixture(autouse=True)
def spent(folder: Path) -> None:
    """On two days; `=1+1` is what a caller named a model. The recorded costs of echo are no list's."""
    with open_installation(load_settings()) as installation:
        anna = installation.subjects.pseudonym("user", "anna")
        made = [
            Spent("a", at=NOON, user=anna, usd=1_000_000_000),
            Spent("b", at=NOON_BEFORE, target=HAIKU, usd=70_000_000),
            Spent("c", at=NOON, target="echo/echo", model="echo", team="home", usd=5_000_000_000),
            Spent("d", at=NOON, team="home", model="=1+1", tokens=None),
        ]
        spend(installation.database.engine, made)


def told(done: Done) -> list[dict[str, object]]:
    assert done.err == ""
    return [json.loads(line) for line in done.out.splitlines()]


def test_all_in_one_line(gateway: Run):
    [total] = told(gateway("usage", "--json"))
    assert (total["calls"], total["refused"], total["cost_usd"]) == (4, 1, "6.070000000")


def test_the_dearest_come_first_on_a_terminal(gateway: Run):
    done = gateway("usage", "--by", "target")
    rows = [line.split()[:2] for line in done.out.splitlines()]
    assert [row[0] for row in rows] == ["target", "echo/echo", "openai/gpt-5-mini", HAIKU, "-", "all"]


def test_days_come_in_their_order(gateway: Run):
    days = [line["day"] for line in told(gateway("usage", "--by", "day", "--json"))]
    assert days == [BEFORE.isoformat(), DAY.isoformat()]


def test_people_are_named(gateway: Run):
    named = {line["user_name"] for line in told(gateway("usage", "--by", "user", "--json"))}
    assert named == {"anna", None}
    assert "anna" in gateway("usage", "--by", "user").out


def test_since_and_until_bound_it(gateway: Run):
    [total] = told(gateway("usage", "--since", str(BEFORE), "--until", str(DAY), "--json"))
    assert total["calls"] == 1


def test_csv_holds_every_figure_and_no_formula(gateway: Run):
    done = gateway("usage", "--by", "team,model", "--csv")
    rows = list(csv.DictReader(done.out.splitlines()))
    assert [(row["team"], row["model"], row["cost_usd"]) for row in rows] == [
        ("home", "'=1+1", "0.000000000"),
        ("home", "echo", "5.000000000"),
        ("support", "fast", "1.070000000"),
    ]


@pytest.mark.parametrize(
    "words",
    [
        ("--by", "colour"),
        ("--csv", "--json"),
        ("--since", "then"),
        ("--by", "team,model,key,api,day,month,tier"),
    ],
)
def test_wrong_use_is_exit_code_2(gateway: Run, words: tuple[str, ...]):
    assert gateway("usage", *words).status == 2


def test_recomputing_says_what_would_change_and_records_it_when_asked(gateway: Run):
    said = gateway("usage", "recompute")
    assert "1 of 3 calls would cost something else; --apply records it" in said.out
    done = gateway("usage", "recompute", "--apply", "--json")
    assert json.loads(done.out)["changed"] == 1
    [total] = told(gateway("usage", "--json"))
    assert (total["cost_usd"], total["corrected_usd"]) == ("6.070000000", "1.070000000")
    assert "recomputed USD" in gateway("usage").out
    assert "usage.recompute" in gateway("audit", "query", "--acts").out


def anthropic(folder: Path, *rows: str) -> str:
    bill = folder / "bill.csv"
    bill.write_text("\ufeffusage_date_utc,model,token_type,cost_usd\n" + "".join(f"{row}\n" for row in rows))
    return str(bill)


def test_a_bill_that_agrees_is_exit_code_0(gateway: Run, folder: Path):
    bill = anthropic(
        folder, f"{BEFORE},Claude Haiku 4.5,input,0.05", f"{BEFORE},Claude Haiku 4.5,output,0.02"
    )
    done = gateway("usage", "reconcile", bill)
    assert (done.status, done.out) == (
        0,
        "anthropic: billed 0.07 USD, recorded 0.07 USD; 1 lines by model and day, 0 shown\n",
    )


def test_a_difference_is_named_by_model_and_day_with_exit_code_1(gateway: Run, folder: Path):
    bill = anthropic(folder, f"{BEFORE},Claude Haiku 4.5,output,0.12", f"{DAY},Claude Opus 4.1,output,3")
    done = gateway("usage", "reconcile", bill, "--json")
    assert done.status == 1
    assert [(one["day"], one["model"], one["difference_usd"], one["why"]) for one in told(done)] == [
        (BEFORE.isoformat(), "claude-haiku-4-5", "0.05", None),
        (DAY.isoformat(), "claude-opus-4-1", "3.00", "no such calls here"),
    ]
    assert "no such calls here" in gateway("usage", "reconcile", bill).out


def test_a_tolerance_is_of_each_model_and_day(gateway: Run, folder: Path):
    bill = anthropic(folder, f"{BEFORE},Claude Haiku 4.5,output,0.12")
    assert gateway("usage", "reconcile", bill, "--tolerance", "0.05").status == 0
    assert gateway("usage", "reconcile", bill, "--tolerance", "0.049").status == 1


def test_the_bill_is_of_the_provider_that_is_named(gateway: Run, folder: Path):
    bill = anthropic(folder, f"{DAY},gpt-5-mini,output,1")
    assert gateway("usage", "reconcile", bill).status == 1
    assert gateway("usage", "reconcile", bill, "--provider", "openai").status == 0


def test_a_day_that_is_not_over_is_left_out(gateway: Run, folder: Path):
    bill = anthropic(folder, f"{TODAY},Claude Haiku 4.5,output,9")
    done = gateway("usage", "reconcile", bill)
    assert (done.status, "left out: 1 days that are not over in UTC" in done.out) == (0, True)


def test_days_outside_what_is_asked_for_are_left_out(gateway: Run, folder: Path):
    bill = anthropic(folder, f"{BEFORE},x,output,9", f"{DAY},y,output,9")
    found = told(gateway("usage", "reconcile", bill, "--since", str(DAY), "--json"))
    assert [one["model"] for one in found] == ["y"]


@pytest.mark.parametrize(
    "words", [("none.csv",), ("bill.csv", "--tolerance", "-1"), ("bill.csv", "--since", "x")]
)
def test_what_can_not_be_reconciled_is_wrong_use(gateway: Run, folder: Path, words: tuple[str, ...]):
    anthropic(folder, f"{DAY},x,output,1")
    path, *others = words
    assert gateway("usage", "reconcile", str(folder / path), *others).status == 2
