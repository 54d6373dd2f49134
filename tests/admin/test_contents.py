"""Kept contents are opened for a reason, within one's reach, and each opening is an act."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.admin.actor import Actor
from gateway.admin.administration import Administration
from gateway.admin.content_bodies import ContentAsked, SearchAsked
from gateway.errors import Kind
from gateway.installation import open_installation
from gateway.policy.roles import Role, Team
from gateway.policy.snapshot import Policy
from gateway.settings import Settings
from gateway.stores.erasures import SqlErasures, Tombstone
from tests.admin.test_keys import refusal as assert_refused
from tests.admin.test_privacy import Begun
from tests.parts.kept_calls import KeptCall, keep

CONTENT = frozenset({"audit:content"})
POLICY = Policy(
    "rev-1",
    roles={
        "reader": Role("reader", permissions=CONTENT),
        "lead": Role("lead", permissions=CONTENT, within_own_team=True),
    },
    teams={"support": Team("support"), "legal": Team("legal")},
)
READER = Actor("key", roles=("reader",))
LEAD = Actor("key", roles=("lead",), team="support")
WHY = ContentAsked(reason="complaint 4711")


def test_a_content_is_told_and_that_it_was_is_recorded(tmp_path: Path):
    with open_installation(Settings(data=tmp_path)) as installation:
        keep(installation, KeptCall("c1", user="anna", sent="my number"))
        acts = Begun()
        to = Administration(installation, lambda: POLICY, acts)
        opened = to.contents.open(READER, "c1", WHY)
        assert (opened.content["sent"], opened.content["got"]) == ("my number", "an answer")
        [act] = acts.begun
        assert (act.name, act.about, act.team) == (
            "audit.content",
            {"call": "c1", "reason": "complaint 4711"},
            "support",
        )


@pytest.mark.parametrize(
    ("actor", "call_id", "kind"),
    [
        (Actor("key"), "c1", Kind.FORBIDDEN),
        (LEAD, "c2", Kind.NOT_FOUND),
        (LEAD, "c3", Kind.NOT_FOUND),
        (READER, "c3", Kind.NOT_FOUND),
        (READER, "c9", Kind.NOT_FOUND),
    ],
)
def test_what_is_not_theirs_or_not_kept_is_not_told(tmp_path: Path, actor: Actor, call_id: str, kind: Kind):
    with open_installation(Settings(data=tmp_path)) as installation:
        calls = KeptCall("c1"), KeptCall("c2", team="legal"), KeptCall("c3", sent=None)
        keep(installation, *calls)
        to = Administration(installation, lambda: POLICY, Begun())
        assert_refused(kind, to.contents.open, actor, call_id, WHY)


def test_a_content_whose_key_is_gone_is_a_conflict(tmp_path: Path):
    with open_installation(Settings(data=tmp_path)) as installation:
        keep(installation, KeptCall("c1", user="anna", end_user="maria"))
        maria = installation.subjects.find("end_user", "maria") or ""
        with installation.database.engine.begin() as connection:
            connection.exec_driver_sql(f"DELETE FROM subjects WHERE pseudonym = '{maria}'")
        to = Administration(installation, lambda: POLICY, Begun())
        refused = assert_refused(Kind.CONFLICT, to.contents.open, READER, "c1", WHY)
        assert refused.problem.code == "content_unreadable"


def test_a_text_is_found_in_what_one_may_read_whatever_its_case(tmp_path: Path):
    with open_installation(Settings(data=tmp_path)) as installation:
        mine = KeptCall("c1", user="anna", sent="The Number 4711 of mine")
        other = KeptCall("c2", user="bert", team="legal", sent="a NUMBER, too")
        gone = KeptCall("c3", user="eve", sent="number three")
        keep(installation, mine, other, gone)
        eve = installation.subjects.find("user", "eve") or ""
        with installation.database.engine.begin() as connection:
            connection.exec_driver_sql(f"DELETE FROM subjects WHERE pseudonym = '{eve}'")
        acts = Begun()
        to, asked = (
            Administration(installation, lambda: POLICY, acts),
            SearchAsked(reason="a test", text="number"),
        )
        found = to.contents.search(READER, asked)
        assert {one.call: one.around for one in found.found} == {
            "c1": "The Number 4711 of mine",
            "c2": "a NUMBER, too",
        }
        assert (found.read, found.unreadable, found.next) == (2, 1, None)
        assert [one.call for one in to.contents.search(LEAD, asked).found] == ["c1"]
        assert all("number" not in str(act.about) for act in acts.begun)


def test_an_erased_person_leaves_nothing_to_open(tmp_path: Path):
    with open_installation(Settings(data=tmp_path)) as installation:
        keep(installation, KeptCall("c1", user="anna"))
        anna = installation.subjects.find("user", "anna") or ""
        SqlErasures(installation.database.engine).erase(Tombstone(anna, 1, "{}"))
        to = Administration(installation, lambda: POLICY, Begun())
        assert_refused(Kind.NOT_FOUND, to.contents.open, READER, "c1", WHY)
