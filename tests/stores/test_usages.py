"""What calls used and cost is added up exactly, by whatever is asked for."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.stores.corrections import Correction, SqlCorrections
from gateway.stores.database import Database, writing
from gateway.stores.tables import calls
from gateway.stores.usages import DIMENSIONS, SqlUsages, Sums, UsageFilter
from tests.parts.spending import Spent, spend

ALL = UsageFilter()


def total(database: Database, wanted: UsageFilter = ALL) -> Sums:
    [row] = SqlUsages(database.engine).by((), wanted, 10)
    return row.sums


def test_every_figure_is_added_up(database: Database):
    figures = {name: 2**place for place, name in enumerate(Sums._fields[4:11])}
    spend(database.engine, [Spent("a", figures=tuple(figures.items())), Spent("b", tokens=(5, 7), usd=3)])
    found = total(database)._asdict()
    assert {name: found[name] for name in figures} == figures
    assert (found["calls"], found["input_tokens"], found["output_tokens"]) == (2, 1005, 107)
    assert found["cost"] == found["corrected"] == 450_003


def test_shares_are_of_calls_that_used_something(database: Database):
    spend(
        database.engine,
        [
            Spent("refused", tokens=None),
            Spent("unpriced", usd=None, version=None),
            Spent("estimated", figures=(("estimated", True),)),
        ],
    )
    found = total(database)
    assert (found.calls, found.refused, found.used, found.unpriced, found.estimated) == (3, 1, 2, 1, 1)


def test_settled_is_what_the_calls_cost_for_which_something_was_held(database: Database):
    spend(database.engine, [Spent("a", usd=5, figures=(("reserved_nano_usd", 9),)), Spent("b", usd=70)])
    found = total(database)
    assert (found.reserved, found.settled, found.cost) == (9, 5, 75)


def test_no_calls_are_no_rows_and_nothing_in_all(database: Database):
    assert SqlUsages(database.engine).by(("team",), ALL, 10) == []
    assert total(database) == Sums()


def test_what_a_provider_makes_up_does_not_run_over(database: Database):
    spend(database.engine, [Spent(name, tokens=(2**63 - 1, 0)) for name in "abc"])
    assert total(database).input_tokens == 3 * 10**12


def test_a_call_is_of_the_day_and_month_in_which_it_began(database: Database):
    spend(
        database.engine,
        [Spent("a", at="2026-10-31T23:59:59.999Z"), Spent("b", at="2026-11-01T00:00:00.000Z")],
    )
    rows = SqlUsages(database.engine).by(("month", "day"), ALL, 10)
    assert [row.of for row in rows] == [("2026-10", "2026-10-31"), ("2026-11", "2026-11-01")]


def test_a_span_begins_with_since_and_ends_before_until(database: Database):
    spend(database.engine, [Spent(str(hour), at=f"2026-11-20T{hour}:00:00.000Z") for hour in range(10, 14)])
    wanted = UsageFilter("2026-11-20T11:00:00.000Z", "2026-11-20T13:00:00.000Z")
    assert total(database, wanted).calls == 2


def test_of_some_teams_nothing_of_others_is_told(database: Database):
    spend(database.engine, [Spent("a"), Spent("b", team="legal"), Spent("c", team=None)])
    rows = SqlUsages(database.engine).by(("team",), UsageFilter(teams=("support",)), 10)
    assert [(row.of, row.sums.calls) for row in rows] == [(("support",), 1)]


def test_a_correction_stands_beside_the_cost(database: Database):
    spend(database.engine, [Spent("a", usd=5), Spent("b", usd=None, team="legal"), Spent("c", usd=7)])
    SqlCorrections(database.engine).correct("r1", [Correction("a", 2, "v"), Correction("b", 11, "v")], [])
    rows = SqlUsages(database.engine).by(("team",), ALL, 10)
    told = {row.of: (row.sums.cost, row.sums.corrected, row.sums.recomputed) for row in rows}
    assert told == {("legal",): (0, 11, 1), ("support",): (12, 9, 1)}


TEXT = st.sampled_from(["", "a", "b", None])
SPENT = st.builds(
    Spent,
    id=st.uuids().map(str),
    at=st.sampled_from(["2026-10-31T23:59:59.999Z", "2026-11-01T00:00:00.000Z"]),
    team=TEXT,
    user=TEXT,
    tokens=st.none() | st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)),
    usd=st.none() | st.integers(0, 10**15),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(SPENT, max_size=12, unique_by=lambda one: one.id),
    st.sets(st.sampled_from(DIMENSIONS), max_size=4),
)
def test_whatever_is_asked_for_the_parts_add_up_to_the_whole(
    database: Database, made: list[Spent], by: set[str]
):
    with writing(database.engine) as connection:
        connection.execute(calls.delete())
    spend(database.engine, made)
    rows = SqlUsages(database.engine).by([one for one in DIMENSIONS if one in by], ALL, 10**6)
    counted = Counter(row.of for row in rows)
    assert set(counted.values()) <= {1}
    whole = Sums()
    for row in rows:
        whole = whole.plus(row.sums)
    assert whole == total(database)
    assert whole.cost == sum(one.usd or 0 for one in made if one.tokens)
