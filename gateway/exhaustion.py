"""What a caller is told where a limit or a budget has no room for the call, or it is frozen. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import formatdate
from math import ceil
from typing import Final

from gateway.dialects.answer_headers import duration_of
from gateway.errors import Kind, Problem
from gateway.ledger.demand import Demand, Refusal
from gateway.policy.entries import Kind as Counted
from gateway.policy.periods import FOREVER_MS
from gateway.usage import dollars

_SOON_S: Final = 1.0
"""When to come back for what comes free whenever a call ends."""
_SPANS: Final[Mapping[int, str]] = {1: "a second", 60: "a minute", 3600: "an hour", 86_400: "a day"}
_WORDS: Final[Mapping[Counted, str]] = {
    "requests": "requests",
    "tokens": "tokens",
    "concurrent": "calls at once",
}


def problem_of(refusal: Refusal, now_ms: int) -> Problem:
    """`now_ms`: milliseconds since 1970."""
    demand = refusal.demand
    if refusal.unavailable:
        message = f"'{demand.name}' can't be counted right now, so this call is refused"
        return Problem(Kind.UNAVAILABLE, message, code="ledger_unavailable", retry_after_s=_SOON_S)
    if refusal.never:
        message = (
            f"this call may need {amount_text(demand, demand.amount)}, and '{demand.name}' never has more than "
            f"{amount_text(demand, demand.most)}: send less, or a lower cap on the output"
        )
        return Problem(Kind.INVALID_REQUEST, message, code="exceeds_limit", should_retry=False)
    return _budget(refusal, now_ms) if demand.kind == "budget" else _limit(refusal, now_ms)


def frozen_problem() -> Problem:
    """Of calls that an administrator has stopped: why, is not the caller's business."""
    message = "calls like this are stopped for now: an administrator has frozen them"
    return Problem(Kind.FORBIDDEN, message, code="frozen", should_retry=False)


def _budget(refusal: Refusal, now_ms: int) -> Problem:
    demand = refusal.demand
    message = (
        f"the budget '{demand.name}' has {amount_text(demand, refusal.left)} left of {amount_text(demand, demand.most)}, "
        f"and this call may cost {amount_text(demand, demand.amount)}"
    )
    if demand.until_ms != FOREVER_MS:
        message += f"; it begins anew in {duration_of(ceil((demand.until_ms - now_ms) / 1000))}"
    return Problem(Kind.RATE_LIMITED, message, code="budget_exceeded", should_retry=False)


def _limit(refusal: Refusal, now_ms: int) -> Problem:
    demand = refusal.demand
    after_s = refusal.after_ms / 1000 or _SOON_S
    room = "as soon as another ends" if demand.kind == "concurrent" else f"in {duration_of(ceil(after_s))}"
    message = (
        f"the limit '{demand.name}' of {amount_text(demand, demand.most)}{span_text(demand)} is reached: {refusal.left} left, "
        f"room {room}"
    )
    return Problem(
        Kind.RATE_LIMITED,
        message,
        code="rate_limit_exceeded",
        retry_after_s=after_s,
        limits=_headers(refusal, after_s, now_ms),
    )


def _headers(refusal: Refusal, after_s: float, now_ms: int) -> tuple[tuple[str, str], ...]:
    demand = refusal.demand
    if demand.kind not in ("requests", "tokens"):
        return ()
    return (
        ("date", formatdate(now_ms / 1000, usegmt=True)),
        (f"x-ratelimit-limit-{demand.kind}", str(demand.most)),
        (f"x-ratelimit-remaining-{demand.kind}", str(refusal.left)),
        (f"x-ratelimit-reset-{demand.kind}", duration_of(after_s)),
    )


def amount_text(demand: Demand, amount: int) -> str:
    """So much of what a demand counts: `5 USD`, `60 requests`."""
    if demand.kind == "budget":
        return f"{dollars(amount).rstrip('0').rstrip('.')} USD"
    return f"{amount} {_WORDS[demand.kind]}"


def span_text(demand: Demand) -> str:
    """In which time, behind an amount; nothing where there is none."""
    if demand.kind in ("concurrent", "budget"):
        return ""
    seconds = demand.span_ms // 1000
    return f" {_SPANS[seconds]}" if seconds in _SPANS else f" in {seconds} s"
