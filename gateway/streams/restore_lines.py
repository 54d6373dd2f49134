"""The results of a batch with values put back: a JSON document on each line, of the request that it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import Raw

from gateway.errors import Broken
from gateway.privacy import text_leaves_anthropic as anthropic
from gateway.privacy import text_leaves_openai as openai
from gateway.privacy.placeholders import Issued
from gateway.privacy.text_leaf_rules import joined, tree
from gateway.streams.passing import Passing
from gateway.streams.restore import Counts
from gateway.streams.restore_answer import restored_body
from gateway.usage import Usage

MAX_LINE_BYTES: Final = 64 * 1024 * 1024

_ANSWER: Final = joined(openai.RESPONSES_ANSWER, choices=openai.CHAT_ANSWER.members["choices"])
_LINE: Final = joined(
    tree(structural="id custom_id"),
    response=joined(tree(structural="status_code request_id"), body=_ANSWER),
    result=joined(tree(structural="type"), message=anthropic.ANSWER),
)
"""Of OpenAI's batches, and of Anthropic's."""
_NAMED: Final = msgspec.json.Decoder(dict[str, Raw])
_TEXT: Final = msgspec.json.Decoder(str)


class RestoringLines(Passing):
    """In the place of a Passing. `values` are those of each request, by its `custom_id`. Broken: a line has no end."""

    __slots__ = ("_carry", "_counts", "_values")

    def __init__(self, usage: Usage | None, values: Mapping[str, Mapping[str, str]], counts: Counts) -> None:
        super().__init__(usage)
        self._values = values
        self._counts = counts
        self._carry = b""

    def feed(self, data: bytes) -> bytes:
        *lines, self._carry = (self._carry + data).split(b"\n")
        if len(self._carry) > MAX_LINE_BYTES:
            raise Broken(f"a line of the provider's answer is longer than {MAX_LINE_BYTES} bytes")
        return b"".join(self._line(line) + b"\n" for line in lines)

    def finish(self) -> bytes:
        rest, self._carry = self._carry, b""
        return self._line(rest) + super().finish()

    def _line(self, line: bytes) -> bytes:
        try:
            named = _NAMED.decode(line).get("custom_id")
            values = None if named is None else self._values.get(_TEXT.decode(named))
        except (ValueError, RecursionError):
            return line
        return line if values is None else restored_body(line, _LINE, Issued(values), self._counts)
