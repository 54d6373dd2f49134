"""What entries mean for the database."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import asdict, replace

from gateway.audit.chain import Chain, genesis
from gateway.audit.entry import Attempt, Check, Cost, Decision, Entry, Served, encode
from gateway.audit.projection import Sealed, intent_columns, last_refusal, outcome_columns, project, shipment
from gateway.stores.interfaces import CALL_COLUMNS, NO_OUTCOME, EntryRow, OutcomeColumns, Shipment, call_row
from gateway.usage import Usage, nano_usd
from tests.audit.parts import START_MS, boot, intent, outcome


def sealed(*entries: Entry) -> list[Sealed]:
    links = Chain("inst", "w1", genesis("inst", "w1"), 1).seal(map(encode, entries))
    return [Sealed(link, entry) for link, entry in zip(links, entries, strict=True)]


def shipped(*entries: Entry) -> Shipment:
    return shipment("w1", [project("w1", one) for one in sealed(*entries)])


def test_an_intent_and_its_outcome_are_one_row():
    made = shipped(boot(), intent("c1"), outcome("c1"))
    (row,) = [dict(zip(CALL_COLUMNS, call, strict=True)) for call in made.calls]
    assert (row["id"], row["intent_seq"], row["outcome_seq"], made.outcomes) == ("c1", 2, 3, [])


def test_an_intent_alone_is_open():
    made = shipped(intent("c1"))
    assert made.calls == [call_row(intent_columns("w1", 1, intent("c1")), NO_OUTCOME)]


def test_what_an_intent_says_is_held_is_a_column():
    held = replace(intent("c1"), cost=Cost(reserved_usd="0.000000009"))
    (row,) = [dict(zip(CALL_COLUMNS, call, strict=True)) for call in shipped(held).calls]
    assert (row["held_nano_usd"], row["reserved_nano_usd"], row["cost_nano_usd"]) == (9, None, None)


def test_an_outcome_alone_ends_a_call_that_was_shipped_before():
    made = shipped(outcome("c1"))
    assert (made.outcomes, made.calls) == ([(*outcome_columns(1, outcome("c1")), "c1")], [])


def test_a_second_outcome_does_not_replace_the_first():
    made = shipped(intent("c1"), outcome("c1"), outcome("c1", ending="interrupted"))
    assert (made.calls[0][CALL_COLUMNS.index("ending")], len(made.outcomes)) == ("complete", 1)


def test_every_entry_is_a_row_with_its_exact_bytes():
    entries = sealed(boot(), intent("c1"), outcome("c1"))
    rows = [dict(zip(EntryRow._fields, project("w1", one).row, strict=True)) for one in entries]
    assert [(row["seq"], row["kind"], row["body"]) for row in rows] == [
        (one.link.seq, kind, one.link.body.decode())
        for one, kind in zip(entries, ["boot", "intent", "outcome"], strict=True)
    ]


@pytest.mark.parametrize("usd", ["0", "0.000000001", "0.000063", "12", "1.5E-7", "9000000"])
def test_a_cost_is_exact(usd: str):
    ended = outcome("c1", at_ms=START_MS)
    columns = outcome_columns(1, replace(ended, cost=Cost(usd=usd)))
    assert columns[-1] == nano_usd(Decimal(usd))


def test_a_cost_nobody_knows_is_null():
    ended = outcome("c1")
    assert outcome_columns(1, replace(ended, cost=Cost()))[-1] is None


@pytest.mark.parametrize(
    ("verdicts", "found"),
    [
        ([], None),
        (["allow", "flag"], None),
        (["refuse", "allow"], "s0:r"),
        (["refuse", "change", "refuse"], "s2:r"),
    ],
)
def test_the_last_refusal_is_the_decision(verdicts: list[str], found: str | None):
    decisions = [Decision(stage=f"s{n}", rule="r", verdict=verdict) for n, verdict in enumerate(verdicts)]
    assert last_refusal(decisions) == found


@pytest.mark.parametrize("usd", ["9223372036.854775808", "1e30", "no number", "٣٤.000000000x"])
def test_a_cost_that_no_column_can_hold_is_left_to_the_bytes(usd: str):
    assert outcome_columns(1, replace(outcome("c1"), cost=Cost(usd=usd)))[-1] is None


@pytest.mark.parametrize("tokens", [2**63, -(2**63) - 1, 10**30])
def test_tokens_that_no_column_can_hold_are_left_to_the_bytes(tokens: int):
    ended = replace(outcome("c1"), usage=Usage(input_tokens=tokens, output_tokens=tokens))
    assert outcome_columns(1, ended)[-3:-1] == (None, None)


def test_the_largest_figures_a_column_can_hold_are_in_it():
    ended = replace(outcome("c1"), usage=Usage(2**63 - 1, 7), cost=Cost(usd="9223372036.854775807"))
    assert outcome_columns(1, ended)[-3:] == (2**63 - 1, 7, 2**63 - 1)


def test_what_was_used_and_reserved_is_in_columns_of_its_own():
    used = Usage(12, 30, 1, 2, 3, 4, 5, 6, 7, "flex", batch=True, estimated=True)
    cost = Cost(usd="0.000000002", reserved_usd="0.000000009", price_version="policy")
    row = OutcomeColumns._make(outcome_columns(1, replace(outcome("c1"), usage=used, cost=cost)))
    assert {name: getattr(row, name) for name in Usage.__struct_fields__} == asdict(used)
    assert (row.cost_nano_usd, row.reserved_nano_usd, row.price_version) == (2, 9, "policy")


def test_figures_that_are_zero_take_no_room():
    row = OutcomeColumns._make(outcome_columns(1, replace(outcome("c1"), usage=Usage(), cost=Cost())))
    assert (row.input_tokens, row.output_tokens) == (0, 0)
    assert row[row._fields.index("cache_read_tokens") : row._fields.index("input_tokens")] == (None,) * 12


def test_of_a_call_that_used_nothing_no_figure_is_there():
    row = outcome_columns(1, replace(outcome("c1"), usage=None, cost=Cost()))
    assert row[9:] == (None,) * 15


def test_a_call_is_listed_under_every_region_it_was_sent_to():
    tries = [Attempt(target="t/t", region=region, result="ok", ms=1.0) for region in ("us", None, "eu", "us")]
    served = Served(attempts=tuple(tries))
    row = OutcomeColumns._make(outcome_columns(1, replace(outcome("c1"), served=served)))
    assert row.regions == ",eu,none,us,"


def test_a_call_is_listed_under_what_its_checks_found():
    found = ({"EMAIL": 2, "IBAN": 0}, {"PERSON": 1, "EMAIL": 1})
    checks = [
        Check(name="pii", version="1", read_bytes=1, total_bytes=1, found=one, mode="block", status="done")
        for one in found
    ]
    row = OutcomeColumns._make(outcome_columns(1, replace(outcome("c1"), checks=tuple(checks))))
    assert row.entities == ",EMAIL,PERSON,"


def test_a_model_whose_name_no_database_can_hold_stops_no_shipment():
    asked = replace(intent("c1"), asked=replace(intent("c1").asked, model="fa\0st"))
    told = replace(outcome("c1"), served=Served(target="a/\0"), usage=Usage(1, 1, tier="\0"))
    (row,) = [dict(zip(CALL_COLUMNS, call, strict=True)) for call in shipped(asked, told).calls]
    assert (row["model"], row["target"], row["tier"]) == ("fa\ufffdst", "a/\ufffd", "\ufffd")
