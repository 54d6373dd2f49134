"""An act's two entries are one record, found by who did it and what it is about."""

from __future__ import annotations

from itertools import count

import pytest

from gateway.audit.act_query import ActQuery, next_acts
from gateway.audit.direct import DirectLog
from gateway.audit.entry import Administrator
from gateway.stores.act_rows import ActFilter
from gateway.stores.acts import SqlActs
from gateway.stores.calls import SqlCalls
from gateway.stores.subjects import SqlSubjects
from tests.audit.parts import START_MS, Place, act, acted

HOUR_MS = 3_600_000


@pytest.fixture
def subjects(place: Place) -> SqlSubjects:
    numbers = count(1)
    return SqlSubjects(
        place.database().engine,
        hash_key=b"h" * 32,
        seal_key=b"s" * 32,
        random_bytes=lambda size: next(numbers).to_bytes(size, "big"),
        now_ms=lambda: START_MS,
    )


@pytest.fixture
def asking(place: Place, subjects: SqlSubjects) -> ActQuery:
    """a1: anna, of the operating system, makes a key. a2: anna, of a key, by sudo of nobody, disables berta.
    a3: root, as whom carla acts, was killed."""
    engine = place.database().engine
    anna, carla, root = (subjects.pseudonym("os_user", name) for name in ("anna", "carla", "root"))
    other_anna, berta = (subjects.pseudonym("user", name) for name in ("anna", "berta"))
    log = DirectLog.open(place.booting())
    log.append(act("a1", who=Administrator(auth="os", user=anna)), acted("a1"))
    by_key = Administrator(auth="key", key="key_9", user=other_anna, team="support", roles=("admin",))
    log.append(act("a2", at_ms=START_MS + HOUR_MS, who=by_key, user=berta), acted("a2", ending="refused"))
    by_sudo = Administrator(auth="os", user=root, sudo_user=carla)
    log.append(act("a3", at_ms=START_MS + 2 * HOUR_MS, who=by_sudo))
    log.close()
    return ActQuery(SqlActs(engine), SqlCalls(engine), subjects)


def test_a_record_joins_both_entries_and_spells_everything_out(asking: ActQuery, subjects: SqlSubjects):
    record = asking.show("a1")
    assert record is not None
    chain = record.pop("chain")
    assert (chain["seq"], chain["act"]["seq"], chain["prev"]) == (3, 2, chain["act"]["hash"])
    assert record == {
        "id": "a1",
        "at": "2027-01-15T08:00:00.000Z",
        "ended_at": "2027-01-15T08:00:00.020Z",
        "ending": "done",
        "reason": None,
        "who": {
            "auth": "os",
            "key": None,
            "user": subjects.find("os_user", "anna"),
            "sudo_user": None,
            "team": None,
            "roles": [],
            "network": None,
        },
        "act": "keys.create",
        "about": {"roles": ["analyst"], "team": "support", "key": "key_1"},
        "team": "support",
        "policy": "rev-1",
    }


def test_an_act_that_has_not_ended_is_open(asking: ActQuery):
    record = asking.show("a3")
    assert record is not None
    assert (record["ending"], record["ended_at"], record["chain"]["act"]["seq"]) == (None, None, 6)


def test_names_are_told_where_they_are_asked_for(asking: ActQuery):
    disabling, sudo = asking.show("a2", names=True), asking.show("a3", names=True)
    assert disabling is not None
    assert sudo is not None
    assert (disabling["who"]["user_name"], disabling["about"]["user_name"]) == ("anna", "berta")
    assert (sudo["who"]["user_name"], sudo["who"]["sudo_user_name"]) == ("root", "carla")


def test_what_nobody_did_is_none(asking: ActQuery):
    assert asking.show("a9") is None


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (ActFilter(), ["a3", "a2", "a1"]),
        (ActFilter(people=("anna",)), ["a2", "a1"]),
        (ActFilter(people=("carla",)), ["a3"]),
        (ActFilter(people=("nobody",)), []),
        (ActFilter(about=("berta",)), ["a2"]),
        (ActFilter(about=("key_1",)), ["a2", "a1"]),
    ],
    ids=str,
)
def test_people_are_found_by_name(asking: ActQuery, wanted: ActFilter, found: list[str]):
    assert [record["id"] for record in asking.search(wanted)] == found


def test_pages_follow_each_other_to_the_end(asking: ActQuery):
    wanted: ActFilter | None = ActFilter(limit=2)
    seen = []
    while wanted is not None:
        page = asking.search(wanted)
        seen += [record["id"] for record in page]
        wanted = next_acts(wanted, page)
    assert seen == ["a3", "a2", "a1"]
