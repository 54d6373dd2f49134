"""A role allows what it lists, and what it leaves open."""

from __future__ import annotations

from gateway.policy.roles import TRIAL, Role
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
