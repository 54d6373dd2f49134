"""Records: a call's two entries joined, from the bytes that were hashed."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from gateway.audit.entry import AskedFor, Cost, Entry, Intent, Purpose, Who
from gateway.audit.log import AuditLog
from gateway.audit.query import Query, UnreadableEntry, next_page
from gateway.stores.calls import SqlCalls
from gateway.stores.database import writing
from gateway.stores.interfaces import CallFilter, Order, Totals
from gateway.stores.subjects import SqlSubjects
from gateway.usage import Usage
from tests.audit.parts import START_MS, Place, intent, outcome


def subjects(place: Place) -> SqlSubjects:
    return SqlSubjects(
        place.database().engine,
        hash_key=b"h" * 32,
        seal_key=b"s" * 32,
        random_bytes=lambda size: b"\x01" * size,
        now_ms=lambda: START_MS,
    )


async def recorded(place: Place, *entries: object) -> Query:
    log = await AuditLog.open(place.booting())
    for entry in entries:
        await log.append(entry)  # type: ignore[arg-type]
    await log.close()
    return Query(SqlCalls(place.database().engine), subjects(place))


def ids(found: Sequence[dict[str, object]]) -> list[object]:
    return [record["id"] for record in found]


async def test_a_record_joins_both_entries(place: Place):
    query = await recorded(place, intent("c1"), outcome("c1"))
    record = query.show("c1")
    assert record is not None
    assert (
        record["asked"]["model"],
        record["ending"],
        record["served"]["target"],
        record["usage"]["input_tokens"],
    ) == (
        "fast",
        "complete",
        "openai/gpt-5-mini",
        12,
    )


async def test_a_record_has_every_field_of_the_contract(place: Place):
    query = await recorded(place, intent("c1"), outcome("c1"))
    record = query.show("c1")
    assert record is not None
    assert set(record) == set(
        "id parent request_id at ended_at ending who purpose asked served policy decisions checks unread usage cost "
        "latency_ms content chain".split()
    )


async def test_a_record_names_the_places_of_its_entries(place: Place):
    query = await recorded(place, intent("c1"), outcome("c1"))
    record = query.show("c1")
    assert record is not None
    chain = record["chain"]
    assert (chain["seq"], chain["intent"]["seq"], chain["prev"]) == (3, 2, chain["intent"]["hash"])


async def test_a_call_without_an_end_is_shown_as_open(place: Place):
    log = await AuditLog.open(place.booting())
    await log.append(intent("c1"))
    await log.close()
    record = Query(SqlCalls(place.database().engine), subjects(place)).show("c1")
    assert record is not None
    assert (record["ending"], record["ended_at"], record["chain"]["seq"]) == (None, None, 2)


async def test_an_interrupted_call_keeps_the_decisions_of_its_intent(place: Place):
    await recorded(place, intent("c1"))
    query = await recorded(place)
    record = query.show("c1")
    assert record is not None
    assert (record["ending"], [one["rule"] for one in record["decisions"]]) == (
        "interrupted",
        ["role:analyst"],
    )


async def test_a_record_is_json(place: Place):
    query = await recorded(place, intent("c1"), outcome("c1"))
    record = query.show("c1")
    assert json.loads(json.dumps(record)) == record


async def test_defaults_are_spelled_out(place: Place):
    bare = Intent(
        id="c1",
        at="2027-01-15T08:00:00.000Z",
        who=Who(),
        purpose=Purpose(),
        asked=AskedFor(api="chat"),
        policy="r",
    )
    record = (await recorded(place, bare)).show("c1")
    assert record is not None
    assert (record["who"]["roles"], record["who"]["team"], record["asked"]["stream"]) == ([], None, False)


async def test_the_newest_call_comes_first_and_pages_go_on(place: Place):
    calls = [intent(f"c{number}", at_ms=START_MS + number) for number in range(5)]
    query = await recorded(place, *calls)
    wanted: CallFilter | None = CallFilter(limit=2)
    pages = []
    while wanted is not None:
        found = query.search(wanted)
        pages.append(ids(found))
        wanted = next_page(wanted, found)
    assert pages == [["c4", "c3"], ["c2", "c1"], ["c0"]]


async def test_a_user_is_found_by_name(place: Place):
    pseudonym = subjects(place).pseudonym("user", "ann@example.com")
    query = await recorded(place, intent("c1", who=Who(user=pseudonym)), intent("c2"))
    assert ids(query.search(CallFilter(user="ann@example.com"))) == ["c1"]


@pytest.mark.parametrize("order", ["newest", "oldest", "dearest", "longest"])
async def test_pages_go_on_in_every_order(place: Place, order: Order):
    entries: list[Entry] = []
    for number in range(5):
        cost, used = Cost(usd=f"0.00000000{number % 3}"), Usage(input_tokens=number % 2)
        entries += [intent(f"c{number}"), replace(outcome(f"c{number}"), cost=cost, usage=used)]
    query = await recorded(place, *entries)
    whole = ids(query.search(CallFilter(order=order)))
    wanted: CallFilter | None = CallFilter(order=order, limit=2)
    paged = []
    while wanted is not None:
        found = query.search(wanted)
        paged += ids(found)
        wanted = next_page(wanted, found)
    assert (paged, len(paged)) == (whole, 5)


async def test_totals_are_of_whoever_is_asked_for_by_name(place: Place):
    pseudonym = subjects(place).pseudonym("end_user", "maria")
    query = await recorded(place, intent("c1", who=Who(end_user=pseudonym)), outcome("c1"), intent("c2"))
    assert query.totals(CallFilter(end_user="maria", limit=1)) == Totals(1, 0, 12, 30, 63_000, 0)
    assert ids(query.search(CallFilter(end_user="maria"))) == ["c1"]


async def test_a_user_is_found_by_pseudonym(place: Place):
    query = await recorded(place, intent("c1"), intent("c2", who=Who(user="u-bb")))
    assert ids(query.search(CallFilter(user="u-bb"))) == ["c2"]


async def test_names_are_added_only_when_asked_for(place: Place):
    pseudonym = subjects(place).pseudonym("user", "ann")
    query = await recorded(place, intent("c1", who=Who(user=pseudonym)))
    plain, named = query.show("c1"), query.show("c1", names=True)
    assert plain is not None
    assert named is not None
    assert ("user_name" in plain["who"], named["who"]["user_name"]) == (False, "ann")


async def test_a_call_that_is_not_there_is_none(place: Place):
    assert (await recorded(place)).show("c9") is None


async def test_an_entry_that_can_not_be_read_is_said(place: Place):
    query = await recorded(place, intent("c1"))
    with writing(place.database().engine) as connection:
        connection.exec_driver_sql("UPDATE entries SET body = 'x' WHERE seq = 2")
    with pytest.raises(UnreadableEntry, match="audit verify"):
        query.show("c1")
