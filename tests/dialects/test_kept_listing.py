"""Lists: whatever pages a provider has, the caller's are its own, full, in order, and true about what follows."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialects.interface import BadBody
from gateway.dialects.kept_ids import Parameters
from gateway.dialects.kept_listing import MOST_PAGES, OwnPages, Shape
from gateway.errors import Broken
from tests.parts.keeping_provider import page

FILES = Shape("file", page=3)
BATCHES = Shape("message_batch", "after_id", "before_id", page=3)
EVENTS = Shape(None, page=3)


def walked(
    shape: Shape, parameters: Parameters, items: list[str], mine: set[str], left: int | None = None
) -> Any:
    """The caller's page of `items`, and how many of the provider's it took."""
    listing = OwnPages(shape, parameters)
    asked = 0
    while True:
        query = {name: values[-1] for name, values in parse_qs(listing.query).items()}
        told = page([{"id": item} for item in items], query)
        assert list(listing.read(json.dumps(told).encode())) == [item["id"] for item in told["data"]]
        listing.take(mine, left)
        asked += 1
        if listing.done:
            return json.loads(listing.written()), asked, listing.astray


def ids(told: dict[str, Any]) -> list[str]:
    return [item["id"] for item in told["data"]]


names = st.integers(0, 25).map(lambda count: [f"x{number}" for number in range(count)])


@given(names, st.sets(st.integers(0, 24)), st.integers(1, 6), st.booleans())
def test_page_after_page_is_all_that_is_ones_own_once_and_in_order(items, chosen, limit, counted):
    mine = {f"x{number}" for number in chosen} & set(items)
    seen: list[str] = []
    cursor: Parameters = ()
    for _ in range(30):
        told, _, _ = walked(
            FILES, (("limit", str(limit)), *cursor), items, mine, left=len(mine) if counted else None
        )
        assert len(told["data"]) <= limit
        seen += ids(told)
        assert told["has_more"] is (seen != [item for item in items if item in mine])
        assert (told["first_id"], told["last_id"]) == (
            (ids(told)[0], ids(told)[-1]) if told["data"] else (None, None)
        )
        if not told["has_more"]:
            break
        cursor = (("after", seen[-1]),)
    assert seen == [item for item in items if item in mine]


@given(names, st.sets(st.integers(0, 24)), st.integers(0, 6))
def test_backwards_the_page_is_what_stands_right_before(items, chosen, limit):
    mine = [item for item in items if item in {f"x{number}" for number in chosen}]
    for position, cursor in enumerate(mine):
        told, _, _ = walked(BATCHES, (("limit", str(limit)), ("before_id", cursor)), items, set(mine))
        before = mine[:position]
        assert ids(told) == (before[-limit:] if limit else [])
        assert told["has_more"] is (len(before) > limit)


@given(names, st.sets(st.integers(0, 24)), st.integers(0, 6))
def test_two_cursors_are_the_ends_of_what_is_listed(items, chosen, limit):
    mine = [item for item in items if item in {f"x{number}" for number in chosen}]
    for first, after in enumerate(mine):
        for last, before in enumerate(mine):
            ends = (("after_id", after), ("before_id", before))
            told, _, _ = walked(BATCHES, (("limit", str(limit)), *ends), items, set(mine))
            between = mine[first + 1 :] if last <= first else mine[first + 1 : last]
            assert ids(told) == between[:limit]
            assert told["has_more"] is (len(between) > limit)


def test_who_has_nothing_costs_one_page():
    told, asked, _ = walked(FILES, (), [f"x{number}" for number in range(20)], set(), left=0)
    assert (ids(told), told["has_more"], asked) == ([], False, 1)


def test_once_all_are_found_nobody_looks_on():
    told, asked, _ = walked(FILES, (), [f"x{number}" for number in range(400)], {"x1", "x2"}, left=2)
    assert (ids(told), told["has_more"], asked) == (["x1", "x2"], False, 1)


def test_a_list_without_end_is_left_and_says_so():
    items = [f"x{number}" for number in range(MOST_PAGES * 20 + 1)]
    told, asked, _ = walked(FILES, (), items, {items[-1]})
    assert (ids(told), told["has_more"], asked) == ([], True, MOST_PAGES)


def test_items_of_ones_own_object_begin_after_the_cursor():
    items = [f"x{number}" for number in range(10)]
    told, _, astray = walked(EVENTS, (("after", "x4"), ("limit", "3")), items, set())
    assert (ids(told), told["has_more"], astray) == (["x5", "x6", "x7"], True, None)


@pytest.mark.parametrize("cursor", ["theirs", "x99"])
def test_a_cursor_that_is_not_among_them_is_astray(cursor):
    told, _, astray = walked(EVENTS, (("after", cursor),), [f"x{number}" for number in range(10)], set())
    assert (ids(told), astray) == ([], "after")


def test_other_parameters_are_asked_with_every_page():
    listing = OwnPages(FILES, (("purpose", "batch"), ("order", "asc"), ("after", "x1"), ("limit", "2")))
    assert listing.query == "purpose=batch&order=asc&limit=3&after=x1"
    assert listing.cursors == (("after", "x1"),)
    listing.read(b'{"data": [{"id": "x 2"}], "has_more": true}')
    listing.take({"x 2"}, None)
    assert listing.query == "purpose=batch&order=asc&limit=3&after=x+2"


def test_what_is_on_a_page_passes_byte_by_byte():
    raw = b'{"object": "list", "data": [ {"id": "a", "n": 1.50e3, "x": "\\u00e9"}, {"id": "b"} ], "has_more": false, "extra": 7}'
    listing = OwnPages(FILES, ())
    listing.read(raw)
    listing.take({"a"}, None)
    assert listing.written() == (
        b'{"object":"list","data":[{"id": "a", "n": 1.50e3, "x": "\\u00e9"}],"has_more":false,"extra":7}'
    )


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{}", b'{"data": 5}', b'{"data": [5]}', b'{"data": [], "has_more": 5}']
)
def test_what_is_no_list_is_the_providers_mistake(raw):
    with pytest.raises(Broken):
        OwnPages(FILES, ()).read(raw)


def test_an_item_without_an_id_is_nobodys():
    listing = OwnPages(FILES, ())
    assert list(listing.read(b'{"data": [{"x": 1}, {"id": 5}], "has_more": true}')) == ["", ""]
    listing.take(set(), None)
    assert (listing.done, json.loads(listing.written())["data"]) == (True, [])


@pytest.mark.parametrize(
    "parameters",
    [
        (("limit", "-1"),),
        (("limit", "-1"),),
        (("limit", "many"),),
        (("limit", "10001"),),
        (("limit", "9" * 5000),),
        (("limit", "1"), ("limit", "2")),
        (("after_id", "a"), ("after_id", "b")),
    ],
)
def test_parameters_that_can_not_be_are_refused(parameters):
    with pytest.raises(BadBody):
        OwnPages(BATCHES, parameters)
