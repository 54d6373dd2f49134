"""What holds in every policy: a restriction never allows more, a role less never allows more, and roles, what they
extend, teams and ceilings fit together as they say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.access.worlds import (
    APIS,
    MODELS,
    NETWORKS,
    NO,
    REGIONS,
    USE_CASES,
    WINDOWS,
    Fields,
    Question,
    World,
    answer,
    questions,
    worlds,
)

ROLES = st.sampled_from(["r1", "r2", "r3", "r4"])
TEAMS = st.sampled_from(["t1", "t2", "t3"])
Draw = Callable[[st.SearchStrategy[Any]], Any]


def fewer(draw: Draw, listed: tuple[Any, ...] | None, all_of_them: tuple[Any, ...]) -> tuple[Any, ...]:
    """Some of what is listed; None and * stand for all."""
    whole = all_of_them if listed is None or listed == ("*",) else listed
    return tuple(each for each in whole if draw(st.booleans()))


def tighter_role(draw: Draw, world: World, name: str) -> World:
    """The same world with one more restriction on a role."""
    role = world.roles[name]
    tools: Fields = role.get("tools", {})
    kinds: dict[str, Callable[[], Fields]] = {
        "models": lambda: {"models": fewer(draw, role.get("models", ()), MODELS)},
        "apis": lambda: {"apis": fewer(draw, role.get("apis"), APIS)},
        "cap": lambda: {"max_output_tokens": draw(st.integers(1, role.get("max_output_tokens", 1000)))},
        "functions": lambda: {
            "tools": tools | {"functions": fewer(draw, tools.get("functions"), ("find", "send"))}
        },
        "hosted": lambda: {"tools": tools | {"hosted": ()}},
        "allow": lambda: {"allow": ()},
        "use_cases": lambda: {"use_cases": fewer(draw, role.get("use_cases", ()), USE_CASES)},
        "networks": lambda: {"networks": fewer(draw, role.get("networks"), NETWORKS) or ("203.0.113.7/32",)},
        "hours": lambda: {
            "hours": fewer(draw, role.get("hours"), WINDOWS) or ({"from": "00:00", "to": "00:01"},)
        },
        "require": lambda: {"require": ("use_case", "end_user")},
        "prompts": lambda: {"prompts": fewer(draw, role.get("prompts"), ("greet", "sort"))},
        "extends": lambda: {"extends": fewer(draw, role.get("extends", ()), ())},
    }
    kind = draw(st.sampled_from(sorted(kinds)))
    event(kind)
    return world.with_role(name, **kinds[kind]())


def tighter_team(draw: Draw, world: World, name: str) -> World:
    """The same world with one more restriction on a team: a lower ceiling, fewer regions, or a parent."""
    team = world.teams[name]
    before = [each for each in world.teams if each < name]
    kind = draw(st.sampled_from(["roles", "regions", "parent"]))
    event(kind)
    if kind == "roles":
        return world.with_team(name, roles=fewer(draw, team.get("roles"), tuple(world.roles)))
    if kind == "regions":
        return world.with_team(name, regions=fewer(draw, team.get("regions"), REGIONS) or ("moon",))
    if "parent" in team or not before:
        return world
    return world.with_team(name, parent=draw(st.sampled_from(before)))


@settings(max_examples=300)
@given(world=worlds(), question=questions(), name=ROLES, data=st.data())
def test_a_restriction_of_a_role_never_allows_more(
    world: World, question: Question, name: str, data: st.DataObject
):
    asked = replace(question, roles=data.draw(st.sampled_from([(name,), question.roles])))
    tighter = tighter_role(data.draw, world, name)
    assert answer(tighter, asked).is_within(answer(world, asked))


@given(world=worlds(), question=questions(), name=TEAMS, data=st.data())
def test_a_restriction_of_a_team_never_allows_more(
    world: World, question: Question, name: str, data: st.DataObject
):
    tighter = tighter_team(data.draw, world, name)
    assert answer(tighter, question).is_within(answer(world, question))


@given(world=worlds(), question=questions(), data=st.data())
def test_of_one_role_no_restriction_leads_to_another_target(
    world: World, question: Question, data: st.DataObject
):
    alone = World({"r1": world.roles["r1"] | {"extends": ()}}, {"t1": {"regions": ("eu", "us")}})
    asked = replace(question, roles=("r1",), team="t1")
    tighter = tighter_role if data.draw(st.booleans()) else tighter_team
    narrowed = tighter(data.draw, alone, "r1" if tighter is tighter_role else "t1")
    assert answer(narrowed, asked).targets <= answer(alone, asked).targets


@given(world=worlds(), question=questions(), name=ROLES)
def test_a_key_with_one_role_less_is_never_allowed_more(world: World, question: Question, name: str):
    fewer_roles = replace(question, roles=tuple(role for role in question.roles if role != name))
    assert answer(world, fewer_roles).is_within(answer(world, question))


@given(world=worlds(), question=questions(), name=ROLES)
def test_a_policy_with_one_role_less_never_allows_more(world: World, question: Question, name: str):
    """Its name stays where it stands: it means nothing any more."""
    roles = {
        role: fields | {"extends": tuple(each for each in fields["extends"] if each != name)}
        for role, fields in world.roles.items()
        if role != name
    }
    assert answer(replace(world, roles=roles), question).is_within(answer(world, question))


@given(world=worlds(), question=questions())
def test_roles_are_never_mixed(world: World, question: Question):
    """What several roles allow, one of them allows alone; and what one allows, all of them allow."""
    alone = [answer(world, replace(question, roles=(role,))) for role in question.roles]
    together = answer(world, question)
    assert together.allowed is any(each.allowed for each in alone)
    assert together.cap == max((each.cap for each in alone), default=0)


@given(world=worlds(), question=questions())
def test_the_order_of_roles_decides_neither_yes_nor_how_much(world: World, question: Question):
    one, other = answer(world, replace(question, roles=question.roles[::-1])), answer(world, question)
    assert (one.allowed, one.cap) == (other.allowed, other.cap)


@given(world=worlds(), question=questions(), name=ROLES)
def test_a_role_allows_all_that_those_it_extends_allow(world: World, question: Question, name: str):
    holder = answer(world, replace(question, roles=(name,), team=None))
    for extended in world.roles[name].get("extends", ()):
        assert answer(world, replace(question, roles=(extended,), team=None)).is_within(holder)


@given(world=worlds(), question=questions(), data=st.data())
def test_to_extend_one_more_never_allows_less(world: World, question: Question, data: st.DataObject):
    above = data.draw(st.sampled_from(["r1", "r2", "r3"]))
    extends = world.roles["r4"].get("extends", ())
    wider = world.with_role("r4", extends=tuple(dict.fromkeys((*extends, above))))
    asked = replace(question, team=None)
    assert answer(world, asked).is_within(answer(wider, asked))


@given(world=worlds(), question=questions(), name=ROLES)
def test_to_hold_a_role_is_to_hold_what_it_extends(world: World, question: Question, name: str):
    """As if they stood beside it."""
    held = (name, *world.roles[name].get("extends", ()))
    one = answer(world, replace(question, roles=(name,), team=None))
    all_of_them = answer(world, replace(question, roles=held, team=None))
    assert (one.allowed, one.cap) == (all_of_them.allowed, all_of_them.cap)


@given(world=worlds(), question=questions(), name=TEAMS)
def test_a_team_is_never_allowed_more_than_its_parent_or_nobody(world: World, question: Question, name: str):
    mine = answer(world, replace(question, team=name))
    assert mine.is_within(answer(world, replace(question, team=None)))
    if "parent" in world.teams[name]:
        assert mine.is_within(answer(world, replace(question, team=world.teams[name]["parent"])))


@given(world=worlds(), question=questions(), name=TEAMS)
def test_under_a_ceiling_of_one_role_nobody_is_allowed_more_than_it_allows(
    world: World, question: Question, name: str
):
    bound = world.with_team(name, roles=("r3",))
    ceiling = answer(bound, replace(question, roles=("r3",), team=None))
    assert answer(bound, replace(question, team=name)).is_within(ceiling)


@given(world=worlds(), question=questions(), name=TEAMS)
def test_no_call_leaves_the_regions_of_its_team_and_of_those_above(
    world: World, question: Question, name: str
):
    found = answer(world, replace(question, team=name))
    providers = {"here": "eu", "away": "us", "nowhere": None}
    team: str | None = name
    while team is not None:
        regions = world.teams[team].get("regions")
        gone = {providers[target.partition("/")[0]] for target in found.targets}
        assert regions is None or gone <= set(regions)
        team = world.teams[team].get("parent")


@given(world=worlds(), question=questions())
def test_who_has_no_role_is_allowed_nothing(world: World, question: Question):
    assert answer(world, replace(question, roles=())) == NO


def test_worlds_are_not_all_alike():
    """Were all answers no, nothing above would be shown."""
    found: list[bool] = []

    @given(world=worlds(), question=questions())
    def look(world: World, question: Question) -> None:
        found.append(answer(world, question).allowed)

    look()
    assert 0.05 < sum(found) / len(found) < 0.95
