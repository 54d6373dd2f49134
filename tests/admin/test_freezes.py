"""The emergency stop, as administrators pull it: recorded, judged, told to others, and by names that stop somebody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.admin.actor import Actor
from gateway.admin.freeze_bodies import EndOfFreeze, FreezeMatch, NewFreeze
from gateway.errors import Kind
from gateway.policy.faults import PolicyInvalid
from tests.admin import measuring
from tests.admin.measuring import BOSS, LEAD, NOBODY, OS, Office
from tests.admin.test_keys import refusal


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with measuring.office(tmp_path) as made:
        yield made


def asked(**match: list[str]) -> NewFreeze:
    return NewFreeze(match=FreezeMatch.model_validate(match), reason="incident 7")


def test_calls_are_frozen_and_let_go_again(office: Office):
    told = office.freezes.freeze(BOSS, asked(team=["support"]))
    assert (told.match, told.reason, told.who) == ({"team": ["support"]}, "incident 7", "key_boss")
    assert [each.id for each in office.freezes.list(BOSS).freezes] == [told.id]
    ended = office.freezes.unfreeze(BOSS, EndOfFreeze(match=FreezeMatch(team=("support",))))
    assert (ended.ended, office.freezes.list(BOSS).freezes) == ([told.id], [])
    assert office.changes == [1, 1], "the gateway that was asked knows at once"


def test_what_was_frozen_twice_is_let_go_whatever_the_order_of_its_names(office: Office):
    for names in (["support", "legal"], ["legal", "support", "legal"]):
        office.freezes.freeze(OS, asked(team=names))
    ended = office.freezes.unfreeze(OS, EndOfFreeze(match=FreezeMatch(team=("support", "legal"))))
    assert len(ended.ended) == 2


def test_letting_go_what_is_not_frozen_says_so(office: Office):
    office.freezes.freeze(OS, asked(team=["support"], model=["fast"]))
    refusal(Kind.NOT_FOUND, office.freezes.unfreeze, OS, EndOfFreeze(match=FreezeMatch(team=("support",))))
    assert len(office.measures.taken(0).freezes) == 1


@pytest.mark.parametrize("actor", [LEAD, NOBODY])
def test_who_may_not_stop_everybody_stops_nobody(office: Office, actor: Actor):
    refusal(Kind.FORBIDDEN, office.freezes.freeze, actor, asked(team=["support"]))
    refusal(Kind.FORBIDDEN, office.freezes.unfreeze, actor, EndOfFreeze(match=FreezeMatch(team=("support",))))
    refusal(Kind.FORBIDDEN, office.freezes.list, actor)
    assert office.measures.taken(0).freezes == []
    assert [told[0] for told in office.acts.told] == ["begun", "refused"] * 2


def test_the_act_says_what_was_frozen_and_leaves_the_reason_out(office: Office):
    told = office.freezes.freeze(BOSS, asked(team=["support"], model=["fast", "gpt-*"]))
    [begun, done] = office.acts.told
    assert (begun[0], done[0]) == ("begun", "done")
    assert office.acts.abouts == [{"freeze": told.id, "match": ["model=fast", "model=gpt-*", "team=support"]}]
    assert "incident" not in str(office.acts.told)


@pytest.mark.parametrize(
    "match",
    [
        {"team": ["suport"]},
        {"role": ["boss", "bos"]},
        {"model": ["fest"]},
        {"api": ["chats"]},
        {"provider": ["x"]},
    ],
)
def test_a_name_that_nobody_has_stops_nobody_and_is_refused(office: Office, match: dict[str, list[str]]):
    refused = refusal(Kind.INVALID_REQUEST, office.freezes.freeze, OS, asked(**match))
    assert refused.problem.param == f"match.{next(iter(match))}"
    assert office.measures.taken(0).freezes == []


def test_a_glob_and_what_the_policy_can_not_know_are_taken_as_they_are(office: Office):
    office.freezes.freeze(OS, asked(team=["sup*"], key=["key_0"], use_case=["faq"], network=["10.0.0.0/8"]))
    assert len(office.measures.taken(0).freezes) == 1


def test_beside_a_policy_that_is_none_calls_are_frozen_all_the_same(office: Office):
    def invalid() -> Any:
        raise PolicyInvalid([])

    desk = office.freezes.desk
    frozen = type(office.freezes)(type(desk)(desk.installation, invalid, desk.acts), lambda: None)
    frozen.freeze(OS, asked(team=["support"]))
    assert len(office.measures.taken(0).freezes) == 1


def test_others_are_told_and_not_by_whom(office: Office):
    told = office.freezes.freeze(Actor("key", user="anna", roles=("boss",)), asked(team=["support"]))
    office.freezes.unfreeze(OS, EndOfFreeze(match=FreezeMatch(team=("support",))))
    bodies = [json.loads(each.body) for each in office.alerts()]
    assert {each["type"] for each in bodies} == {"freeze.frozen", "freeze.ended"}
    data = {"freeze": told.id, "match": {"team": ["support"]}, "reason": "incident 7"}
    assert [each["data"] for each in bodies] == [data, data]
    assert "anna" not in str(bodies)


def test_what_is_asked_means_the_same_where_it_is_sent_to():
    sent = asked(team=["support"], model=["gpt-*"])
    assert NewFreeze.model_validate_json(sent.model_dump_json()) == sent
