"""The most a call can cost and use, before it is sent. Pure."""

from __future__ import annotations

import re
from typing import Final

from gateway.call import Candidate, Grant, Plan
from gateway.dialects.interface import Asked
from gateway.dialects.openai_servers import server_at
from gateway.dialects.output_caps import bounding, is_surely_read, lower, reading, translated
from gateway.dialects.references import may_name
from gateway.ledger.bound import bound_nano_usd
from gateway.ledger.demands import Bound
from gateway.rendering import most_bytes

_OUTSIDE: Final = re.compile(
    rb'"(?:(?:input_)?(?:image|file|audio|video)|(?:image|audio|video)_url|document|(?i:(?:file|inline)_?data))"'
)
"""Parts whose tokens are not their bytes: counted once the budgets need it (issue: limits and budgets)."""
_PROMPT_OF_TOOLS: Final = 1024
"""Tokens that a provider bills for explaining to its model that there are tools: Anthropic tells of up to 530."""


_ORDINARY_OUTPUT: Final = 4096
"""Tokens of an answer that nothing caps, where an estimate will do."""


def bound_of(plan: Plan, asked: Asked, grant: Grant, *, billed_later: bool = False) -> Bound:
    """What is paid for later has no bound, whatever it costs. Where there is none, an estimate: the bytes that are
    sent, and an ordinary answer."""
    most_input = _most_input(plan, asked, grant, priced=False)
    cap = _most_output(plan, asked, grant.max_output_tokens)
    output = (_ORDINARY_OUTPUT if cap is None else cap) * max(asked.choices, 1)
    rates = [candidate.rates for candidate in plan.candidates if candidate.rates is not None]
    dearest_input = max((rate.dearest_input for rate in rates), default=0)
    dearest_output = max((rate.dearest_output for rate in rates), default=0)
    return Bound(
        nano_usd=None if billed_later else most_nano_usd(plan, asked, grant),
        tokens=most_input + output,
        estimate_nano_usd=-(-(most_input * dearest_input + output * dearest_output) // 1_000_000),
        priced=billed_later or len(rates) == len(plan.candidates),
    )


def most_nano_usd(plan: Plan, asked: Asked, grant: Grant) -> int | None:
    """An upper bound of what the call can cost, in nano-dollars; None where nothing bounds it.

    What a provider runs, keeps, fetches or serves at another tier is not in the bytes of the body.
    """
    unseen = asked.hosted_tools or asked.mcp_servers or asked.privileges or asked.held
    if asked.unbounded or unseen or (not asked.plain and may_name(asked.raw, _OUTSIDE)):
        return None
    return bound_nano_usd(
        [candidate.rates for candidate in plan.candidates],
        body_bytes=_most_input(plan, asked, grant),
        max_output_tokens=_most_output(plan, asked, grant.max_output_tokens),
        choices=asked.choices,
    )


def _most_input(plan: Plan, asked: Asked, grant: Grant, *, priced: bool = True) -> int:
    """Bytes of the largest body that a candidate is sent; `priced`: only of those whose input costs something."""
    largest = 0
    for candidate in plan.candidates:
        if not priced or (candidate.rates is not None and candidate.rates.dearest_input):
            largest = max(largest, most_bytes(candidate, asked, grant))
    return largest + _PROMPT_OF_TOOLS if asked.functions else largest


def _most_output(plan: Plan, asked: Asked, cap: int | None) -> int | None:
    """The highest cap that any priced candidate is sent. None: one is sent none that it surely reads."""
    highest = 0
    for candidate in plan.candidates:
        if candidate.rates is not None and not candidate.rates.dearest_output:
            continue
        sent = _sent_cap(candidate, asked, cap)
        if sent is None:
            return None
        if sent > highest:
            highest = sent
    return highest


def _sent_cap(candidate: Candidate, asked: Asked, cap: int | None) -> int | None:
    sent, speech = asked.max_output_tokens, candidate.speech
    if speech.translation is not None:
        return translated(speech.dialect.api, sent, cap)
    if sent is not None and not is_surely_read(asked.fields, sent):
        provider = candidate.target.provider
        how = reading(speech.dialect.api, server_at(provider.dialect, provider.base_url or "").cap_field)
        if how is not None:
            sent = bounding(asked.fields, how)
    return sent if cap is None else lower(sent, cap)
