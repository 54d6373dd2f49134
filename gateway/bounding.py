"""The most a call can cost and use, before it is sent. Pure."""

from __future__ import annotations

import re
from typing import Final

from gateway.call import Candidate, Grant, Plan
from gateway.dialects.body import text
from gateway.dialects.interface import Asked, BadBody
from gateway.dialects.openai_servers import server_at
from gateway.dialects.output_caps import bounding, is_surely_read, lower, reading, translated
from gateway.dialects.references import may_name
from gateway.ledger.demands import Bound
from gateway.policy.globs import NameSet
from gateway.policy.snapshot import Target
from gateway.rendering import most_bytes
from gateway.upstream.rates import Rates, most

_OUTSIDE: Final = re.compile(
    rb'"(?:(?:input_)?(?:image|file|audio|video)|(?:image|audio|video)_url|document|(?i:(?:file|inline)_?data))"'
)
"""Parts whose tokens are not their bytes."""
_PROMPT_OF_TOOLS: Final = 1024
"""Tokens that a provider bills for explaining to its model that there are tools: Anthropic tells of up to 530."""
_ORDINARY_OUTPUT: Final = 4096
"""Tokens of an answer that nothing caps, where an estimate will do."""
_MEDIA: Final = frozenset({"draw", "hear", "speak"})
_TIER_FIELDS: Final = ("service_tier", "serviceTier", "speed")
_STANDARD_TIERS: Final = frozenset({"auto", "default", "standard", "standard_only", "unspecified"})


def bound_of(plan: Plan, asked: Asked, grant: Grant, *, billed_later: bool = False) -> Bound:
    """Of the candidate at which it is highest: an upper bound of what one attempt costs. Tokens are what is sent, and
    where no answer is capped an ordinary one; so is the estimate. What is paid for later has no bound.
    """
    beside = not asked.plain and _is_more_than_its_words(asked)
    tokens = nano_usd = estimate_nano_usd = 0
    bounded, priced = not billed_later, True
    for candidate in plan.candidates:
        rates, window = candidate.rates, _window(candidate)
        sent = most_bytes(candidate, asked, grant)
        if asked.functions:
            sent += _PROMPT_OF_TOOLS
        if window is not None and sent > window:
            sent = window
        cap = _cap(candidate, asked, grant.max_output_tokens)
        output = (_ORDINARY_OUTPUT if cap is None else cap) * asked.choices
        if sent + output > tokens:
            tokens = sent + output
        if rates is None:
            priced = False
            continue
        if rates.free:
            continue
        here: int | None = _nano_usd(candidate, asked, rates, sent, output)
        if here is not None and here > estimate_nano_usd:
            estimate_nano_usd = here
        if beside or asked.privileges or (cap is None and rates.dearest_output):
            read = window if beside else sent
            written = cap if cap is not None else window
            here = _beside(candidate, asked, rates, read, written)
        if here is None:
            bounded = False
        elif here > nano_usd:
            nano_usd = here
    return Bound(nano_usd if bounded and priced else None, tokens, estimate_nano_usd, priced or billed_later)


def _nano_usd(candidate: Candidate, asked: Asked, rates: Rates, read: int, written: int) -> int:
    images = asked.choices if rates.image and candidate.speech.dialect.operation == "draw" else 0
    return most(rates, read, written) + images * rates.image


def _beside(
    candidate: Candidate, asked: Asked, rates: Rates, read: int | None, written: int | None
) -> int | None:
    """Where more may be read and written than the request says: `read` tokens, and `written` in each answer; None: as
    many as it likes. None: nothing bounds what it costs."""
    if (read is None and rates.dearest_input) or (written is None and rates.dearest_output):
        return None
    tools = _tools(candidate.target, asked)
    tiers = [rates] if "service_tier" not in asked.privileges else _tiers(rates, asked)
    if tools is None or not tiers:
        return None
    output = (written or 0) * asked.choices
    return tools + max([_nano_usd(candidate, asked, tier, read or 0, output) for tier in tiers])


def _is_more_than_its_words(asked: Asked) -> bool:
    """What a provider keeps, fetches, runs or sees is not in the bytes of the body."""
    if asked.hosted_tools or asked.mcp_servers or asked.held or asked.form is not None:
        return True
    return may_name(asked.raw, _OUTSIDE)


def _window(candidate: Candidate) -> int | None:
    """Tokens that one call reads at most. Texts to embed or to complete come several in one call, each with a window of
    its own; of images and sound the list says nothing that bounds them."""
    target, rates, operation = candidate.target, candidate.rates, candidate.speech.dialect.operation
    if operation == "generate":
        return target.context_window or (None if rates is None else rates.context_window)
    return target.context_window if operation in _MEDIA else None


def _cap(candidate: Candidate, asked: Asked, granted: int | None) -> int | None:
    """Tokens of the longest answer. None: nothing surely caps it."""
    longest = candidate.target.max_output
    cap = None if asked.unbounded else _sent_cap(candidate, asked, granted)
    return lower(cap, longest) if longest is not None else cap


def _sent_cap(candidate: Candidate, asked: Asked, granted: int | None) -> int | None:
    sent, speech = asked.max_output_tokens, candidate.speech
    if speech.translation is not None:
        return translated(speech.dialect.api, sent, granted)
    if sent is not None and not is_surely_read(asked.fields, sent):
        provider = candidate.target.provider
        how = reading(speech.dialect.api, server_at(provider.dialect, provider.base_url or "").cap_field)
        if how is not None:
            sent = bounding(asked.fields, how)
    return sent if granted is None else lower(sent, granted)


def _tools(target: Target, asked: Asked) -> int | None:
    """Nano-dollars that all tools which the provider runs add at most. None: of one of them nothing is said."""
    total = 0
    for kind in {*asked.hosted_tools, *(("mcp",) if asked.mcp_servers else ())}:
        declared = [nano_usd for glob, nano_usd in target.hosted_tools if kind in NameSet.of((glob,))]
        if not declared:
            return None
        total += max(declared)
    return total


def _tiers(rates: Rates, asked: Asked) -> list[Rates]:
    """The standard rates and those of each tier that is asked for, for the provider may serve it at either. Empty: one of
    them has none."""
    found = [rates]
    try:
        said = [text(asked.fields, name) for name in _TIER_FIELDS if name in asked.fields]
    except BadBody:
        return []
    for name in said:
        tier = (name or "auto").casefold().removeprefix("service_tier_")
        if tier in _STANDARD_TIERS:
            continue
        if tier not in rates.tiers:
            return []
        found.append(rates.tiers[tier])
    return found if len(found) > 1 else []
