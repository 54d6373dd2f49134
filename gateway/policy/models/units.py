"""Quantities as people write them: spans of time, amounts of money, rates, shares, comparisons.

Money is integer nano-dollars, a share is an exact fraction of one, time is seconds. Errors raised here are
plain sentences: they are shown to people as they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import PlainValidator, WithJsonSchema

from gateway.policy.suggest import did_you_mean

NANOS_PER_USD: Final = 1_000_000_000
MOST_USD: Final = 9_000_000
MOST_COUNT: Final = 9_000_000_000_000_000
"""What a number of Lua still counts exactly."""

MOST_SPAN_S: Final = 100 * 366 * 86_400
LONGEST_CHARS: Final = 40

_NUMBER: Final = r"[0-9]+(\.[0-9]+)?"
SPAN_PATTERN: Final = rf"^{_NUMBER}(ms|s|m|h|d|w)$"
AMOUNT_PATTERN: Final = rf"^{_NUMBER} USD$"
RATE_PATTERN: Final = rf"^{_NUMBER}[kM]?/(second|minute|hour|day|week)$"
SPENDING_PATTERN: Final = rf"^{_NUMBER} USD/(hour|day|week|month)$"
PERCENT_PATTERN: Final = rf"^{_NUMBER}%$"
MARGIN_PATTERN: Final = rf"^{_NUMBER}(%|pp)$"
COMPARISON_PATTERN: Final = rf"^(>=|<=|>|<) ?{_NUMBER}(%| USD|ms|s|m|h|d)?$"

_SPAN: Final = re.compile(SPAN_PATTERN, re.ASCII)
_AMOUNT: Final = re.compile(rf"({_NUMBER}) ([A-Za-z]{{1,10}})(?:/([a-z]+))?", re.ASCII)
_RATE: Final = re.compile(rf"({_NUMBER})([a-zA-Z]?)/([A-Za-z]+)", re.ASCII)
_MARGIN: Final = re.compile(rf"({_NUMBER})(%|pp)", re.ASCII)
_COMPARISON: Final = re.compile(rf"(>=|<=|>|<) ?({_NUMBER})(%| USD|ms|s|m|h|d)?", re.ASCII)

_SECONDS: Final[Mapping[str, Decimal]] = {
    "ms": Decimal("0.001"),
    "s": Decimal(1),
    "m": Decimal(60),
    "h": Decimal(3600),
    "d": Decimal(86_400),
    "w": Decimal(604_800),
}
_WINDOWS_S: Final[Mapping[str, int]] = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86_400,
    "week": 604_800,
}
_TIMES: Final[Mapping[str, int]] = {"": 1, "k": 1000, "M": 1_000_000}

Period = Literal["hour", "day", "week", "month"]
Operator = Literal[">=", "<=", ">", "<"]
_OPERATORS: Final[tuple[Operator, ...]] = (">=", "<=", ">", "<")
_PERIODS: Final[tuple[Period, ...]] = ("hour", "day", "week", "month")


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` in any `window_s` seconds."""

    count: int
    window_s: int


@dataclass(frozen=True, slots=True)
class Spending:
    """At most `nanos` (nano-dollars) in each `period`."""

    nanos: int
    period: Period


@dataclass(frozen=True, slots=True)
class Margin:
    """How much worse is too much: `points` of a share (0.02 is 2pp), or `relative` to what it is compared with."""

    kind: Literal["points", "relative"]
    value: Decimal


@dataclass(frozen=True, slots=True)
class Comparison:
    """`value` is a fraction (share), USD (usd), seconds (time) or a plain number, as `unit` says."""

    operator: Operator
    value: Decimal
    unit: Literal["share", "usd", "time", "number"]


def span_s(text: object) -> float:
    """`500ms`, `5s`, `2m`, `1.5h`, `30d` or `1w` as seconds, above zero and at most a hundred years."""
    found = _SPAN.fullmatch(text) if isinstance(text, str) and len(text) <= LONGEST_CHARS else None
    if found is None:
        raise ValueError("expected a time such as 10m, 12h, 30d or 2w")
    unit = found[2]
    value_s = Decimal(found[0].removesuffix(unit)) * _SECONDS[unit]
    if not 0 < value_s <= MOST_SPAN_S:
        raise ValueError("expected a time above zero and of at most 100 years")
    return float(value_s)


def nanos(text: object) -> int:
    """`500 USD` as nano-dollars."""
    found = _matched(_AMOUNT, text)
    if found is None or found[4] is not None:
        raise ValueError("expected an amount such as 500 USD or 0.25 USD")
    return _nanos(found[1], found[3])


def spending(text: object) -> Spending:
    """`20 USD/day`."""
    found = _matched(_AMOUNT, text)
    if found is None or found[4] is None:
        raise ValueError("expected an amount and a period, such as 20 USD/day")
    period = next((each for each in _PERIODS if each == found[4]), None)
    if period is None:
        raise ValueError(f"expected hour, day, week or month after the /{_meant(found[4], _PERIODS)}")
    return Spending(_nanos(found[1], found[3]), period)


def _nanos(number: str, currency: str) -> int:
    if currency != "USD":
        raise ValueError("expected an amount in USD: prices of providers are in USD, and no rate is guessed")
    usd = Decimal(number)
    if usd > MOST_USD:
        raise ValueError("expected at most 9,000,000 USD: more can't be counted exactly")
    exact = usd * NANOS_PER_USD
    if exact != int(exact):
        raise ValueError("expected at most 9 decimal places: a nano-dollar is the smallest amount")
    return int(exact)


def rate(text: object) -> Rate:
    """`60/minute`, `100k/minute` or `1.5M/day`."""
    found = _matched(_RATE, text)
    if found is None:
        raise ValueError("expected a rate such as 60/minute or 100k/hour")
    number, times, window = found[1], found[3], found[4]
    if times not in _TIMES:
        raise ValueError("expected k (a thousand) or M (a million) after the number, or nothing")
    if window not in _WINDOWS_S:
        raise ValueError(
            f"expected second, minute, hour, day or week after the /{_meant(window, _WINDOWS_S)}"
        )
    count = Decimal(number) * _TIMES[times]
    if count != int(count) or not 1 <= count <= MOST_COUNT:
        raise ValueError("expected a whole number of at least 1 before the /")
    return Rate(int(count), _WINDOWS_S[window])


def fraction(text: object) -> Decimal:
    """`10%` as 0.1, above zero and at most one."""
    found = margin(text) if isinstance(text, str) and text.endswith("%") else None
    if found is None:
        raise ValueError("expected a share such as 10%")
    if not 0 < found.value <= 1:
        raise ValueError("expected a share above 0% and of at most 100%")
    return found.value


def margin(text: object) -> Margin:
    """`2pp` or `10%`."""
    found = _matched(_MARGIN, text)
    if found is None:
        raise ValueError("expected percentage points such as 2pp, or a relative change such as 10%")
    value = Decimal(found[1]) / 100
    if value == 0:
        raise ValueError("expected more than 0")
    return Margin("points" if found[3] == "pp" else "relative", value)


def comparison(text: object) -> Comparison:
    """`>= 70%`, `<= 0.01 USD`, `< 2s` or `> 4.2`."""
    found = _matched(_COMPARISON, text)
    if found is None:
        raise ValueError('expected a comparison such as ">= 70%", "<= 0.01 USD", "< 2s" or "> 4.2"')
    operator = next(each for each in _OPERATORS if each == found[1])
    number, unit = Decimal(found[2]), (found[4] or "").strip()
    if unit == "%":
        return Comparison(operator, number / 100, "share")
    if unit == "USD":
        return Comparison(operator, number, "usd")
    if unit:
        return Comparison(operator, number * _SECONDS[unit], "time")
    return Comparison(operator, number, "number")


def _meant(word: str, known: Iterable[str]) -> str:
    """` (did you mean …?)`: what was found stands behind it."""
    hint = did_you_mean(word, known).removeprefix("; ")
    return f" ({hint})" if hint else ""


def _matched(pattern: re.Pattern[str], text: object) -> re.Match[str] | None:
    return pattern.fullmatch(text) if isinstance(text, str) and len(text) <= LONGEST_CHARS else None


def _schema(pattern: str, *examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": list(examples)})


Span = Annotated[float, PlainValidator(span_s), _schema(SPAN_PATTERN, "10m", "30d", "2w")]
Nanos = Annotated[int, PlainValidator(nanos), _schema(AMOUNT_PATTERN, "500 USD", "0.25 USD")]
RateText = Annotated[Rate, PlainValidator(rate), _schema(RATE_PATTERN, "60/minute", "100k/minute")]
SpendingText = Annotated[Spending, PlainValidator(spending), _schema(SPENDING_PATTERN, "20 USD/day")]
Share = Annotated[Decimal, PlainValidator(fraction), _schema(PERCENT_PATTERN, "10%", "0.5%")]
MarginText = Annotated[Margin, PlainValidator(margin), _schema(MARGIN_PATTERN, "2pp", "10%")]
ComparisonText = Annotated[
    Comparison,
    PlainValidator(comparison),
    _schema(COMPARISON_PATTERN, ">= 70%", "<= 0.01 USD"),
]
