"""Cost exports, read to the last digit. The samples are our own, in the columns that the exports have."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli.bill import ALL_MODELS, Charge, model_key, read_bill
from gateway.cli.wrong_use import WrongUse

OPENAI = """\
start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,quantity,quantity_unit,line_item,project_id
1793491200,1793577600,2026-11-01T00:00:00+00:00,2026-11-02T00:00:00+00:00,0.003835980000000000000000000001,usd,9,tokens,"gpt-5-mini-2025-08-07, input",proj_a
1793491200,1793577600,2026-11-01T00:00:00+00:00,2026-11-02T00:00:00+00:00,1.25,USD,1,tokens,"gpt-5-mini-2025-08-07, output",proj_a
1793577600,1793664000,2026-11-02T00:00:00+00:00,2026-11-03T00:00:00+00:00,,,,,,
1793664000,1793750400,2026-11-03T00:00:00+00:00,2026-11-04T00:00:00+00:00,2E-7,usd,,,web search tool calls,
"""
ANTHROPIC = """\
usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,list_price_usd,cost_type
2026-11-01,Claude Haiku 4.5,Default,key,message,≤ 200k,input_no_cache,0.05,0.06,token
2026-11-01,claude-haiku-4-5-20251001,Default,key,message,≤ 200k,output,0.02,0.02,token
2026-11-02,,Default,key,message,,,0.01,0.01,web_search
"""
D1, D2, D3 = date(2026, 11, 1), date(2026, 11, 2), date(2026, 11, 3)


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def openai(*cells: str, columns: str = "start_time_iso,amount_value,amount_currency,line_item") -> list[str]:
    return [f"{columns}\n", ",".join(cells) + "\n"]


def test_openais_export_is_charges_by_model_and_day():
    bill = read_bill(lines(OPENAI))
    assert bill.charges == (
        Charge(D1, "gpt-5-mini", Decimal("0.003835980000000000000000000001")),
        Charge(D1, "gpt-5-mini", Decimal("1.25")),
        Charge(D3, "web search tool calls", Decimal("0.0000002")),
    )


def test_a_day_without_costs_is_a_day_of_the_bill():
    assert read_bill(lines(OPENAI)).days == {D1, D2, D3}


def test_anthropics_export_is_charges_by_model_and_day_after_discounts():
    bill = read_bill(lines(ANTHROPIC))
    assert (bill.vendor, bill.charges) == (
        "anthropic",
        (
            Charge(D1, "claude-haiku-4-5", Decimal("0.05")),
            Charge(D1, "claude-haiku-4-5", Decimal("0.02")),
            Charge(D2, "web_search", Decimal("0.01")),
        ),
    )


def test_an_export_that_is_not_grouped_names_no_models():
    bill = read_bill(openai("2026-11-01T00:00:00", "5", "usd", ""))
    assert (bill.names_models, bill.charges[0].item) == (False, ALL_MODELS)


@pytest.mark.parametrize(
    ("begins", "day"),
    [
        ("2026-11-01T00:00:00", D1),
        ("2026-11-01T00:00:00Z", D1),
        ("2026-10-31T17:00:00-07:00", D1),
    ],
)
def test_a_day_is_one_of_utc_however_it_is_written(begins: str, day: date):
    assert read_bill(openai(begins, "5", "usd", "gpt-5")).days == {day}


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (("2026-11-01T00:00:00", "5", "eur", "gpt-5"), "only USD"),
        (("2026-11-01T00:00:00-07:00", "5", "usd", "gpt-5"), "one whole day of UTC"),
        (("yesterday", "5", "usd", "gpt-5"), "is no time"),
        (("", "5", "usd", "gpt-5"), "says of no day"),
        (("2026-11-01", "much", "usd", "gpt-5"), "is no amount"),
        (("2026-11-01", "NaN", "usd", "gpt-5"), "is no amount"),
        (("2026-11-01", "1e999999", "usd", "gpt-5"), "is no amount"),
        (("2026-11-01", "1e-999999", "usd", "gpt-5"), "is no amount"),
    ],
)
def test_what_can_not_be_compared_is_named_with_its_line(cells: tuple[str, ...], said: str):
    with pytest.raises(WrongUse, match=f"line 2 of the bill: .*{said}"):
        read_bill(openai(*cells))


def test_a_charge_for_more_than_a_day_is_no_line_of_a_day():
    week = openai(
        *("1793491200", "1794096000", "5", "usd"), columns="start_time,end_time,amount_value,amount_currency"
    )
    with pytest.raises(WrongUse, match="one whole day"):
        read_bill(week)


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "usage_date_utc,model_version,usage_output_tokens\n"])
def test_another_file_is_named_by_its_columns(text: str):
    with pytest.raises(WrongUse, match="no bill that can be read"):
        read_bill(lines(text))


def test_a_bill_without_lines_is_none():
    with pytest.raises(WrongUse, match="no lines"):
        read_bill(["usage_date_utc,cost_usd\n"])


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("gpt-5-mini-2025-08-07", "gpt-5-mini"),
        ("GPT-4.1", "gpt-4.1"),
        ("o3", "o3"),
        ("Claude Haiku 4.5", "claude-haiku-4-5"),
        ("claude-haiku-4-5-20251001", "claude-haiku-4-5"),
        ("claude-3-5-sonnet-20241022", "claude-sonnet-3-5"),
        ("Claude Sonnet 3.5", "claude-sonnet-3-5"),
        ("claude-3-5-sonnet-latest", "claude-sonnet-3-5"),
    ],
)
def test_a_model_has_one_spelling(name: str, key: str):
    assert model_key(name) == key


@given(st.text(max_size=200), st.sampled_from([OPENAI, ANTHROPIC]))
def test_whatever_is_in_a_file_it_is_read_or_wrong_use(text: str, export: str):
    for made in (text, export + text):
        try:
            bill = read_bill(lines(made))
        except WrongUse:
            continue
        assert {charge.day for charge in bill.charges} <= bill.days
