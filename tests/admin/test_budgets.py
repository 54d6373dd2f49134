"""Budgets as administrators see and raise them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.admin.actor import Actor
from gateway.admin.budget_bodies import Budget, NewIncrease
from gateway.errors import Kind
from tests.admin import measuring
from tests.admin.measuring import BOSS, LEAD, NOBODY, OS, Office
from tests.admin.test_keys import refusal
from tests.parts.spending import Spent, spend

DAY_MS = 86_400_000


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with measuring.office(tmp_path) as made:
        yield made


def text(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def wanted(office: Office, budget: str = "of-all", after_ms: int = DAY_MS, **more: Any) -> NewIncrease:
    facts = {"amount": "50 USD", "reason": "launch", "until": text(office.installation.now_ms() + after_ms)}
    return NewIncrease.model_validate({"budget": budget, **facts, **more})


def spend_usd(office: Office, *spent: tuple[str | None, str | None, int]) -> None:
    """One call of now on record for each: its team, its user, and what it cost."""
    at = text(office.installation.now_ms())
    calls = [
        Spent(f"c{number}", at, team, user, usd=cost * 10**9)
        for number, (team, user, cost) in enumerate(spent)
    ]
    spend(office.installation.database.engine, calls)


def lines(office: Office, actor: Actor = OS) -> dict[tuple[str, ...], Budget]:
    return {(each.budget, *each.scope): each for each in office.budgets.list(actor).budgets}


def test_a_budget_of_all_is_told_before_anything_is_spent(office: Office):
    found = lines(office)
    assert list(found) == [("of-all",)]
    told = found["of-all",]
    assert (told.amount_usd, told.left_usd) == ("100.000000000", "100.000000000")
    assert told.resets_at is None


def test_what_was_spent_is_told_by_scope(office: Office):
    spend_usd(office, ("support", "u-1", 3), ("support", "u-2", 1), (None, None, 2))
    found = lines(office)
    spent = {name: told.spent_usd[:-10] for name, told in found.items()}
    assert spent == {
        ("of-all",): "6",
        ("by-team", "team=support"): "4",
        ("by-team", "key=key_1"): "2",
        ("by-person", "team=support", "user=u-1"): "3",
        ("by-person", "team=support", "user=u-2"): "1",
        ("by-person", "key=key_1", "key=key_1"): "2",
    }
    told = found["by-team", "team=support"]
    assert (told.left_usd, told.amount_usd) == ("6.000000000", "10.000000000")
    assert told.resets_at is not None and told.resets_at > told.since
    assert found["by-person", "team=support", "user=u-1"].left_usd == "0.000000000", "never less than nothing"


def test_within_ones_own_team_is_told_what_is_counted_by_team(office: Office):
    spend_usd(office, ("support", None, 3), ("legal", None, 1))
    office.budgets.increase(OS, wanted(office, "by-team", scope={"team": "legal"}))
    office.budgets.increase(OS, wanted(office, "by-team", scope={"team": "support"}))
    found = office.budgets.list(LEAD)
    assert {"team=support" in each.scope for each in found.budgets} == {True}
    assert [each.scope for each in found.increases] == [["team=support"]]


def test_a_budget_is_raised_for_a_while(office: Office):
    told = office.budgets.increase(BOSS, wanted(office))
    assert (told.scope, told.amount_usd, told.who) == (None, "50.000000000", "key_boss")
    found = lines(office)["of-all",]
    assert (found.amount_usd, found.raised_usd, found.left_usd) == (
        "100.000000000",
        "50.000000000",
        "150.000000000",
    )
    assert office.changes == [1]


def test_a_budget_is_raised_for_one_scope_as_calls_are_counted_under_it(office: Office):
    office.budgets.increase(OS, wanted(office, "by-person", scope={"user": "anna", "team": "support"}))
    pseudonym = office.installation.subjects.pseudonym("user", "anna")
    [raised] = office.measures.taken(0).increases
    assert raised.scope == ("team=support", f"user={pseudonym}")
    assert lines(office)["by-person", "team=support", f"user={pseudonym}"].left_usd == "51.000000000"
    office.budgets.increase(OS, wanted(office, "by-team", scope={"key": "key_1"}))
    assert office.measures.taken(0).increases[1].scope == ("key=key_1",)


@pytest.mark.parametrize(
    ("budget", "more", "field"),
    [
        ("nope", {}, "budget"),
        ("of-all", {"scope": {"team": "support"}}, "scope"),
        ("by-team", {"scope": {"user": "anna"}}, "scope"),
        ("by-person", {"scope": {"team": "support"}}, "scope"),
        ("by-team", {"scope": {"team": "suport"}}, "scope.team"),
        ("of-all", {"after_ms": 0}, "until"),
        ("of-all", {"after_ms": 367 * DAY_MS}, "until"),
    ],
)
def test_an_increase_that_nobody_would_have_is_refused(
    office: Office, budget: str, more: dict[str, Any], field: str
):
    refused = refusal(Kind.INVALID_REQUEST, office.budgets.increase, OS, wanted(office, budget, **more))
    assert refused.problem.param == field
    assert office.measures.taken(0).increases == []


def test_an_increase_is_withdrawn_once(office: Office):
    made = office.budgets.increase(OS, wanted(office))
    assert office.budgets.withdraw(OS, made.id).increase == made.id
    refusal(Kind.NOT_FOUND, office.budgets.withdraw, OS, made.id)
    assert lines(office)["of-all",].raised_usd == "0.000000000"


@pytest.mark.parametrize("actor", [LEAD, NOBODY])
def test_who_may_not_raise_budgets_raises_none(office: Office, actor: Actor):
    made = office.budgets.increase(OS, wanted(office))
    refusal(Kind.FORBIDDEN, office.budgets.increase, actor, wanted(office))
    refusal(Kind.FORBIDDEN, office.budgets.withdraw, actor, made.id)
    assert len(office.measures.taken(0).increases) == 1


def test_the_act_holds_a_persons_pseudonym_and_neither_name_nor_reason(office: Office):
    made = office.budgets.increase(OS, wanted(office, "by-person", scope={"user": "anna", "team": "support"}))
    pseudonym = office.installation.subjects.pseudonym("user", "anna")
    assert office.acts.told[-1][0] == "done"
    assert office.acts.told[-1][2] == {
        "increase": made.id,
        "scope": ["team=support", f"user={pseudonym}"],
    }
    assert "anna" not in str(office.acts.told) + str(office.acts.abouts)
    assert "launch" not in str(office.acts.told) + str(office.acts.abouts)


def test_others_are_told_of_an_increase_and_of_its_end(office: Office):
    made = office.budgets.increase(OS, wanted(office, "by-team", scope={"team": "support"}))
    office.budgets.withdraw(OS, made.id)
    bodies = [json.loads(each.body) for each in office.alerts()]
    assert {each["type"] for each in bodies} == {"budget.raised", "budget.withdrawn"}
    assert bodies[0]["data"] == {
        "budget": "by-team",
        "scope": ["team=support"],
        "amount_usd": "50.000000000",
        "until": made.until,
        "reason": "launch",
    }
