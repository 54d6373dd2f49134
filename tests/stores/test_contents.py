"""Sealed contents in the database."""

from __future__ import annotations

from gateway.stores.contents import ContentRow, SqlContents
from gateway.stores.database import Database


def row(number: int, **changes: object) -> ContentRow:
    at = f"2027-01-15T08:00:{number:02d}.000Z"
    made = ContentRow(f"c{number}", f"{number:064x}", "sealed", at, "support", "u-1", None, None, b"\0\xff")
    return made._replace(**changes)  # type: ignore[arg-type]


def filled(database: Database, *rows: ContentRow) -> SqlContents:
    contents = SqlContents(database.engine)
    contents.add(rows)
    return contents


def test_what_was_added_is_there_by_its_call(database: Database):
    contents = filled(database, row(1), row(2))
    assert contents.named(["c2", "c9"]) == {"c2": row(2)}


def test_a_row_that_comes_twice_is_taken_once(database: Database):
    contents = filled(database, row(1), row(1, sealed=b"other"))
    contents.add([row(1, sealed=b"third")])
    assert contents.named(["c1"]) == {"c1": row(1)}


def test_what_is_about_a_person_is_found_by_any_of_its_people(database: Database):
    mine = [row(1), row(2, user=None, end_user="u-1"), row(3, user=None, key="u-1")]
    contents = filled(database, *mine, row(4, user="u-2"))
    assert (contents.about("u-1", ("", ""), 9), contents.count("u-1")) == (mine, 3)


def test_what_is_about_a_person_comes_in_pages_oldest_first(database: Database):
    same = "2027-01-15T08:00:01.000Z"
    contents = filled(database, row(2, at=same), row(1, at=same), row(3))
    assert [one.call for one in contents.about("u-1", (same, "c1"), 1)] == ["c2"]
    assert [one.call for one in contents.about("u-1", (same, "c2"), 9)] == ["c3"]


def test_the_newest_come_first_within_the_teams_and_the_time_asked_for(database: Database):
    contents = filled(database, row(1), row(2), row(3, team="legal"), row(4, team=None))
    assert [one.call for one in contents.between(None, None, None, 9)] == ["c4", "c3", "c2", "c1"]
    assert [one.call for one in contents.between(row(2).at, None, ("support", "legal"), 9)] == ["c3", "c2"]
    assert [one.call for one in contents.between(None, (row(3).at, "c3"), None, 1)] == ["c2"]


def test_what_is_removed_is_gone(database: Database):
    contents = filled(database, row(1), row(2))
    assert (contents.remove(["c1", "c9"]), contents.named(["c1", "c2"])) == (1, {"c2": row(2)})


def test_people_come_before_the_key_in_what_a_content_is_sealed_for():
    assert row(1, end_user="e-1", key="k-1").subjects == ("u-1", "e-1")
    assert row(1, user=None, key="k-1").subjects == ("k-1",)
