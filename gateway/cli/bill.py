"""A provider's bill: the cost exports of OpenAI and Anthropic, read into exact charges by model and UTC day. Pure.

Their columns are those of docs/usage.md; others are not looked at.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final, Literal

from gateway.cli.wrong_use import WrongUse

ALL_MODELS: Final = "(all models)"
"""What a bill is for that names none."""

_LARGEST: Final = Decimal(10) ** 9
_SMALLEST_EXPONENT: Final = -40
_DAY_S: Final = 86_400
_VERSION: Final = re.compile(r"[-@](\d{8}|\d{4}-\d{2}-\d{2}|latest)\Z")
_OLD_CLAUDE: Final = re.compile(r"claude-(\d+(?:-\d+)?)-([a-z]+)(.*)\Z")

Vendor = Literal["openai", "anthropic"]


@dataclass(frozen=True, slots=True)
class Charge:
    """`item` is what is charged for: a model in one spelling (`model_key`), or the bill's word for a tool."""

    day: date
    item: str
    usd: Decimal


@dataclass(frozen=True, slots=True)
class Bill:
    """`days` are those that it is about, those without a charge too."""

    vendor: Vendor
    charges: tuple[Charge, ...]
    days: frozenset[date]

    @property
    def names_models(self) -> bool:
        return any(charge.item != ALL_MODELS for charge in self.charges)


def read_bill(lines: Iterable[str]) -> Bill:
    """Of the lines of a CSV file. WrongUse: it is none of the exports, or says what can't be."""
    reader = csv.DictReader(lines, strict=True)
    try:
        columns = set(reader.fieldnames or ())
        vendor = _vendor(columns)
        read = _openai if vendor == "openai" else _anthropic
        charges: list[Charge] = []
        days: set[date] = set()
        for row in reader:
            try:
                day, charge = read(row)
            except ValueError as error:
                raise WrongUse(f"line {reader.line_num} of the bill: {error}") from None
            days.add(day)
            if charge is not None:
                charges.append(charge)
    except csv.Error as error:
        raise WrongUse(f"line {reader.line_num} of the bill: {error}") from None
    if not days:
        raise WrongUse("the bill has no lines")
    return Bill(vendor, tuple(charges), frozenset(days))


def model_key(name: str) -> str:
    """One spelling of a model: bills say `gpt-5-mini-2025-08-07` and `Claude Haiku 4.5`, policies `gpt-5-mini` and
    `claude-haiku-4-5`. Versions of the same model become one."""
    key = name.strip().lower()
    if key.startswith("claude"):
        key = re.sub(r"[ .]+", "-", key)
    key = _VERSION.sub("", key)
    old = _OLD_CLAUDE.match(key)
    return key if old is None else f"claude-{old[2]}-{old[1]}{old[3]}"


def _vendor(columns: set[str]) -> Vendor:
    if {"amount_value", "amount_currency"} <= columns and columns & {"start_time", "start_time_iso"}:
        return "openai"
    if {"usage_date_utc", "cost_usd"} <= columns:
        return "anthropic"
    known = "an export of costs has start_time, amount_value, amount_currency (OpenAI) or usage_date_utc, cost_usd"
    found = ", ".join(sorted(column[:40] for column in columns if column)[:20])
    raise WrongUse(f"this is no bill that can be read: {known} (Anthropic); it has {found or 'nothing'}")


def _openai(row: Mapping[str, str | None]) -> tuple[date, Charge | None]:
    day = _openai_day(row)
    amount, currency = _text(row, "amount_value"), _text(row, "amount_currency")
    if not amount:
        return day, None  # a day without costs
    if currency.lower() != "usd":
        raise ValueError(f"the amount is in '{currency[:10]}': only USD can be compared")
    # "gpt-5-mini-2025-08-07, input": the model, then what of it.
    item = _text(row, "line_item").partition(",")[0]
    return day, Charge(day, model_key(item) if item else ALL_MODELS, _amount(amount))


def _openai_day(row: Mapping[str, str | None]) -> date:
    begins, ends = (_openai_time(row, name) for name in ("start_time", "end_time"))
    if begins is None:
        raise ValueError("it says of no day")
    if begins.timestamp() % _DAY_S or (ends is not None and ends - begins != timedelta(days=1)):
        raise ValueError("it is not about one whole day of UTC")
    return begins.date()


def _openai_time(row: Mapping[str, str | None], name: str) -> datetime | None:
    seconds, text = _text(row, name), _text(row, f"{name}_iso")
    try:
        if seconds:
            return datetime.fromtimestamp(int(seconds), UTC)
        if not text:
            return None
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"{name} '{(seconds or text)[:40]}' is no time") from None


def _anthropic(row: Mapping[str, str | None]) -> tuple[date, Charge | None]:
    said, amount = _text(row, "usage_date_utc"), _text(row, "cost_usd")
    try:
        day = date.fromisoformat(said)
    except ValueError:
        raise ValueError(f"usage_date_utc '{said[:40]}' is no day") from None
    if not amount:
        return day, None
    # Web searches and the like may be charged without a model.
    named = _text(row, "model") or _text(row, "cost_type") or _text(row, "token_type")
    return day, Charge(day, model_key(named) if named else ALL_MODELS, _amount(amount))


def _text(row: Mapping[str, str | None], name: str) -> str:
    return (row.get(name) or "").strip()


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"'{text[:40]}' is no amount") from None
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, str) or abs(amount) > _LARGEST or exponent < _SMALLEST_EXPONENT:
        raise ValueError(f"'{text[:40]}' is no amount")
    return amount
