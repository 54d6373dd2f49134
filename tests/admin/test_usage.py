"""Usage through administration: of one's own team where that is as far as it goes; of people only where permitted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.admin.actor import Actor
from gateway.admin.administration import Administration
from gateway.admin.usage_bodies import UsageAsked
from gateway.errors import Kind
from gateway.installation import open_installation
from gateway.policy.models.permissions import Permission
from gateway.policy.roles import Role, Team
from gateway.policy.snapshot import Policy
from gateway.settings import Settings
from tests.admin.test_acts import Listed
from tests.admin.test_keys import refusal
from tests.parts.spending import Spent, spend


def role(name: str, *permissions: Permission, own: bool = False) -> Role:
    return Role(name, permissions=frozenset(permissions), within_own_team=own)


POLICY = Policy(
    "rev-1",
    roles={
        one.name: one
        for one in (
            role("reader", "usage:read"),
            role("lead", "usage:read", own=True),
            role("people", "usage:read_people"),
        )
    },
    teams={"support": Team("support"), "night": Team("night", above=("support",)), "legal": Team("legal")},
)
READER = Actor("key", roles=("reader",))
LEAD = Actor("key", roles=("lead",), team="support")


@contextmanager
def administered(folder: Path) -> Iterator[Administration]:
    """Five calls: of anna in support and legal, of others in night and in no team."""
    with open_installation(Settings(data=folder)) as installation:
        anna = installation.subjects.pseudonym("user", "anna")
        made = [
            Spent("a", user=anna),
            Spent("b", user=anna, team="legal"),
            Spent("c", team="night", usd=None),
            Spent("d", team=None, figures=(("estimated", True), ("reserved_nano_usd", 10**9))),
            Spent("e", tokens=None),
        ]
        spend(installation.database.engine, made)
        yield Administration(installation, lambda: POLICY, Listed())


def test_money_is_told_exactly_and_shares_of_what_was_used(tmp_path: Path):
    with administered(tmp_path) as to:
        total = to.usage.report(READER, UsageAsked()).total
    assert (total.calls, total.refused, total.cost_usd, total.corrected_usd) == (
        5,
        1,
        "0.001350000",
        "0.001350000",
    )
    assert (total.estimated_share, total.unpriced_share) == (0.25, 0.25)
    assert (total.reserved_usd, total.settled_usd) == ("1.000000000", "0.000450000")


def test_lines_are_by_what_was_asked_for(tmp_path: Path):
    with administered(tmp_path) as to:
        report = to.usage.report(READER, UsageAsked(by="team,model"))
    told = [(line.of, line.figures.calls) for line in report.lines]
    assert told == [
        ({"team": None, "model": "fast"}, 1),
        ({"team": "legal", "model": "fast"}, 1),
        ({"team": "night", "model": "fast"}, 1),
        ({"team": "support", "model": "fast"}, 2),
    ]


def test_a_lead_is_told_of_the_own_team_and_those_below(tmp_path: Path):
    with administered(tmp_path) as to:
        report = to.usage.report(LEAD, UsageAsked(by="team"))
        lines = [line.of["team"] for line in report.lines]
    assert (lines, report.total.calls) == (["night", "support"], 3)


@pytest.mark.parametrize("actor", [READER, LEAD])
def test_of_single_people_nobody_is_told_without_the_permission(tmp_path: Path, actor: Actor):
    with administered(tmp_path) as to:
        refused = refusal(Kind.FORBIDDEN, to.usage.report, actor, UsageAsked(by="team,user"))
    assert refused.rule == "usage:read_people"


def test_people_are_told_of_by_name_with_it(tmp_path: Path):
    with administered(tmp_path) as to:
        report = to.usage.report(Actor("key", roles=("reader", "people")), UsageAsked(by="user"))
    assert {(line.of["user_name"], line.figures.calls) for line in report.lines} == {(None, 3), ("anna", 2)}


def test_what_is_not_known_to_ask_for_is_refused():
    with pytest.raises(ValueError, match="pattern"):
        UsageAsked(by="team,colour")
