"""Usage as people read it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from gateway.admin.usage import figures
from gateway.admin.usage_bodies import Recomputed, Repriced, UsageLine, UsageReport
from gateway.cli.reconciled import Compared
from gateway.cli.usage_tables import compared_table, recomputed_table, usage_csv, usage_table
from gateway.stores.usages import Sums

NANO = 10**9
REPORT = UsageReport(
    lines=[
        UsageLine(of={"team": None}, figures=figures(Sums(calls=1, cost=NANO, corrected=NANO))),
        UsageLine(of={"team": "\x1b[2J"}, figures=figures(Sums(calls=2, cost=3 * NANO, corrected=3 * NANO))),
    ],
    total=figures(Sums(calls=3, used=3, unpriced=1, cost=4 * NANO, corrected=4 * NANO)),
)


def shown(capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    return [line.split() for line in capsys.readouterr().out.splitlines()]


def test_the_dearest_is_first_and_all_is_last(capsys: pytest.CaptureFixture[str]):
    usage_table(REPORT, ["team"])
    rows = shown(capsys)
    assert [row[:2] for row in rows[1:]] == [["\\x1b[2J", "2"], ["-", "1"], ["all", "3"]]
    assert rows[-1][-1] == "33.3%"


def test_a_name_that_is_not_there_is_an_empty_cell(capsys: pytest.CaptureFixture[str]):
    usage_csv(REPORT, ["team"])
    assert capsys.readouterr().out.splitlines()[1].startswith(",1,0,")


def test_new_prices_are_named_beside_the_old(capsys: pytest.CaptureFixture[str]):
    line = Repriced(
        provider="openai",
        target="openai/gpt-5",
        price_version="old",
        new_price_version=None,
        calls=1,
        changed=0,
        cost_usd="1.000000000",
        new_cost_usd="1.000000000",
    )
    sums = {"cost_usd": "1.000000000", "new_cost_usd": "1.000000000"}
    recomputed_table(Recomputed(recomputation=None, lines=[line], calls=1, changed=0, unpriced=1, **sums))
    assert shown(capsys)[1][:5] == ["openai/gpt-5", "old", "no", "price", "known"]


def test_a_difference_is_to_the_cent(capsys: pytest.CaptureFixture[str]):
    one = Compared(date(2026, 11, 1), "gpt-5", Decimal("1.239"), Decimal("1.111"), 4, 0)
    compared_table([one])
    assert shown(capsys)[1] == ["2026-11-01", "gpt-5", "1.24", "1.11", "0.13", "4"]
