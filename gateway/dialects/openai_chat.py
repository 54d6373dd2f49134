"""OpenAI chat completions."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Raw

from gateway.dialects.body import (
    Members,
    count,
    distinct_members,
    flag,
    replaced,
    require_known,
    require_list,
    required_model,
)
from gateway.dialects.interface import Asked, Changes, Dialect, StreamReader
from gateway.dialects.openai_answer import read_answer
from gateway.dialects.openai_chat_held import held_in_chat
from gateway.dialects.openai_chat_plain import read_plain
from gateway.dialects.openai_request import NAMES, OUTPUT_CAPS, RARE, asks_for_usage, read_rare, usage_edit
from gateway.dialects.openai_stream import OpenAIStream
from gateway.dialects.output_caps import capped, is_surely_read, reading

_MODEL: Final = frozenset({"model"})

_CHOICES: Final = (("n", 1), ("n_cmpl", 1), ("best_of", 0))
"""Fields that say how many answers are generated, and the least each may be."""


def parse(body: bytes) -> Asked:
    """BadBody unless it is a chat request whose governed fields have their types."""
    fields = distinct_members(body)
    common = RARE.isdisjoint(fields)
    plain = read_plain(body) if common else None
    if plain is not None:
        cap = plain.output_cap()
        return Asked(body, fields, plain.model, plain.stream is True, max_output_tokens=cap, plain=True)
    require_known(body, fields, NAMES)
    asked = Asked(
        raw=body,
        fields=fields,
        model=required_model(fields),
        stream=flag(fields, "stream"),
        max_output_tokens=output_cap(fields),
    )
    require_list(fields, "messages")
    if not common:
        asked.choices = choices(fields)
        read_rare(asked, fields)
    asked.held += held_in_chat(body, fields, hosted=bool(asked.hosted_tools))
    return asked


def render(asked: Asked, changes: Changes) -> bytes:
    """The very bytes that came where nothing changes, else the members re-joined."""
    edits = edited(asked, changes)
    if (
        asked.plain
        and not changes.refused
        and edits.keys() == _MODEL
        and "response_format" not in asked.fields
    ):
        renamed = _renamed(asked, edits["model"])
        if renamed is not asked.raw:
            return renamed
    return rewritten(asked, changes, edits)


def _renamed(asked: Asked, name: Raw | bytes) -> bytes:
    """A plain request with another name for its model; the very bytes that came where that is not found. A
    colon stands behind a quote only where a member has its name, and no message has one of this name."""
    sent = b'"model":%b' % bytes(asked.fields["model"])
    return asked.raw.replace(sent, b'"model":%b' % name, 1)


def rewritten(asked: Asked, changes: Changes, edits: dict[str, Raw | bytes]) -> bytes:
    """The request with `edits`, and without what the provider refuses."""
    fields = asked.fields
    if changes.refused and not changes.refused.isdisjoint(fields):
        kept = {name: raw for name, raw in fields.items() if name not in changes.refused}
        return replaced(kept, edits)
    return replaced(fields, edits) if edits else asked.raw


def edited(asked: Asked, changes: Changes, api: str = "chat") -> dict[str, Raw | bytes]:
    """The members that change. A cap goes into every field that caps higher; where none is surely read,
    into one that is."""
    edits: dict[str, Raw | bytes] = {}
    if changes.model != asked.model:
        edits["model"] = msgspec.json.encode(changes.model)
    cap = changes.max_output_tokens
    sent = asked.max_output_tokens
    if cap is not None and not (sent is not None and sent <= cap and is_surely_read(asked.fields, sent)):
        how = reading(api, changes.cap_field)
        assert how is not None
        edits |= capped(asked.fields, cap, how)
    if asks_for_usage(asked, changes):
        edits["stream_options"] = usage_edit(asked)
    return edits


def output_cap(fields: Members) -> int | None:
    """The highest of the fields that cap the output: which one a server obeys is not known."""
    highest: int | None = None
    for name in OUTPUT_CAPS:
        if name in fields:
            sent = count(fields, name, least=0)
            if sent is not None and (highest is None or sent > highest):
                highest = sent
    return highest


def choices(fields: Members) -> int:
    """How many answers are generated for one prompt. `n_cmpl` is llama.cpp's name for `n`."""
    return max(count(fields, name, least=least) or 1 for name, least in _CHOICES)


def read_stream(asked: Asked) -> StreamReader:
    return OpenAIStream(hide_usage=not asked.wants_usage, choices=asked.choices)


DIALECT: Final = Dialect(
    api="chat",
    family="openai",
    provider_path="/chat/completions",
    parse=parse,
    render=render,
    read_answer=read_answer,
    read_stream=read_stream,
)
