"""An answer of the hub as a message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from msgspec.json import Encoder

from gateway.dialects.figures import utf8_bytes
from gateway.dialects.hub.parts import Origin, Refusal, Text, Thinking, ToolUse
from gateway.dialects.hub.reply import Choice, Reply
from gateway.dialects.hub.signature import wrapped
from gateway.dialects.hub.spoke import Naming
from gateway.dialects.spokes.messages_stops import reason_of
from gateway.dialects.spokes.messages_turns_out import Block, input_of
from gateway.usage import Usage

_ENCODER: Final = Encoder()
_BYTES_PER_TOKEN: Final = 4
"""Of what was said, where nobody counted it: a rule of thumb for English."""


def write_reply(reply: Reply, naming: Naming) -> bytes:
    """The first choice: a caller of this API can't ask for more."""
    choice = reply.choices[0] if reply.choices else Choice((), "end")
    content = _content(choice, naming)
    calls = any(block["type"] == "tool_use" for block in content)
    message = head(naming, reply.model)
    message["content"] = content
    message["stop_reason"] = reason_of(choice.stop, calls=calls)
    message["stop_sequence"] = choice.stop_sequence
    message["usage"] = usage_of(reply.usage, naming, sum(map(_bytes_of, choice.parts)))
    return _ENCODER.encode(message)


def head(naming: Naming, model: str) -> Block:
    """What stands in a message before it has content."""
    return {
        "id": f"msg_{naming.id}",
        "type": "message",
        "role": "assistant",
        "model": model or naming.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "stop_details": None,
        "container": None,
    }


def usage_of(usage: Usage | None, naming: Naming, said_bytes: int) -> dict[str, Any]:
    """Tokens as this API tells them: cached ones stand beside `input_tokens`. None: the provider told
    nothing, and both totals must stand there; `said_bytes` says about how much was said."""
    if usage is None:
        return _usage(naming.input_tokens, -(-said_bytes // _BYTES_PER_TOKEN))
    cached = usage.cache_read_tokens + usage.cache_write_tokens
    told = _usage(max(usage.input_tokens - cached, 0), usage.output_tokens)
    told["cache_creation_input_tokens"] = usage.cache_write_tokens
    told["cache_read_input_tokens"] = usage.cache_read_tokens
    if usage.cache_write_1h_tokens:
        told["cache_creation"] = {
            "ephemeral_5m_input_tokens": usage.cache_write_tokens - usage.cache_write_1h_tokens,
            "ephemeral_1h_input_tokens": usage.cache_write_1h_tokens,
        }
    if usage.reasoning_tokens:
        told["output_tokens_details"] = {"thinking_tokens": usage.reasoning_tokens}
    return told


def _usage(input_tokens: int, output_tokens: int) -> dict[str, Any]:
    """With every member that Anthropic's own has, though nothing is known of it."""
    return {
        "cache_creation": None,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "inference_geo": None,
        "input_tokens": input_tokens,
        "output_tokens": output_tokens,
        "server_tool_use": None,
        "service_tier": None,
    }


def signed(signature: str, origin: Origin) -> Block:
    """A block of thinking without words, for a signature that belongs to what follows."""
    return {"type": "thinking", "thinking": "", "signature": wrapped(signature, origin, "anthropic")}


def redacted(signature: str, origin: Origin) -> Block:
    return {"type": "redacted_thinking", "data": wrapped(signature, origin, "anthropic")}


def call(naming: Naming, index: int, call_id: str, name: str) -> Block:
    """A call whose input is still to come. `index` counts the calls of the answer."""
    told_id = call_id or f"toolu_{naming.id}_0_{index}"
    return {"type": "tool_use", "id": told_id, "name": name, "input": {}, "caller": {"type": "direct"}}


def said(text: str) -> Block:
    return {"type": "text", "text": text, "citations": None}


def _content(choice: Choice, naming: Naming) -> list[Block]:
    blocks: list[Block] = []
    calls = 0
    for part in choice.parts:
        blocks += _blocks(part, naming, calls)
        calls += isinstance(part, ToolUse)
    return blocks


def _blocks(part: Text | Thinking | ToolUse | Refusal, naming: Naming, calls: int) -> Iterator[Block]:
    """A text that is empty is left out: Anthropic refuses it when it comes back."""
    if isinstance(part, Thinking):
        yield _thinking(part)
    elif isinstance(part, ToolUse):
        if part.signature is not None and part.origin is not None:
            yield signed(part.signature, part.origin)
        yield {**call(naming, calls, part.id, part.name), "input": input_of(part.arguments)}
    elif part.text:
        yield said(part.text)


def _bytes_of(part: Text | Thinking | ToolUse | Refusal) -> int:
    return utf8_bytes(part.arguments if isinstance(part, ToolUse) else part.text)


def _thinking(part: Thinking) -> Block:
    if part.signature is None or part.origin is None:
        return {"type": "thinking", "thinking": part.text, "signature": ""}
    if part.redacted:
        return redacted(part.signature, part.origin)
    return {**signed(part.signature, part.origin), "thinking": part.text}
