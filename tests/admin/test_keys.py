"""Keys, as administrators make, list, rotate and revoke them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.admin.actor import Actor
from gateway.admin.administration import Administration
from gateway.admin.key_bodies import NewKey, Rotation
from gateway.credentials import declared_hash, digest, mint
from gateway.errors import Kind, Refused, SpoolUnavailable
from gateway.installation import Installation, open_installation
from gateway.policy.declared_keys import DeclaredKey
from gateway.policy.roles import Role, Team
from gateway.policy.snapshot import Policy
from gateway.settings import Settings
from tests.admin.test_acts import Listed

BOSS = Actor("key", key="key_boss", roles=("boss",))
LEAD = Actor("key", key="key_lead", roles=("lead",), team="support")
OS = Actor("os", user="root")
KEYS = frozenset({"keys:read", "keys:create", "keys:rotate", "keys:revoke"})
DECLARED = mint(bytes(range(1, 33)))
POLICY = Policy(
    "rev-1",
    roles={
        one.name: one
        for one in (
            Role("analyst", models=("*",)),
            Role("boss", permissions=KEYS),
            Role("lead", permissions=KEYS, within_own_team=True),
            Role("approver", permissions=frozenset({"policy:approve"})),
        )
    },
    teams={
        "support": Team("support", roles=frozenset({"analyst", "lead"})),
        "night": Team("night", roles=frozenset({"analyst"}), above=("support",)),
        "legal": Team("legal"),
    },
    keys={
        declared_hash(DECLARED): DeclaredKey(
            "policy:ci", declared_hash(DECLARED), ("analyst",), team="legal", ends_at=1
        )
    },
)


@dataclass
class Office:
    """Administration of an installation, with what was recorded."""

    to: Administration
    acts: Listed
    installation: Installation

    def make(self, team: str | None = "support", roles: tuple[str, ...] = ("analyst",), **facts: Any) -> str:
        return self.to.keys.create(OS, NewKey(name="bot", roles=roles, team=team, **facts)).id


@contextmanager
def opened(folder: Path) -> Iterator[Office]:
    with open_installation(Settings(data=folder)) as installation:
        acts = Listed()
        yield Office(Administration(installation, lambda: POLICY, acts), acts, installation)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened(tmp_path) as made:
        yield made


def refusal(kind: Kind, what: Any, *given: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        what(*given)
    assert refused.value.problem.kind is kind
    return refused.value


def test_a_key_is_told_once_and_only_its_hash_is_kept(office: Office):
    made = office.to.keys.create(BOSS, NewKey(name="bot", roles=("analyst",), team="support", user="anna"))
    record = office.installation.keys.find(made.id)
    assert record is not None
    assert record.hash == digest(made.key, office.installation.hash_key)
    told = json.dumps(
        [office.to.keys.show(BOSS, made.id).model_dump(), office.to.keys.page(BOSS).model_dump()]
    )
    assert made.key not in told and record.hash.hex() not in told


def test_the_act_says_what_was_given_and_neither_the_secret_nor_the_name(office: Office):
    made = office.to.keys.create(
        BOSS, NewKey(name="anna's bot", roles=("analyst",), networks=("10.0.0.0/8",))
    )
    assert office.acts.told[-1] == ("done", office.acts.told[0][1], {"key": made.id})
    assert made.key not in str(office.acts.told) and "anna" not in str(office.acts.told)


def test_a_key_ends_after_ninety_days_unless_something_else_is_said(office: Office):
    ids = [office.make(), office.make(expires="never")]
    ends = [office.to.keys.show(OS, one).expires_at for one in ids]
    assert ends[0] is not None and ends[1] is None


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (NewKey(name="bot", roles=("nobody",)), "roles"),
        (NewKey(name="bot", roles=("trial",)), "roles"),
        (NewKey(name="bot", roles=("analyst",), team="nowhere"), "team"),
    ],
)
def test_roles_and_teams_that_are_not_declared_are_refused(office: Office, wanted: NewKey, field: str):
    refused = refusal(Kind.INVALID_REQUEST, office.to.keys.create, BOSS, wanted)
    assert refused.problem.param == field
    assert office.installation.keys.count() == 0


@pytest.mark.parametrize(
    ("actor", "roles", "team"),
    [
        (BOSS, ("approver",), None),
        (LEAD, ("analyst",), "legal"),
        (LEAD, ("analyst",), None),
        (LEAD, ("boss",), "support"),
        (LEAD, ("lead",), "night"),
    ],
)
def test_what_is_not_theirs_to_give_is_refused_recorded_and_not_made(
    office: Office, actor: Actor, roles: tuple[str, ...], team: str | None
):
    refusal(Kind.FORBIDDEN, office.to.keys.create, actor, NewKey(name="bot", roles=roles, team=team))
    assert [told[0] for told in office.acts.told] == ["begun", "refused"]
    assert office.installation.keys.count() == 0


def test_a_lead_makes_keys_for_the_teams_below_too(office: Office):
    made = office.to.keys.create(LEAD, NewKey(name="bot", roles=("analyst",), team="night"))
    assert office.to.keys.show(LEAD, made.id).team == "night"


def test_where_nothing_can_be_recorded_no_key_is_made(office: Office):
    office.acts.full = True
    with pytest.raises(SpoolUnavailable):
        office.make()
    assert office.installation.keys.count() == 0


# ---------------------------------------------------------------- seeing


def test_a_lead_sees_the_keys_of_the_own_team_and_of_those_below(office: Office):
    mine = [office.make("support"), office.make("night")]
    office.make("legal")
    office.make(None)
    assert [key.id for key in office.to.keys.page(LEAD).keys] == mine


def test_another_teams_key_is_as_one_that_is_not_there(office: Office):
    foreign = office.make("legal")
    keys = office.to.keys
    for what in (
        lambda one: keys.show(LEAD, one),
        lambda one: keys.rotate(LEAD, one, Rotation()),
        lambda one: keys.revoke(LEAD, one),
    ):
        told = [
            refusal(Kind.NOT_FOUND, what, one).problem.message.replace(one, "ID")
            for one in (foreign, "key_nope")
        ]
        assert told[0] == told[1]
    assert keys.show(OS, foreign).state == "in force"


def test_pages_follow_each_other_to_the_keys_of_the_policy(office: Office):
    made = [office.make() for _ in range(4)]
    for limit in (1, 2, 3, 4, 5, 100):
        found, cursor = list[str](), None
        while True:
            page = office.to.keys.page(OS, cursor_text=cursor, limit=limit)
            assert len(page.keys) <= limit
            found += [key.id for key in page.keys]
            if (cursor := page.next) is None:
                break
        assert found == [*made, "policy:ci"], limit


def test_a_cursor_that_was_made_up_shows_nothing_of_others(office: Office):
    office.make("legal")
    page = office.to.keys.page(OS, limit=1)
    assert office.to.keys.page(LEAD, cursor_text=page.next).keys == []


def test_a_key_of_the_policy_is_shown_and_is_the_policys_to_change(office: Office):
    shown = office.to.keys.show(OS, "policy:ci")
    assert (shown.state, shown.hint, shown.created_at) == ("expired", None, None)
    refusal(Kind.CONFLICT, office.to.keys.revoke, OS, "policy:ci")
    refusal(Kind.CONFLICT, office.to.keys.rotate, OS, "policy:ci", Rotation())
    refusal(Kind.NOT_FOUND, office.to.keys.show, LEAD, "policy:ci")
    refusal(Kind.NOT_FOUND, office.to.keys.show, OS, "policy:nope")


def test_the_state_of_a_key_says_why_it_is_not_in_force(office: Office):
    revoked, disabled, fine = office.make(), office.make(user="anna"), office.make(user="ben")
    office.to.keys.revoke(OS, revoked)
    office.installation.users.disable("anna", 1)
    states = [office.to.keys.show(OS, one).state for one in (revoked, disabled, fine)]
    assert states == ["revoked", "user disabled", "in force"]


# ---------------------------------------------------------------- rotating and revoking


def test_a_new_secret_takes_the_place_of_the_old_one_after_a_while(office: Office):
    key_id = office.make()
    made = office.to.keys.rotate(BOSS, key_id, Rotation(overlap="2h"))
    record = office.installation.keys.find(key_id)
    assert record is not None
    assert record.hash == digest(made.key, office.installation.hash_key)
    assert made.replaced_until is not None
    assert office.to.keys.show(OS, key_id).replaced_until == made.replaced_until


def test_whoever_may_not_make_a_key_may_not_get_its_new_secret(office: Office):
    strong, of_the_team = office.make(None, ("approver",)), office.make("support", ("boss",))
    refusal(Kind.FORBIDDEN, office.to.keys.rotate, BOSS, strong, Rotation())
    refusal(Kind.FORBIDDEN, office.to.keys.rotate, LEAD, of_the_team, Rotation())
    for one in (strong, of_the_team):
        record = office.installation.keys.find(one)
        assert record is not None and record.previous_hash is None


def test_their_own_key_anybody_may_rotate_who_may_rotate_keys(office: Office):
    key_id = office.make("support", ("lead", "boss"))
    own = Actor("key", key=key_id, roles=("lead", "boss"), team="support")
    token = Actor("jwt", key=key_id, roles=("lead", "boss"), team="support")
    assert office.to.keys.rotate(own, key_id, Rotation()).id == key_id
    refusal(Kind.FORBIDDEN, office.to.keys.rotate, token, key_id, Rotation())


def test_a_revoked_key_gets_no_new_secret(office: Office):
    key_id = office.make()
    assert office.to.keys.revoke(BOSS, key_id).state == "revoked"
    refusal(Kind.CONFLICT, office.to.keys.rotate, BOSS, key_id, Rotation())


def test_revoking_twice_keeps_the_first_time(office: Office):
    key_id = office.make()
    first = office.to.keys.revoke(LEAD, key_id).revoked_at
    assert office.to.keys.revoke(BOSS, key_id).revoked_at == first
