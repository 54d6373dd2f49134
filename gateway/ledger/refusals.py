"""Which of what a call was short of is told. Pure."""

from __future__ import annotations

from gateway.ledger.demand import Refusal, Short
from gateway.ledger.operations import Refused
from gateway.ledger.protocol import Choices


def refusal(choices: Choices, refused: Refused) -> Refusal:
    """What will be short for longest: whoever comes back when that has room is not refused for the others."""
    demands = choices[refused.choice]
    worst = max((short for short in refused.short if demands[short.place].exceeded != "warn"), key=_lasts)
    return Refusal(demands[worst.place], worst.left, worst.after_ms)


def _lasts(short: Short) -> tuple[bool, int]:
    return short.after_ms < 0, short.after_ms
