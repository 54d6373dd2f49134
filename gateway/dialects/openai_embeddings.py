"""OpenAI embeddings: text in, vectors out. There is no stream and no output to cap."""

from __future__ import annotations

from typing import Final

import msgspec

from gateway.dialects.body import flag, is_null, joined, members, required_model
from gateway.dialects.interface import Answer, Asked, BadBody, Changes, Dialect, StreamReader
from gateway.dialects.openai_answer import read_embeddings
from gateway.dialects.openai_request import NAMES, RARE, read_rare
from gateway.dialects.openai_stream import OpenAIStream


def parse(body: bytes) -> Asked:
    """BadBody unless it is an embeddings request. `max_output_tokens` is 0: none are generated."""
    fields = members(body, NAMES)
    asked = Asked(raw=body, fields=fields, model=required_model(fields), max_output_tokens=0)
    if is_null(fields.get("input")):
        raise BadBody("'input' is missing", param="input")
    if flag(fields, "stream"):
        raise BadBody("embeddings can't be streamed", param="stream")
    if not RARE.isdisjoint(fields):
        read_rare(asked, fields)
    return asked


def render(asked: Asked, changes: Changes) -> bytes:
    """The very bytes that came where the model stays, else the members re-joined."""
    if changes.model == asked.model:
        return asked.raw
    return joined({**asked.fields, "model": msgspec.json.encode(changes.model)})


def read_answer(body: bytes) -> Answer:
    return Answer(usage=read_embeddings(body))


def read_stream(asked: Asked) -> StreamReader:
    """Never needed: a provider that streams an embedding is read like any stream of its family."""
    return OpenAIStream(hide_usage=False, choices=1)


DIALECT: Final = Dialect(
    api="embeddings",
    family="openai",
    provider_path="/embeddings",
    parse=parse,
    render=render,
    read_answer=read_answer,
    read_stream=read_stream,
    operation="embed",
)
