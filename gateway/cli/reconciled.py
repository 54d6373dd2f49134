"""A provider's bill beside what was recorded here: by model and UTC day, to the cent. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import Final

from gateway.cli.bill import ALL_MODELS, Bill

_EXACT: Final = 80
"""Digits: no sum of a bill has more."""
_CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What calls of one model cost on one day by our own account. `item` is spelled by `bill.model_key`."""

    day: date
    item: str
    usd: Decimal
    calls: int
    unpriced: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """`calls` are those recorded, `unpriced` those of them without a known price."""

    day: date
    item: str
    billed: Decimal
    recorded: Decimal
    calls: int
    unpriced: int

    @property
    def difference(self) -> Decimal:
        """What is billed beyond what is recorded, exactly."""
        return Context(prec=_EXACT).subtract(self.billed, self.recorded)

    @property
    def why(self) -> str:
        if not self.calls:
            return "no such calls here"
        if not self.billed:
            return "not on the bill"
        return f"{self.unpriced} calls without a price" if self.unpriced else ""


def compared(bill: Bill, recorded: Iterable[Recorded], days: Iterable[date]) -> list[Compared]:
    """By day and item, of these days. A bill that names no models is compared by day alone."""
    wanted, by_model = frozenset(days), bill.names_models
    billed: dict[tuple[date, str], Decimal] = {}
    ours: dict[tuple[date, str], Recorded] = {}
    with localcontext(prec=_EXACT):
        for charge in bill.charges:
            place = charge.day, charge.item
            billed[place] = billed.get(place, Decimal(0)) + charge.usd
        for one in recorded:
            place = one.day, one.item if by_model else ALL_MODELS
            had = ours.get(place, Recorded(*place, Decimal(0), 0))
            ours[place] = Recorded(
                *place, had.usd + one.usd, had.calls + one.calls, had.unpriced + one.unpriced
            )
    return list(_beside(billed, ours, wanted))


def total_of(found: Iterable[Compared]) -> tuple[Decimal, Decimal]:
    """(billed, recorded), exactly."""
    billed = recorded = Decimal(0)
    with localcontext(prec=_EXACT):
        for one in found:
            billed, recorded = billed + one.billed, recorded + one.recorded
    return billed, recorded


def cents(usd: Decimal) -> str:
    """Dollars to the cent."""
    with localcontext(prec=_EXACT):
        return f"{usd.quantize(_CENT, ROUND_HALF_EVEN) + 0:f}"


def exactly(usd: Decimal) -> str:
    """All digits, and no more zeros than to the cent."""
    with localcontext(prec=_EXACT):
        short = usd.normalize()
        exponent = short.as_tuple().exponent
        return f"{short if isinstance(exponent, int) and exponent < -2 else usd.quantize(_CENT):f}"


def _beside(
    billed: dict[tuple[date, str], Decimal], ours: dict[tuple[date, str], Recorded], wanted: frozenset[date]
) -> Iterator[Compared]:
    for place in sorted({*billed, *ours}):
        day, item = place
        if day in wanted:
            one = ours.get(place, Recorded(day, item, Decimal(0), 0))
            yield Compared(day, item, billed.get(place, Decimal(0)), one.usd, one.calls, one.unpriced)
