"""A role allows what it lists, and what it leaves open."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.policy.hours import Hours
from gateway.policy.models.hours import HoursEntry
from gateway.policy.roles import TRIAL, Role, held_roles
from gateway.policy.snapshot import Policy


def test_a_role_allows_what_it_lists():
    role = Role("r", models=("fast", "claude-*"), apis=frozenset({"chat"}), functions=("get_*",))
    assert [role.allows_model(name) for name in ["fast", "claude-x", "slow"]] == [True, True, False]
    assert [role.allows_api(api) for api in ["chat", "messages"]] == [True, False]
    assert [role.allows_function(name) for name in ["get_x", "set_x"]] == [True, False]


def test_an_empty_role_allows_no_model_no_hosted_tool_no_server_and_no_privilege():
    role = Role("r")
    assert not role.allows_model("fast")
    assert not role.allows_hosted_tool("web_search")
    assert not role.allows_mcp_server("mail")
    assert not role.allows_privilege("store")


def test_an_empty_role_allows_every_api_and_function():
    role = Role("r")
    assert role.allows_api("chat")
    assert role.allows_function("anything")


def test_no_functions_is_not_all_functions():
    assert not Role("r", functions=()).allows_function("get")


def test_the_trial_role_is_built_in():
    assert Policy("r").role("trial") is TRIAL
    assert TRIAL.allows_model("anything")
    assert TRIAL.allows_api("chat")
    assert not any(map(TRIAL.allows_api, ("files", "batches", "fine_tuning")))
    assert not TRIAL.allows_hosted_tool("web_search")
    assert not TRIAL.allows_privilege("store")


def test_an_empty_role_may_claim_nothing_and_use_every_prompt():
    role = Role("r")
    assert not role.allows_use_case("faq")
    assert not role.lists_tag("project=apollo")
    assert role.allows_prompt("support-reply")


@pytest.mark.parametrize(
    ("tags", "tag", "listed"),
    [
        (("project=*",), "project=apollo", True),
        (("project=*",), "channel=chat", False),
        (("channel=chat",), "channel=chat", True),
        (("channel=chat",), "channel=chats", False),
        (("beta",), "beta", True),
    ],
)
def test_a_tag_is_listed_as_name_and_value(tags: tuple[str, ...], tag: str, listed: bool):
    assert Role("r", tags=tags).lists_tag(tag) is listed


NINE_TO_FIVE = Hours.of([HoursEntry.model_validate({"from": "09:00", "to": "17:00"})])


def test_a_role_holds_in_its_hours():
    role = Role("r", hours=NINE_TO_FIVE)
    assert role.holds_at(datetime(2026, 11, 23, 9, tzinfo=UTC))
    assert not role.holds_at(datetime(2026, 11, 23, 17, tzinfo=UTC))
    assert Role("r").holds_at(datetime(2026, 11, 23, 17, tzinfo=UTC))


@pytest.mark.parametrize(
    ("address", "there"), [("10.1.2.3", True), ("11.1.2.3", False), (None, False), ("x", False)]
)
def test_a_role_holds_in_its_networks(address: str | None, there: bool):
    assert Role("r", networks=("10.0.0.0/8",)).holds_from(address) is there
    assert Role("r").holds_from(address)


@pytest.mark.parametrize(
    ("facts", "conditional"),
    [
        ({}, False),
        ({"models": ("*",), "use_cases": ("faq",), "tags": ("a",)}, False),
        ({"prompts": ()}, True),
        ({"require": frozenset({"use_case"})}, True),
        ({"networks": ("10.0.0.0/8",)}, True),
        ({"hours": NINE_TO_FIVE}, True),
    ],
)
def test_a_role_is_conditional_where_it_depends_on_more_than_what_is_asked(
    facts: dict[str, Any], conditional: bool
):
    assert Role("r", **facts).conditional is conditional


JUNIOR = Role("junior")
SENIOR = Role("senior", inherited=(JUNIOR,))
OTHER = Role("other")
POLICY = Policy("r", roles={role.name: role for role in (JUNIOR, SENIOR, OTHER)})


@pytest.mark.parametrize(
    ("names", "ceiling", "held"),
    [
        (("other",), None, ["other"]),
        (("gone", "other"), None, ["other"]),
        (("trial",), None, ["trial"]),
        (("senior",), None, ["senior", "junior"]),
        (("other", "senior"), None, ["other", "senior", "junior"]),
        (("senior", "junior"), None, ["senior", "junior"]),
        (("other",), {"junior"}, []),
        (("senior",), {"junior"}, ["junior"]),
        (("senior",), set(), []),
        (("trial",), {"other"}, []),
    ],
)
def test_roles_count_with_what_they_extend_under_the_teams_ceiling(
    names: tuple[str, ...], ceiling: set[str] | None, held: list[str]
):
    bound = None if ceiling is None else frozenset(ceiling)
    assert [role.name for role in held_roles(POLICY.role, bound, names)] == held
