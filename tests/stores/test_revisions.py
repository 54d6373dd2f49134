"""Revisions: each kept once, and every time that another one came into force."""

from __future__ import annotations

import pytest

from gateway.policy.withheld import KeptFile
from gateway.stores.database import Database
from gateway.stores.revisions import Enforcement, Origin, Revision, Revisions, SqlRevisions, Why
from tests.stores.parts import NOW_MS

HERE = Origin("policies", "c" * 40, True)


@pytest.fixture
def revisions(database: Database) -> Revisions:
    return SqlRevisions(database.engine)


def revision(name: str, text: str = "gateway: 1\n", *, withheld: bool = False) -> Revision:
    return Revision(name, '{"gateway":1}', {"a.yaml": KeptFile(text, withheld)})


def why(at: int = NOW_MS, *, author: str | None = "anna") -> Why:
    return Why("file", author, HERE, at)


def test_what_came_into_force_is_listed_newest_first_with_what_was_before(revisions: Revisions):
    assert revisions.record(revision("aa"), why(1))
    assert revisions.record(revision("bb"), why(2, author=None))
    assert revisions.record(revision("aa"), why(3))
    assert revisions.list() == [
        Enforcement(3, "aa", "bb", why(3)),
        Enforcement(2, "bb", "aa", why(2, author=None)),
        Enforcement(1, "aa", None, why(1)),
    ]


def test_several_processes_that_load_the_same_leave_one_entry(revisions: Revisions):
    assert revisions.record(revision("aa"), why(1))
    assert not revisions.record(revision("aa"), why(2))
    assert [entry.why.at for entry in revisions.list()] == [1]


def test_a_revision_holds_the_texts_it_was_last_read_from(revisions: Revisions):
    revisions.record(revision("aa", "# old\n"), why())
    revisions.record(revision("aa", "# new\n", withheld=True), why())
    assert revisions.get("aa") == revision("aa", "# new\n", withheld=True)


def test_the_list_is_read_page_by_page(revisions: Revisions):
    for number in range(5):
        revisions.record(revision(f"r{number}"), why(number))
    first = revisions.list(2)
    assert [entry.revision for entry in first] == ["r4", "r3"]
    assert [entry.revision for entry in revisions.list(2, before=first[-1].seq)] == ["r2", "r1"]


@pytest.mark.parametrize(("asked", "found"), [("ab12", "ab12"), ("ab1", None), ("ac", "ac"), ("a", None)])
def test_a_revision_is_found_by_a_beginning_that_names_one_alone(
    revisions: Revisions, asked: str, found: str | None
):
    for name in ("ab12", "ab13", "ac"):
        revisions.record(revision(name), why())
    held = revisions.get(asked)
    assert (None if held is None else held.name) == found


@pytest.mark.parametrize("asked", ["", "zz", "%", "_"])
def test_what_names_no_revision_finds_none(revisions: Revisions, asked: str):
    revisions.record(revision("aa"), why())
    assert revisions.get(asked) is None


def test_a_whole_name_is_found_though_another_begins_with_it(revisions: Revisions):
    for name in ("ab", "abc"):
        revisions.record(revision(name), why())
    held = revisions.get("ab")
    assert held is not None
    assert held.name == "ab"
