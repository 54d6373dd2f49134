"""What a call used, and money.

Money is an integer number of nano-dollars (1 USD = 1_000_000_000). A rate is an integer number of
nano-dollars per *million* tokens, so that every published price (0.0375 USD per million) is exact.
"""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

NANO_USD = 1_000_000_000
MAX_NANO_USD = 9_000_000 * NANO_USD


class Usage(Struct, frozen=True, omit_defaults=True):
    """Tokens of one call, the same meaning whatever the dialect.

    `input_tokens` includes cache reads, cache writes and audio; `cache_write_tokens` includes the
    one-hour ones; `output_tokens` includes reasoning and audio. `estimated` is True where any figure
    is ours and not the provider's.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cache_write_1h_tokens: int = 0
    reasoning_tokens: int = 0
    audio_input_tokens: int = 0
    audio_output_tokens: int = 0
    images: int = 0
    tier: str | None = None
    batch: bool = False
    estimated: bool = False


def usd(nano: int) -> Decimal:
    """Nano-dollars as exact dollars."""
    return Decimal(nano).scaleb(-9)


def dollars(nano: int) -> str:
    """Nano-dollars as exact dollars with nine decimals; cheap, for the request path."""
    if 0 <= nano < NANO_USD:
        return "0.%09d" % nano  # noqa: UP031 (a third cheaper than any other way)
    if nano < 0:
        return "-" + dollars(-nano)
    return f"{nano // NANO_USD}.{nano % NANO_USD:09d}"


def nano_of(text: str) -> int:
    """Decimal dollars as nano-dollars; quick for what `dollars` writes."""
    if text.find(".") == len(text) - 10 and text[-1].isdecimal():
        return int(text.replace(".", ""))
    return int(Decimal(text).scaleb(9))


def nano_usd(dollars: Decimal) -> int:
    """Dollars as nano-dollars, rounded up; an amount beyond 9,000,000 USD is an error."""
    nano = int((dollars * NANO_USD).to_integral_value(rounding="ROUND_CEILING"))
    if abs(nano) > MAX_NANO_USD:
        raise ValueError("an amount may not exceed 9,000,000 USD")
    return nano
