"""Who may read what administrators did, and whose names they see."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.admin.act_bodies import ActPage, ActRecord
from gateway.admin.act_operations import ACT_OPERATIONS
from gateway.admin.actor import Actor
from gateway.admin.administration import Administration
from gateway.admin.key_bodies import NewKey
from gateway.admin.operations import Given
from gateway.admin.recorder import Recorder
from gateway.audit.direct import DirectLog
from gateway.errors import Refused
from gateway.installation import open_installation
from gateway.journal import LogJournal
from gateway.policy.load import load_policy
from gateway.settings import Settings
from tests.audit.parts import Place

POLICY = {
    "gateway": 1,
    "teams": {"home": {}, "away": {}},
    "roles": {
        "caller": {},
        "auditor": {"permissions": ["audit:read"]},
        "own": {"permissions": ["audit:read"], "within": "own_team"},
        "people": {"permissions": ["audit:read", "usage:read_people"]},
    },
}
ANNA = Actor("os", user="anna")
LIST, SHOW = ACT_OPERATIONS


def by_key(*roles: str, team: str | None = "home") -> Actor:
    return Actor("key", key="key_9", user="carla", team=team, roles=roles)


@pytest.fixture
def administration(tmp_path: Path) -> Iterator[Administration]:
    """anna makes a key of each team and disables berta; carla's key may not make one."""
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "gateway.yaml").write_text(json.dumps(POLICY))
    policy = load_policy(folder, environment={})
    with open_installation(Settings(data=tmp_path)) as installation:
        place = Place(tmp_path)
        log = DirectLog.open(place.booting())
        recorder = Recorder(log.append, installation.subjects, installation.now_ms, LogJournal())
        made = Administration(installation, lambda: policy, recorder)
        for team in ("home", "away"):
            made.keys.create(ANNA, NewKey(name="app", roles=("caller",), team=team))
        made.users.disable(ANNA, "berta")
        with pytest.raises(Refused):
            made.keys.create(by_key("auditor"), NewKey(name="app", roles=("caller",), team="home"))
        yield made
        log.close()
        place.close()


def listed(administration: Administration, actor: Actor, **asked: str) -> list[dict[str, Any]]:
    query = LIST.query
    assert query is not None
    page = LIST.do(administration, actor, Given({}, query.model_validate(asked), None))
    assert isinstance(page, ActPage)
    return page.acts


@pytest.mark.parametrize(
    ("actor", "seen"),
    [
        (ANNA, ["keys.create", "users.disable", "keys.create", "keys.create"]),
        (by_key("auditor"), ["keys.create", "users.disable", "keys.create", "keys.create"]),
        (by_key("own"), ["keys.create", "keys.create"]),
        (by_key("own", team="away"), ["keys.create"]),
    ],
)
def test_who_reads_sees_as_far_as_their_permission_reaches(
    administration: Administration, actor: Actor, seen: list[str]
):
    assert [one["act"] for one in listed(administration, actor)] == seen


def test_who_may_not_read_is_refused(administration: Administration):
    with pytest.raises(Refused):
        listed(administration, by_key("caller"))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"user": "anna"}, 3),
        ({"user": "carla"}, 1),
        ({"user": "berta"}, 0),
        ({"about": "berta"}, 1),
        ({"about": "caller"}, 3),
        ({"team": "away"}, 1),
        ({"key": "key_9"}, 1),
        ({"act": "users"}, 1),
        ({"ending": "refused"}, 1),
        ({"ending": "refused", "user": "anna"}, 0),
        ({"since": "2020-01-01T00:00:00Z", "until": "2020-01-02T00:00:00Z"}, 0),
    ],
    ids=str,
)
def test_acts_are_found(administration: Administration, asked: dict[str, str], found: int):
    assert len(listed(administration, ANNA, **asked)) == found


def test_pages_lead_to_the_end(administration: Administration):
    seen: list[str] = []
    asked = {"limit": "3"}
    while True:
        query = LIST.query
        assert query is not None
        page = LIST.do(administration, ANNA, Given({}, query.model_validate(asked), None))
        assert isinstance(page, ActPage)
        seen += [one["id"] for one in page.acts]
        if page.next is None:
            break
        asked["cursor"] = page.next
    assert len(seen) == len(set(seen)) == 4


def show(administration: Administration, actor: Actor, act_id: str) -> dict[str, Any]:
    told = SHOW.do(administration, actor, Given({"act_id": act_id}, None, None))
    assert isinstance(told, ActRecord)
    return told.act


def test_names_are_for_those_who_may_see_people(administration: Administration):
    [disabling] = listed(administration, ANNA, act="users.disable")
    assert "berta" not in json.dumps(disabling)
    assert show(administration, ANNA, disabling["id"])["about"]["user_name"] == "berta"
    assert "berta" in json.dumps(show(administration, by_key("people"), disabling["id"]))
    assert "berta" not in json.dumps(show(administration, by_key("auditor"), disabling["id"]))


def test_an_act_that_is_not_theirs_to_see_is_not_there(administration: Administration):
    [away] = listed(administration, ANNA, team="away")
    for actor, act_id in ((by_key("own"), away["id"]), (ANNA, "act_0")):
        with pytest.raises(Refused, match="no such act"):
            show(administration, actor, act_id)
    assert show(administration, by_key("own", team="away"), away["id"])["id"] == away["id"]


def test_what_was_refused_says_why(administration: Administration):
    [refused] = listed(administration, ANNA, ending="refused")
    assert (refused["reason"], refused["who"]["auth"]) == ("permission_denied", "key")
    assert refused["about"] == {"expires": "90d", "networks": [], "roles": ["caller"], "team": "home"}
