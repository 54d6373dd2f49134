"""What did it use and cost? The provider's own figures; where there are none, ours, and marked so."""

from __future__ import annotations

from typing import Final

from msgspec import structs

from gateway.call import Call, Measured, Served
from gateway.dialects.interface import StreamReader
from gateway.holding import reserved
from gateway.runtime import Runtime, Tokens
from gateway.upstream.rates import WITH_HELD, cost
from gateway.usage import Usage

_BYTES_PER_TOKEN: Final = 4
"""Of what was generated: its bytes are counted as they pass, and nothing is kept of them. A rule of
thumb for English; estimates are flagged."""

_BILLED_UNSEEN: Final = frozenset({"client_gone", "timeout", "shutdown"})
"""Endings of calls that a provider may have worked on although no answer was seen."""


def leave(call: Call, runtime: Runtime) -> None:
    """Write `call.measured`. A call that was never sent has used nothing."""
    lost = call.lost_nano_usd
    if call.served is not None:
        candidate, usage = call.served.candidate, decide(call, call.served, runtime.tokens)
        unheard = _held(call) if usage.estimated and _in_background(call) else None
    elif call.sent_to is not None and call.dialect.billed and _may_be_billed(call):
        candidate, usage = call.sent_to, _estimate(call, runtime.tokens, output_tokens=0)
        unheard = _unheard(call)
    elif lost:
        call.measured = Measured(usage=None, cost_nano_usd=lost, price_version=None)
        return
    else:
        return
    rates = candidate.rates
    if rates is None:
        call.measured = Measured(usage, lost or None, None)
        return
    if call.served is not None and not rates.free and _ran_tools(call):
        call.note("meter", "tool_fees", "flag", "fees of tools that the provider runs are not in the cost")
    version = rates.version + WITH_HELD if lost or unheard is not None else rates.version
    call.measured = Measured(usage, lost + (cost(rates, usage) if unheard is None else unheard), version)


def _unheard(call: Call) -> int | None:
    """What is charged for work of which nothing was heard, in nano-dollars: a whole answer is most often finished whoever
    listens, a stream is not. None: its input."""
    if call.lost_nano_usd and call.hold is None:
        return 0  # it is among what is lost
    assert call.asked is not None
    return None if call.asked.stream and not _in_background(call) else _held(call)


def _ran_tools(call: Call) -> bool:
    return call.asked is not None and bool(call.asked.hosted_tools or call.asked.mcp_servers)


def _in_background(call: Call) -> bool:
    return call.asked is not None and "background" in call.asked.privileges


def _held(call: Call) -> int | None:
    """By budgets, in nano-dollars. None: nothing."""
    if call.hold is None or call.bound is None:
        return None
    return reserved(call.hold, call.bound).nano_usd or None


def _may_be_billed(call: Call) -> bool:
    """Or its key was revoked while a provider worked on it, or nothing more was heard of the last attempt."""
    broken_off = bool(call.attempts) and call.attempts[-1].result == "cancelled"
    unheard = call.lost_nano_usd > 0 and call.hold is None
    return unheard or call.ending in _BILLED_UNSEEN or (call.ending == "refused" and broken_off)


def decide(call: Call, served: Served, tokens: Tokens) -> Usage:
    """Usage of a served call, whole or cut short. Keeping is not generating: an answer that is read again
    was counted when it was given."""
    if call.dialect.operation == "keep":
        return Usage()
    if served.reader is not None:
        return _of_a_stream(call, served.reader, tokens)
    answer = served.answer or served.candidate.speech.dialect.read_answer(served.heard)
    produced = _of_bytes(answer.output_bytes)
    if answer.usage is None:
        return _estimate(call, tokens, output_tokens=produced)
    return _believed(call, answer.usage, tokens, produced)


def _of_a_stream(call: Call, reader: StreamReader, tokens: Tokens) -> Usage:
    """Input as reported or estimated. Output of a whole one as its reader tells, who saw the end; of one
    cut short as produced so far, at least one token an event. All else as reported."""
    reported = reader.usage
    produced = max(_of_bytes(reader.output_bytes), reader.output_events)
    if reported is None:
        return _estimate(call, tokens, output_tokens=produced)
    if not reader.complete:
        output = max(produced, reported.output_tokens)
        reported = structs.replace(reported, output_tokens=output, estimated=True)
    return _believed(call, reported, tokens, produced)


def _believed(call: Call, told: Usage, tokens: Tokens, produced: int) -> Usage:
    """No request is without input, and what was produced is output: some servers tell 0 of what they do not count. An
    output that is an estimate already stays."""
    output = told.output_tokens or (0 if told.estimated else produced)
    if not call.dialect.billed or (told.input_tokens and output == told.output_tokens):
        return told
    given = told.input_tokens or _input(call, tokens)
    return structs.replace(told, input_tokens=given, output_tokens=output, estimated=True)


def _estimate(call: Call, tokens: Tokens, *, output_tokens: int) -> Usage:
    return Usage(input_tokens=_input(call, tokens), output_tokens=output_tokens, estimated=True)


def _input(call: Call, tokens: Tokens) -> int:
    told = None if call.asked is None else call.asked.input_tokens
    return tokens.of_json(call.body) if told is None else told


def _of_bytes(size_bytes: int) -> int:
    return -(-size_bytes // _BYTES_PER_TOKEN)
