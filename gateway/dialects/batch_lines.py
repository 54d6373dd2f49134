"""The requests inside a batch: each is one of an API that we offer, and judged like a single call.

A line of an OpenAI batch file is `{"custom_id", "method", "url", "body"}`; a request of an Anthropic
message batch is `{"custom_id", "params"}`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from msgspec import Raw

from gateway.dialects import (
    anthropic_messages,
    openai_chat,
    openai_completions,
    openai_embeddings,
    openai_responses,
)
from gateway.dialects.body import Members, Names, distinct_members, joined, members, text
from gateway.dialects.interface import Asked, BadBody, Dialect

ENDPOINTS: Final[Mapping[str, Dialect]] = {
    "/v1/chat/completions": openai_chat.DIALECT,
    "/v1/completions": openai_completions.DIALECT,
    "/v1/embeddings": openai_embeddings.DIALECT,
    "/v1/responses": openai_responses.DIALECT,
}
"""By the `url` of a line."""

EXAMPLE: Final = replace(openai_chat.DIALECT, operation="keep")
"""How the texts of what a model learns from are found."""

_LINE_MEMBERS: Final = ("custom_id", "method", "url", "body")
_REQUEST_MEMBERS: Final = ("custom_id", "params")
_LINE: Final = Names(_LINE_MEMBERS)
_REQUEST: Final = Names(_REQUEST_MEMBERS)


class Inner:
    """One request inside a batch: what is asked, by which dialect, and how it is written back."""

    __slots__ = ("_field", "_fields", "asked", "dialect")

    def __init__(self, dialect: Dialect, fields: Members, field: str) -> None:
        """BadBody for what its dialect can't read."""
        raw = fields.get(field)
        if raw is None:
            raise BadBody(f"'{field}' is missing", param=field)
        self.dialect = dialect
        self.asked: Asked = dialect.parse(bytes(raw))
        if self.asked.stream:
            raise BadBody("a request of a batch can't be streamed", param="stream")
        self._fields = fields
        self._field = field

    @property
    def label(self) -> Raw | None:
        """What its caller calls it: sent as it is."""
        return self._fields.get("custom_id")

    def written(self, body: bytes) -> bytes:
        """The request with another body."""
        return joined({**self._fields, self._field: body})


def read_line(line: bytes) -> Inner:
    """BadBody for what is no request that we offer."""
    fields = members(line, _LINE)
    _require_no_others(fields, _LINE_MEMBERS)
    method, url = text(fields, "method"), text(fields, "url")
    if method != "POST":
        raise BadBody("'method' must be POST", param="method")
    if url is None or url not in ENDPOINTS:
        raise BadBody(f"'{(url or '')[:100]}' is not offered in batches", param="url")
    return Inner(ENDPOINTS[url], fields, "body")


def read_example(line: bytes) -> Asked:
    """A line that a model is to learn from: nothing is asked with it. BadBody for what is no object."""
    return Asked(raw=line, fields=distinct_members(line), model="")


def read_request(raw: Raw) -> Inner:
    """BadBody for what is no messages request."""
    fields = members(bytes(raw), _REQUEST)
    _require_no_others(fields, _REQUEST_MEMBERS)
    return Inner(anthropic_messages.DIALECT, fields, "params")


def _require_no_others(fields: Members, known: Sequence[str]) -> None:
    """BadBody for a member that nobody reads: what stands in it would be sent unjudged."""
    for name in fields:
        if name not in known:
            raise BadBody(f"unknown member '{name[:100]}' beside '{known[-1]}'", param=name[:100])
