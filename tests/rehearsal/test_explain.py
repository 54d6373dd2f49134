"""An explanation says what each role and each target has to do with a request."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gateway.call import Caller
from gateway.errors import Kind, Problem, Refused
from gateway.policy.roles import Role, Team
from gateway.policy.snapshot import Model, Policy, Provider, Target
from gateway.rehearsal.explain import Explanation, RoleWord, TargetWord, at_the_door, explain
from gateway.rehearsal.rehearse import Circumstances
from gateway.rehearsal.requests import Facts, request_of
from gateway.upstream.rates import Rates
from tests.parts.protections import privacy

US = Provider("one", "openai", "https://one.test/v1", region="us")
EU = Provider("two", "anthropic", "https://two.test", region="eu")
POLICY = Policy(
    "rev-1",
    models={
        "fast": Model(
            "fast",
            (Target("one/small", US, "small", weight=3), Target("one/old", US, "old", weight=0)),
            fallbacks=("steady",),
            off=("gone/model",),
        ),
        "steady": Model("steady", (Target("two/large", EU, "large"),)),
    },
    roles={
        "writer": Role("writer", models=("*",), apis=frozenset({"chat"}), max_output_tokens=100),
        "reader": Role("reader", models=("steady",)),
    },
    teams={
        "bound": Team("bound", regions=frozenset({"eu"})),
        "readers": Team("readers", roles=frozenset({"reader"})),
    },
    off={"gone": "${GONE} is not set"},
)


class Priced:
    def rates(self, *_: Any, **__: Any) -> Rates | None:
        return Rates(input=250_000_000, output=2_000_000_000)


async def explained(
    *roles: str, team: str | None = None, policy: Policy = POLICY, **asked: Any
) -> Explanation:
    caller = Caller("key", "k", None, team, roles, None)
    request = request_of(Facts(**({"model": "fast"} | asked)))
    return await explain(policy, caller, request, Circumstances(at_ms=1_790_000_000_000), Priced())


async def test_what_is_allowed_names_the_role_and_every_target_in_its_place():
    found = await explained("writer")
    assert (found.decision, found.role, found.max_output_tokens, found.revision) == (
        "allow",
        "writer",
        100,
        "rev-1",
    )
    assert found.roles == (RoleWord("writer", allows=True),)
    assert [(word.place, word.target, word.region, word.model) for word in found.targets] == [
        (1, "one/small", "us", "fast"),
        (2, "one/old", "us", "fast"),
        (3, "two/large", "eu", "steady"),
        (None, "gone/model", None, "fast"),
    ]
    assert (found.targets[0].input_usd, found.targets[0].output_usd) == ("0.25", "2")
    assert found.targets[3].why == "the provider 'gone' is off: ${GONE} is not set"
    assert found.message is None


async def test_what_is_refused_says_by_which_rule_and_what_each_role_has_against_it():
    found = await explained("reader", "nobody")
    assert (found.decision, found.status, found.code, found.stage) == (
        "refuse",
        403,
        "model_forbidden",
        "authorize",
    )
    assert found.roles == (
        RoleWord("reader", allows=False, why="the role 'reader' may not use the model 'fast'"),
        RoleWord("nobody", allows=False, why="this policy does not declare it"),
    )
    assert found.targets == ()


async def test_one_role_of_several_is_enough():
    found = await explained("reader", "writer")
    assert (found.decision, found.role) == ("allow", "writer")
    assert [word.allows for word in found.roles] == [False, True]


async def test_the_ceiling_of_the_team_is_said():
    found = await explained("writer", team="readers")
    assert found.decision == "refuse"
    assert found.roles == (RoleWord("writer", allows=False, why="the team 'readers' may not have it"),)


async def test_a_target_outside_the_teams_regions_is_named_with_what_keeps_it_out():
    found = await explained("writer", team="bound")
    assert found.decision == "allow"
    assert found.targets[0] == TargetWord("two/large", "steady", "eu", 1, "0.25", "2")
    residency = "the model 'fast' has no target in the regions this team may use"
    assert [(word.target, word.why) for word in found.targets[1:3]] == [
        ("one/small", residency),
        ("one/old", residency),
    ]


async def test_a_model_that_nobody_declared_is_said():
    found = await explained("writer", model="nosuch")
    assert (found.status, found.code, found.asked_model) == (404, "model_not_found", "nosuch")


def test_a_key_that_is_not_good_is_refused_at_the_door():
    refused = Refused(
        Problem(Kind.UNAUTHENTICATED, "expired", code="x"), stage="authenticate", rule="expired"
    )
    found = at_the_door(POLICY, refused)
    assert (found.decision, found.stage, found.status, found.message) == (
        "refuse",
        "authenticate",
        401,
        "expired",
    )


async def test_the_privacy_rules_about_each_target_are_named():
    rules = privacy({}, ("us", {"region": "us"}, {"entities": {"default": "block"}}))
    found = await explained("writer", policy=replace(POLICY, privacy=rules))
    said = {word.target: word.privacy for word in found.targets if word.place is not None}
    assert said == {"one/small": ("us",), "one/old": ("us",), "two/large": ("default",)}
    assert {word.privacy for word in (await explained("writer")).targets} == {()}
