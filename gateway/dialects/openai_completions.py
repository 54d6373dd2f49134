"""OpenAI completions: a prompt, or several in one request, and text back."""

from __future__ import annotations

from typing import Final

from msgspec import ValidationError
from msgspec.json import Decoder

from gateway.dialects.body import Members, flag, is_null, items, members, required_model
from gateway.dialects.interface import Asked, BadBody, Changes, Dialect
from gateway.dialects.openai_answer import read_answer
from gateway.dialects.openai_chat import choices, edited, output_cap, read_stream, rewritten
from gateway.dialects.openai_request import NAMES, RARE, read_rare

_TOKENS: Final = Decoder(list[int])


def parse(body: bytes) -> Asked:
    """BadBody unless it is a completion request whose governed fields have their types."""
    fields = members(body, NAMES)
    asked = Asked(
        raw=body,
        fields=fields,
        model=required_model(fields),
        stream=flag(fields, "stream"),
        choices=_prompts(fields),
        max_output_tokens=output_cap(fields),
    )
    if not RARE.isdisjoint(fields):
        asked.choices *= choices(fields)
        read_rare(asked, fields)
    return asked


def render(asked: Asked, changes: Changes) -> bytes:
    """As for chat; a cap is written to `max_tokens`, the only name this API has."""
    return rewritten(asked, changes, edited(asked, changes, "completions"))


def _prompts(fields: Members) -> int:
    """A string or a list of tokens is one prompt; any other list is one prompt an item."""
    raw = fields.get("prompt")
    if is_null(raw):
        return 1
    assert raw is not None
    first = bytes(memoryview(raw)[:1])
    if first == b'"':
        return 1
    if first != b"[":
        raise BadBody("'prompt' must be a string or a list", param="prompt")
    if len(memoryview(raw)) > _LARGEST_LIST_BYTES:
        raise BadBody(
            f"'prompt' as a list may not be larger than {_LARGEST_LIST_BYTES >> 20} MiB", param="prompt"
        )
    try:
        _TOKENS.decode(raw)
    except ValidationError:
        return len(items(raw, "prompt"))
    return 1


_LARGEST_LIST_BYTES: Final = 8 * 1024 * 1024
"""It is decoded on the event loop, before anybody has said that the caller may ask."""

DIALECT: Final = Dialect(
    api="completions",
    family="openai",
    provider_path="/completions",
    parse=parse,
    render=render,
    read_answer=read_answer,
    read_stream=read_stream,
    operation="complete",
)
