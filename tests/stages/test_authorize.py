"""May they: one role allows all of a call, or the call is refused. Roles are never mixed."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.call import Call, Caller, Grant
from gateway.dialects.interface import Asked
from gateway.errors import Kind, Refused
from gateway.policy.hours import Hours
from gateway.policy.models.hours import HoursEntry
from gateway.policy.roles import Role, Team
from gateway.policy.snapshot import Model
from gateway.stages import authorize
from tests.parts.calls import make_call, make_policy
from tests.parts.runtime import make_runtime


def asked(**changes: Any) -> Asked:
    return Asked(**({"raw": b"{}", "fields": {}, "model": "fast"} | changes))


def here(**facts: Any) -> Call:
    """Circumstances: 2027-01-15, a Friday, at 08:00 UTC."""
    call = make_call()
    for name, value in facts.items():
        setattr(call, name, value)
    return call


def decided(
    *roles: Role,
    team: str | None = None,
    teams: dict[str, Team] | None = None,
    circumstances: Call | None = None,
    **ask: Any,
) -> Grant:
    policy = make_policy(roles={role.name: role for role in roles}, teams=teams or {})
    caller = Caller("key", "key_1", None, team, tuple(role.name for role in roles), None)
    return authorize.decide(policy, caller, "chat", asked(**ask), circumstances or here())


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
        policy, Caller("key", "key_1", None, None, ("r",), None), "chat", asked(model=""), make_call()
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
        authorize.decide(
            policy, Caller("key", "k", None, None, ("gone",), None), "chat", asked(), make_call()
        )
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


OFFICE = Hours.of([HoursEntry.model_validate({"days": "mon-fri", "from": "09:00", "timezone": "UTC"})])
FRIDAY_MS = 1_800_000_000_000


@pytest.mark.parametrize(
    ("role", "facts", "code", "said"),
    [
        (
            Role("r", models=("*",), use_cases=("faq",)),
            {"claimed": "legal"},
            "use_case_forbidden",
            "the role 'r' may not call for the use case 'legal'",
        ),
        (
            Role("r", models=("*",), require=frozenset({"use_case"})),
            {},
            "use_case_required",
            "the role 'r' must say what each call is for: send its use case as x-gateway-use-case",
        ),
        (
            Role("r", models=("*",), require=frozenset({"end_user"})),
            {},
            "end_user_required",
            "the role 'r' must say for whom each call is: send 'user', or x-gateway-end-user",
        ),
        (
            Role("r", models=("*",), prompts=("a-*",)),
            {"prompt": "b"},
            "prompt_forbidden",
            "the role 'r' may not use the prompt 'b'",
        ),
        (
            Role("r", models=("*",), networks=("10.0.0.0/8",)),
            {"address": "11.0.0.1"},
            "network_forbidden",
            "the role 'r' does not hold where you are",
        ),
        (
            Role("r", models=("*",), hours=OFFICE),
            {"at_ms": FRIDAY_MS},
            "hours_forbidden",
            "the role 'r' does not hold now; it does again on Friday 2027-01-15 at 09:00 (UTC)",
        ),
    ],
)
def test_what_does_not_fit_a_roles_conditions_is_forbidden(
    role: Role, facts: dict[str, Any], code: str, said: str
):
    problem = refused(role, circumstances=here(**facts)).problem
    assert (problem.kind, problem.code, problem.message) == (Kind.FORBIDDEN, code, said)


@pytest.mark.parametrize(
    ("role", "facts"),
    [
        (Role("r", models=("*",), use_cases=("f*",)), {"claimed": "faq"}),
        (Role("r", models=("*",), require=frozenset({"use_case"})), {"use_case": "of the key"}),
        (
            Role("r", models=("*",), require=frozenset({"use_case"}), use_cases=("faq",)),
            {"claimed": "faq"},
        ),
        (Role("r", models=("*",), require=frozenset({"end_user"})), {"end_user": "pseudonym"}),
        (Role("r", models=("*",), prompts=("a-*",)), {"prompt": "a-b"}),
        (Role("r", models=("*",), prompts=()), {}),
        (Role("r", models=("*",), networks=("10.0.0.0/8",)), {"address": "10.9.9.9"}),
        (Role("r", models=("*",), hours=OFFICE), {"at_ms": FRIDAY_MS + 3_600_000}),
    ],
)
def test_what_fits_a_roles_conditions_is_allowed(role: Role, facts: dict[str, Any]):
    assert decided(role, circumstances=here(**facts)).role is role


def test_the_keys_own_use_case_needs_no_role():
    assert decided(ALL, circumstances=here(use_case="faq")).role is ALL


def test_of_the_tags_those_are_granted_that_the_role_lists():
    role = Role("r", models=("*",), tags=("project=*", "beta"))
    tags = {"project": "apollo", "beta": "", "team": "legal"}
    assert decided(role, circumstances=here(tags=tags)).tags == ("project=apollo", "beta")
    assert decided(ALL, circumstances=here(tags=tags)).tags == ()


def test_of_several_roles_that_allow_a_call_the_highest_cap_counts():
    small, large = (Role(f"up to {cap}", models=("*",), max_output_tokens=cap) for cap in (5, 50))
    assert decided(small, large).max_output_tokens == decided(large, small).max_output_tokens == 50
    assert decided(small, large, ALL).max_output_tokens is None


def test_the_role_that_came_nearest_says_what_is_missing():
    """Not that another role lacks the model, but when the one that has it opens."""
    closed = Role("closed", models=("*",), hours=OFFICE)
    refusal = refused(
        Role("none"), closed, Role("slow", models=("slow",)), circumstances=here(at_ms=FRIDAY_MS)
    )
    assert (refusal.rule, refusal.problem.code) == ("closed", "hours_forbidden")


def test_a_role_allows_what_those_that_it_extends_allow_each_alone():
    reader = Role("reader", models=("fast",), functions=())
    writer = Role("writer", models=("slow",), inherited=(reader,))
    assert decided(writer).role is reader
    assert refused(writer, functions=("f",)).problem.code == "tool_forbidden"


@pytest.mark.parametrize(
    ("address", "at_ms", "held"),
    [
        ("10.0.0.1", FRIDAY_MS + 3_600_000, True),
        ("10.0.0.1", FRIDAY_MS, False),
        ("8.8.8.8", FRIDAY_MS + 3_600_000, False),
    ],
)
def test_a_role_holds_in_its_place_and_time(address: str, at_ms: int, held: bool):
    assert authorize.holds(Role("r", networks=("10.0.0.0/8",), hours=OFFICE), at_ms, address) is held
    assert authorize.holds(ALL, at_ms, address)


async def entered(call: Call, *roles: str) -> Call:
    call.caller = Caller("key", "key_1", None, None, roles, None)
    call.asked = asked()
    await authorize.enter(call, make_runtime(call.policy))
    return call


async def test_a_use_case_is_the_calls_once_a_role_allows_it():
    role = Role("caller", models=("*",), use_cases=("faq",))
    call = make_call(make_policy(roles={"caller": role}))
    call.claimed = "faq"
    assert (await entered(call, "caller")).use_case == "faq"


async def test_a_use_case_that_is_refused_is_not_the_calls():
    call = make_call()
    call.claimed = "faq"
    with pytest.raises(Refused):
        await entered(call, "caller")
    assert call.use_case is None


async def test_a_role_that_is_held_through_another_is_told_in_the_trail():
    inner = Role("inner", models=("*",))
    policy = make_policy(roles={"inner": inner, "outer": Role("outer", inherited=(inner,))})
    call = await entered(make_call(policy), "outer")
    assert [(one.rule, one.reason) for one in call.trail] == [("inner", "held through another role")]


async def test_the_role_that_allowed_a_call_is_in_its_trail():
    call = make_call()
    call.caller = Caller("key", "key_1", None, None, ("caller",), None)
    call.asked = asked()
    await authorize.enter(call, make_runtime(call.policy))
    assert call.grant is not None
    assert [(decision.stage, decision.rule) for decision in call.trail] == [("authorize", "caller")]
