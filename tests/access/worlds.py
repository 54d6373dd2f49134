"""Drawn policies and calls, for what must hold in all of them: roles that extend others, teams with parents, and
whoever asks for whatever, whenever and from wherever."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from random import Random
from typing import Any

from hypothesis import strategies as st

from gateway.call import Caller, Grant
from gateway.dialects.interface import Asked
from gateway.errors import Refused
from gateway.policy.hierarchy import roles_in_force, teams_in_force
from gateway.policy.models.roles import RoleEntry
from gateway.policy.models.teams import TeamEntry
from gateway.policy.snapshot import Model, Policy, Provider, Target
from gateway.stages import authorize, plan
from tests.parts.calls import CHAT, make_call

Fields = dict[str, Any]

MODELS = ("fast", "big", "far")
APIS = ("chat", "responses", "embeddings")
USE_CASES = ("faq", "legal")
REGIONS = ("eu", "us")
NETWORKS = ("10.0.0.0/8", "192.0.2.0/24")
ADDRESSES = ("10.1.1.1", "192.0.2.9", "8.8.8.8", None)
WINDOWS: tuple[Fields, ...] = (
    {"days": "mon-fri", "from": "08:00", "to": "18:00", "timezone": "Europe/Paris"},
    {"days": "sat"},
    {"from": "22:00", "to": "06:00"},
)
WEEK_MS = 1_795_996_800_000
"""Monday, 2026-11-30, at midnight in UTC."""

PROVIDERS = {
    "here": Provider("here", "openai", "https://here.test", region="eu"),
    "away": Provider("away", "openai", "https://away.test", region="us"),
    "nowhere": Provider("nowhere", "openai", "https://nowhere.test"),
}


def _model(name: str, provider: str, *fallbacks: str) -> Model:
    return Model(name, (Target(f"{provider}/{name}", PROVIDERS[provider], name),), fallbacks=fallbacks)


DECLARED = {
    "fast": _model("fast", "here", "big"),
    "big": _model("big", "away", "far"),
    "far": _model("far", "nowhere"),
}


@dataclass(frozen=True)
class World:
    """Roles and teams as declared. A role extends only roles before it, a team's parent is one before it."""

    roles: dict[str, Fields]
    teams: dict[str, Fields]

    def policy(self) -> Policy:
        roles = {name: RoleEntry.model_validate(fields) for name, fields in self.roles.items()}
        teams = {name: TeamEntry.model_validate(fields) for name, fields in self.teams.items()}
        return Policy(
            "r",
            teams=teams_in_force(teams, roles),
            providers=PROVIDERS,
            models=DECLARED,
            roles=roles_in_force(roles, USE_CASES),
        )

    def with_role(self, name: str, **fields: Any) -> World:
        return replace(self, roles=self.roles | {name: self.roles[name] | fields})

    def with_team(self, name: str, **fields: Any) -> World:
        return replace(self, teams=self.teams | {name: self.teams[name] | fields})


@dataclass(frozen=True)
class Question:
    """A call, and who makes it."""

    roles: tuple[str, ...]
    team: str | None
    api: str
    asked: Fields
    circumstances: Fields


@dataclass(frozen=True)
class Answer:
    """Whether some role allows it, and how many tokens it may make then; `targets` are where it may go, none
    where residency leaves none."""

    allowed: bool
    cap: float = 0
    targets: frozenset[str] = frozenset()

    def is_within(self, other: Answer) -> bool:
        """Whether this is no more than the other, by what roles allow. The targets of fallbacks are judged by
        the role that allows the call, so they are compared only of those who hold one."""
        return not self.allowed or (other.allowed and self.cap <= other.cap)


NO = Answer(allowed=False)


def answer(world: World, question: Question) -> Answer:
    policy = world.policy()
    call = make_call(policy)
    for name, value in question.circumstances.items():
        setattr(call, name, value)
    asked = Asked(raw=b"{}", fields={}, **question.asked)
    caller = Caller("key", "key_1", None, question.team, question.roles, None)
    try:
        grant = authorize.decide(policy, caller, question.api, asked, call)
    except Refused:
        return NO
    cap = inf if grant.max_output_tokens is None else grant.max_output_tokens
    return Answer(True, cap, _targets(policy, question, asked, grant))


def _targets(policy: Policy, question: Question, asked: Asked, grant: Grant) -> frozenset[str]:
    assert grant.model is not None
    try:
        found = plan.decide(
            policy,
            model=grant.model,
            asked_for=asked.model,
            role=grant.role,
            team=None if question.team is None else policy.teams[question.team],
            speech_to=lambda dialect, apis: CHAT,
            rates_of=lambda target: None,
            fraction=lambda: 0.5,
        )
    except Refused as refused:
        assert refused.problem.code == "residency"
        return frozenset()
    return frozenset(one.target.name for one in found.candidates)


def some(chance: Random, values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Some of them, in their order."""
    return tuple(value for value in values if chance.random() < 0.5)


def some_or_absent(chance: Random, values: tuple[Any, ...]) -> tuple[Any, ...] | None:
    return None if chance.random() < 0.5 else some(chance, values) or None


def role_fields(chance: Random, before: tuple[str, ...]) -> Fields:
    functions = chance.choice([None, some(chance, ("find", "send"))])
    fields: Fields = {
        "models": chance.choice([("*",), some(chance, MODELS)]),
        "apis": some_or_absent(chance, APIS),
        "max_output_tokens": chance.choice([None, 10, 100]),
        "tools": {"functions": functions, "hosted": some(chance, ("web_search",))},
        "allow": some(chance, ("store",)),
        "use_cases": some(chance, USE_CASES),
        "networks": some_or_absent(chance, NETWORKS),
        "hours": some_or_absent(chance, WINDOWS),
        "require": chance.choice([(), (), some(chance, ("use_case", "end_user"))]),
        "prompts": chance.choice([None, some(chance, ("greet", "sort"))]),
        "extends": chance.choice([(), some(chance, before)]),
    }
    return {name: value for name, value in fields.items() if value is not None}


def world_of(chance: Random) -> World:
    roles: dict[str, Fields] = {}
    for name in ("r1", "r2", "r3", "r4"):
        roles[name] = role_fields(chance, tuple(roles))
    teams: dict[str, Fields] = {}
    for name in ("t1", "t2", "t3"):
        fields: Fields = {
            "roles": chance.choice([None, some(chance, tuple(roles))]),
            "regions": some_or_absent(chance, REGIONS),
            "parent": chance.choice([None, *teams]),
        }
        teams[name] = {key: value for key, value in fields.items() if value is not None}
    return World(roles, teams)


def question_of(chance: Random) -> Question:
    order = chance.sample(["r1", "r2", "r3", "r4"], 4)
    return Question(
        roles=some(chance, tuple(order)),
        team=chance.choice([None, "t1", "t2", "t3"]),
        api=chance.choice(APIS),
        asked={
            "model": chance.choice(MODELS),
            "functions": chance.choice([(), some(chance, ("find", "send"))]),
            "hosted_tools": chance.choice([(), (), ("web_search",)]),
            "privileges": chance.choice([(), (), ("store",)]),
        },
        circumstances={
            "at_ms": WEEK_MS + chance.randrange(168) * 3_600_000,
            "address": chance.choice(ADDRESSES),
            "claimed": chance.choice([None, *USE_CASES]),
            "end_user": chance.choice([None, "pseudonym"]),
            "prompt": chance.choice([None, "greet", "sort"]),
        },
    )


SEEDS = st.integers(0, 2**32 - 1).map(Random)
"""Drawn whole: member by member takes twenty times as long."""


def worlds() -> st.SearchStrategy[World]:
    return SEEDS.map(world_of)


def questions() -> st.SearchStrategy[Question]:
    return SEEDS.map(question_of)
