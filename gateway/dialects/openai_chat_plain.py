"""Chat requests of nothing but words and settings, which is most of them: read in one go.

What is read here needs no search for pictures, files, sounds or another provider's reasoning: every part of
it has a type that can't hold them. What is not plain is no mistake; `openai_chat` looks at it closely.
"""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import DecodeError, Meta, Raw, Struct
from msgspec.json import Decoder

from gateway.dialects.body import LONGEST_TEXT, MOST_COUNTED

_LONGEST_BYTES: Final = 256 * 1024
"""Of a body that is read so: a list of tiny messages takes several times its size."""

_Count = Annotated[int, Meta(ge=0, le=MOST_COUNTED)] | None


class _Said(Struct, forbid_unknown_fields=True, gc=False):
    role: str | None = None
    content: str | None = None
    name: str | None = None


class Plain(Struct, forbid_unknown_fields=True, gc=False):
    """All that such a request may have. In a schema (`Raw`) no provider looks anything up."""

    messages: list[_Said]
    model: Annotated[str, Meta(min_length=1, max_length=LONGEST_TEXT)]
    stream: bool | None = None
    max_completion_tokens: _Count = None
    max_tokens: _Count = None
    n_predict: _Count = None
    temperature: float | None = None
    top_p: float | None = None
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    stop: str | list[str] | None = None
    reasoning_effort: str | None = None
    verbosity: str | None = None
    prompt_cache_key: str | None = None
    response_format: Raw = Raw()

    def output_cap(self) -> int | None:
        """The highest of the fields that cap the output: which one a server obeys is not known."""
        highest = self.max_completion_tokens
        for cap in (self.max_tokens, self.n_predict):
            if cap is not None and (highest is None or cap > highest):
                highest = cap
        return highest


_PLAIN: Final = Decoder(Plain)


def read_plain(body: bytes) -> Plain | None:
    """None: it is not plain, or not well-formed. What is plain is UTF-8, and all of its names are known."""
    if len(body) > _LONGEST_BYTES:
        return None
    try:
        plain = _PLAIN.decode(body)
    except (DecodeError, RecursionError, UnicodeDecodeError):
        return None
    return plain if not plain.response_format or bytes(plain.response_format).isascii() else None
