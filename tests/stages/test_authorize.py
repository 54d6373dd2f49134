"""May they: one role allows all of a call, or the call is refused. Roles are never mixed."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.call import Caller, Grant
from gateway.dialects.interface import Asked
from gateway.errors import Kind, Refused
from gateway.policy.roles import Role, Team
from gateway.policy.snapshot import Model
from gateway.stages import authorize
from tests.parts.calls import make_call, make_policy
from tests.parts.runtime import make_runtime


def asked(**changes: Any) -> Asked:
    return Asked(**({"raw": b"{}", "fields": {}, "model": "fast"} | changes))


def decided(*roles: Role, team: str | None = None, teams: dict[str, Team] | None = None, **ask: Any) -> Grant:
    policy = make_policy(roles={role.name: role for role in roles}, teams=teams or {})
    caller = Caller("key", "key_1", None, team, tuple(role.name for role in roles), None)
    return authorize.decide(policy, caller, "chat", asked(**ask))


def refused(*roles: Role, **facts: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        decided(*roles, **facts)
    assert caught.value.stage == "authorize"
    return caught.value


ALL = Role("all", models=("*",))


def test_a_role_that_allows_all_of_it_grants():
    grant = decided(ALL)
    assert grant.model is not None
    assert (grant.role, grant.model.name, grant.max_output_tokens) == (ALL, "fast", None)


def test_what_asks_for_no_model_is_judged_without_one():
    role = Role("r", apis=frozenset({"chat"}))
    policy = make_policy(roles={"r": role}, models={"*": Model("*", ())})
    grant = authorize.decide(
        policy, Caller("key", "key_1", None, None, ("r",), None), "chat", asked(model="")
    )
    assert (grant.role, grant.model) == (role, None)


def test_every_api_that_a_call_needs_must_be_allowed():
    role = Role("r", models=("*",), apis=frozenset({"chat", "batches"}))
    assert decided(role, apis=("batches",)).role is role
    assert refused(role, apis=("batches", "embeddings")).problem.code == "api_forbidden"


def test_an_unknown_model_is_not_found_whatever_the_role():
    refusal = refused(ALL, model="no-such-model")
    assert (refusal.problem.kind, refusal.problem.code) == (Kind.NOT_FOUND, "model_not_found")


def test_an_endless_name_of_a_model_is_cut_in_what_is_told():
    assert len(refused(ALL, model="x" * 10_000).problem.message) < 300


@pytest.mark.parametrize(
    ("role", "ask", "code"),
    [
        (Role("r"), {}, "model_forbidden"),
        (Role("r", models=("slow",)), {}, "model_forbidden"),
        (Role("r", models=("*",), apis=frozenset({"messages"})), {}, "api_forbidden"),
        (Role("r", models=("*",), functions=()), {"functions": ("f",)}, "tool_forbidden"),
        (Role("r", models=("*",), functions=("g*",)), {"functions": ("g1", "f")}, "tool_forbidden"),
        (Role("r", models=("*",)), {"hosted_tools": ("web_search",)}, "tool_forbidden"),
        (Role("r", models=("*",)), {"mcp_servers": ("https://x.test",)}, "mcp_server_forbidden"),
        (Role("r", models=("*",)), {"privileges": ("store",)}, "option_forbidden"),
    ],
)
def test_what_a_role_does_not_allow_is_forbidden(role: Role, ask: dict[str, Any], code: str):
    refusal = refused(role, **ask)
    assert (refusal.problem.kind, refusal.problem.code, refusal.rule) == (Kind.FORBIDDEN, code, "r")


@pytest.mark.parametrize(
    ("role", "ask"),
    [
        (Role("r", models=("fast",)), {}),
        (Role("r", models=("*",), apis=frozenset({"chat"})), {}),
        (Role("r", models=("*",)), {"functions": ("f",)}),
        (Role("r", models=("*",), functions=("g*",)), {"functions": ("g1", "g2")}),
        (Role("r", models=("*",), hosted_tools=("web_*",)), {"hosted_tools": ("web_search",)}),
        (Role("r", models=("*",), mcp_servers=("https://x.test",)), {"mcp_servers": ("https://x.test",)}),
        (Role("r", models=("*",), allow=frozenset({"store"})), {"privileges": ("store",)}),
    ],
)
def test_what_a_role_lists_is_allowed(role: Role, ask: dict[str, Any]):
    assert decided(role, **ask).role is role


def test_roles_are_never_mixed():
    """One allows the model and the other the tool: neither allows the call."""
    model = Role("model", models=("fast",), functions=())
    tool = Role("tool", models=("slow",))
    assert refused(model, tool, functions=("f",)).rule == "model"


def test_a_second_role_may_allow_what_the_first_does_not():
    assert decided(Role("none"), ALL).role is ALL


def test_roles_that_the_policy_lacks_count_for_nothing():
    policy = make_policy(roles={})
    with pytest.raises(Refused) as caught:
        authorize.decide(policy, Caller("key", "k", None, None, ("gone",), None), "chat", asked())
    assert caught.value.problem.code == "no_role"


def test_a_team_is_a_ceiling_on_the_roles_of_its_keys():
    refusal = refused(ALL, team="t", teams={"t": Team("t", roles=frozenset({"other"}))})
    assert refusal.problem.code == "no_role"
    assert decided(ALL, team="t", teams={"t": Team("t", roles=frozenset({"all"}))}).role is ALL
    assert decided(ALL, team="t", teams={"t": Team("t")}).role is ALL


def test_a_team_that_is_not_declared_is_refused():
    assert refused(ALL, team="t").problem.code == "unknown_team"


@pytest.mark.parametrize(
    ("cap", "sent"), [(None, None), (None, 9), (5, None), (5, 9), (5, 5), (5, 4), (5, 0)]
)
def test_the_cap_of_a_role_is_granted_whatever_is_sent(cap: int | None, sent: int | None):
    role = Role("r", models=("*",), max_output_tokens=cap)
    assert decided(role, max_output_tokens=sent).max_output_tokens == cap


async def test_the_role_that_allowed_a_call_is_in_its_trail():
    call = make_call()
    call.caller = Caller("key", "key_1", None, None, ("caller",), None)
    call.asked = asked()
    await authorize.enter(call, make_runtime(call.policy))
    assert call.grant is not None
    assert [(decision.stage, decision.rule) for decision in call.trail] == [("authorize", "caller")]
