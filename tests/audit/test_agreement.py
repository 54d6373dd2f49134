"""Columns against bytes."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.audit.agreement import check_page, entry_in
from gateway.audit.chain import Fault
from gateway.audit.projection import Sealed, project
from gateway.audit.shipping import ship_batch
from gateway.stores.acts import SqlActs
from gateway.stores.calls import SqlCalls
from gateway.stores.interfaces import EntryRow
from tests.audit.parts import Place, boot, intent, outcome
from tests.audit.test_projection import sealed


def shipped(place: Place, *entries: Sealed) -> list[tuple[EntryRow, Sealed]]:
    archive = place.archive()
    archive.position("w1")
    ship_batch(archive, "w1", [project("w1", one) for one in entries], 0)
    return rows_of(entries)


def rows_of(entries: Sequence[Sealed]) -> list[tuple[EntryRow, Sealed]]:
    return [(EntryRow._make(project("w1", one).row), one) for one in entries]


def check(place: Place, page: list[tuple[EntryRow, Sealed]]) -> Fault | None:
    engine = place.database().engine
    return check_page(SqlCalls(engine), SqlActs(engine), page)


def test_what_was_shipped_agrees(place: Place):
    page = shipped(
        place, *sealed(boot(), intent("c1"), outcome("c1"), intent("c2", refused="authorize:models"))
    )
    assert check(place, page) is None


def test_a_refusal_that_only_the_intent_has_agrees(place: Place):
    page = shipped(
        place, *sealed(boot(), intent("c1", refused="authorize:models"), outcome("c1", ending="refused"))
    )
    assert check(place, page) is None


def test_a_column_that_differs_is_located(place: Place):
    (first, second) = shipped(place, *sealed(boot(), intent("c1")))
    fault = check(place, [first, (second[0]._replace(at="2020"), second[1])])
    assert fault is not None
    assert (fault.seq, fault.what) == (2, "columns")


def test_a_call_that_is_not_listed_is_located(place: Place):
    place.archive().position("w1")
    entries = sealed(boot(), intent("c1"))
    fault = check(place, rows_of(entries))
    assert fault is not None
    assert "not listed" in fault.detail


def test_bytes_that_are_no_entry_have_none_inside():
    (link,) = sealed(boot())
    assert (entry_in(b"{}"), entry_in(link.link.body.replace(b'"boot"', b'"boat"', 1))) == (None, None)
