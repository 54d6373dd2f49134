"""Anthropic count_tokens: a messages request in, the number of its input tokens out.

Nothing is generated and nobody bills it, so a call of it uses no tokens: the number is its answer.
It is the same operation to a policy (`messages`), since it shows a provider the same prompt.
"""

from __future__ import annotations

from typing import Final

import msgspec

from gateway.dialects.anthropic_held import held_in_messages
from gateway.dialects.anthropic_messages import NAMES, RARE, read_rare
from gateway.dialects.anthropic_stream import AnthropicStream
from gateway.dialects.body import flag, joined, members, require_list, required_model
from gateway.dialects.interface import Answer, Asked, BadBody, Changes, Dialect, StreamReader
from gateway.usage import Usage


def parse(body: bytes) -> Asked:
    """BadBody unless it is a messages request. `max_output_tokens` is 0: none are generated."""
    fields = members(body, NAMES)
    asked = Asked(raw=body, fields=fields, model=required_model(fields), max_output_tokens=0)
    require_list(fields, "messages")
    if flag(fields, "stream"):
        raise BadBody("a count of tokens can't be streamed", param="stream")
    if not RARE.isdisjoint(fields):
        read_rare(asked, fields)
    asked.held += held_in_messages(body, fields)
    return asked


def render(asked: Asked, changes: Changes) -> bytes:
    """The very bytes that came where the model stays, else the members re-joined."""
    if changes.model == asked.model:
        return asked.raw
    return joined({**asked.fields, "model": msgspec.json.encode(changes.model)})


def read_answer(body: bytes) -> Answer:
    """Nothing was used, whatever the count is."""
    return Answer(usage=Usage())


def read_stream(asked: Asked) -> StreamReader:
    """Never needed: a provider that streams a count is read like any stream of its family."""
    return AnthropicStream()


DIALECT: Final = Dialect(
    api="messages",
    family="anthropic",
    provider_path="/v1/messages/count_tokens",
    parse=parse,
    render=render,
    read_answer=read_answer,
    read_stream=read_stream,
    billed=False,
    operation="count",
)
