"""What a target costs, as a policy declares it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final


@dataclass(frozen=True, slots=True)
class Price:
    """USD per million tokens, and per image; exact. None means: as `input`, as `cache_write`, as `output`, nothing for an
    image (gateway.upstream.rates). `tiers` holds the prices of service tiers by their names."""

    input: Decimal
    output: Decimal
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None
    cache_write_1h: Decimal | None = None
    audio_input: Decimal | None = None
    audio_output: Decimal | None = None
    image: Decimal | None = None
    tiers: tuple[tuple[str, Price], ...] = ()


FREE: Final = Price(Decimal(0), Decimal(0), Decimal(0), Decimal(0))
