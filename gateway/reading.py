"""The texts of a request, whatever its API: read in order, written back where they stood.

What is no text (images, sound, files, tokens by number) is named as unread. Whoever judges texts asks here:
all see the same ones.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import msgspec
from msgspec import Raw, structs

from gateway.dialects.interface import Asked, Dialect
from gateway.form import Form
from gateway.multipart import Part
from gateway.privacy import text_leaves_anthropic as anthropic
from gateway.privacy import text_leaves_gemini as gemini
from gateway.privacy import text_leaves_openai as openai
from gateway.privacy.text_leaf_rules import Node
from gateway.privacy.text_leaves import Leaves

_AT_ONCE_BYTES: Final = 512 * 1024
"""A larger body is walked in a thread: a megabyte takes 5 ms."""
_LONGEST_FIELD_BYTES: Final = 16 * 1024 * 1024
"""A longer field of a form is no text that is read."""
_FIELDS: Final = msgspec.json.Decoder(dict[str, Raw])

_RULES: Final[Mapping[tuple[str, str], Node]] = {
    ("openai", "chat"): openai.CHAT,
    ("openai", "completions"): openai.COMPLETIONS,
    ("openai", "embeddings"): openai.EMBEDDINGS,
    ("openai", "responses"): openai.RESPONSES,
    ("openai", "moderations"): openai.MODERATIONS,
    ("openai", "images"): openai.MEDIA,
    ("openai", "audio"): openai.MEDIA,
    ("openai", "batches"): openai.KEPT,
    ("openai", "fine_tuning"): openai.KEPT,
    ("anthropic", "messages"): anthropic.MESSAGES,
    ("anthropic", "batches"): anthropic.BATCH,
    ("gemini", "gemini"): gemini.ANY,
    ("gemini", "embeddings"): gemini.ANY,
}
"""By family and API. Where there are none, every text is read, and may be rewritten."""

_TOKENS: Final = re.compile(rb"\[\s*+(?:\[\s*+)?+-?[0-9]")
"""Text as numbers: of OpenAI's embeddings and completions."""
_BY_NUMBER: Final = ("input", "prompt")
_OUTSIDE: Final = re.compile(rb'"file_?data"|"file_?uri"|"type"\s*:\s*"url"', re.IGNORECASE)
"""What a provider is to fetch itself."""
_SETTINGS: Final = frozenset(
    "model n size quality response_format output_format output_compression background style input_fidelity "
    "temperature stream purpose language moderation partial_images timestamp_granularities include "
    "chunking_strategy expires_after".split()
)
"""Fields of forms that are no texts."""
_JUDGED_FILES: Final = frozenset({"batch", "fine-tune"})
"""Purposes of files whose lines are read one by one, as calls are (stages.unpack)."""


class Reading(Protocol):
    """`fixed` are the numbers of texts that may not be rewritten. `read_bytes` are those of the texts in UTF-8,
    `total_bytes` with what is `unread`."""

    @property
    def texts(self) -> tuple[str, ...]: ...
    @property
    def fixed(self) -> frozenset[int]: ...
    @property
    def unread(self) -> tuple[str, ...]: ...
    @property
    def read_bytes(self) -> int: ...
    @property
    def total_bytes(self) -> int: ...

    def written(self, texts: Sequence[str]) -> Asked:
        """What is asked with these texts instead. The very same where all are equal."""
        ...


def rules_of(dialect: Dialect) -> Node:
    """What of its requests is no text, or may not be rewritten."""
    return _RULES.get((dialect.family, dialect.api))


async def reading_of(asked: Asked, dialect: Dialect) -> Reading:
    """OSError where the values of a form can't be read any more."""
    if asked.form is not None:
        return FormReading(asked, asked.form, [await _texts(asked.form, part) for part in asked.form.parts])
    if len(asked.raw) > _AT_ONCE_BYTES:
        return await asyncio.to_thread(BodyReading, asked, dialect)
    return BodyReading(asked, dialect)


class BodyReading:
    """Of a JSON body, or none."""

    __slots__ = ("_asked", "_leaves", "fixed", "read_bytes", "texts", "total_bytes", "unread")

    def __init__(self, asked: Asked, dialect: Dialect) -> None:
        self._asked = asked
        self._leaves = Leaves(asked.raw, rules_of(dialect))
        self.texts = self._leaves.texts
        self.fixed = self._leaves.fixed
        self.read_bytes = size_bytes(self.texts)
        by_number = [name for name in _BY_NUMBER if _TOKENS.match(asked.fields.get(name, b""))]
        self.total_bytes = (
            self.read_bytes + self._leaves.unread_bytes + sum(len(asked.fields[name]) for name in by_number)
        )
        unread = [*self._leaves.unread, *by_number]
        if dialect.operation != "keep" and (_holds_files(asked) or _OUTSIDE.search(asked.raw)):
            unread.append("file")
        self.unread = tuple(dict.fromkeys(unread))

    def written(self, texts: Sequence[str]) -> Asked:
        raw = self._leaves.written(texts)
        if raw is self._asked.raw:
            return self._asked
        return structs.replace(self._asked, raw=raw, fields=_FIELDS.decode(raw))


class FormReading:
    """Of a form: the fields that are texts, and the names of its files."""

    __slots__ = ("_asked", "_form", "_texts", "read_bytes", "texts", "total_bytes", "unread")

    fixed = frozenset[int]()

    def __init__(self, asked: Asked, form: Form, texts: Sequence[tuple[str, ...]]) -> None:
        """`texts` of each part: those that are written anew where they are replaced."""
        self._asked = asked
        self._form = form
        self._texts = texts
        judged = any(part.name == "purpose" and part.text in _JUDGED_FILES for part in form.parts)
        unread = [
            part
            for part, own in zip(form.parts, texts, strict=True)
            if (not own or part.filename is not None) and _is_unread(part, judged)
        ]
        self.texts = tuple(text for each in texts for text in each)
        self.read_bytes = size_bytes(self.texts)
        self.total_bytes = self.read_bytes + sum(part.size_bytes for part in unread)
        self.unread = tuple(dict.fromkeys(part.name.partition("[")[0] for part in unread))

    def written(self, texts: Sequence[str]) -> Asked:
        if tuple(texts) == self.texts:
            return self._asked
        parts, left = list[Part](), iter(texts)
        for part, own in zip(self._form.parts, self._texts, strict=True):
            for _ in own:
                new = next(left)
                part = structs.replace(
                    part, **({"text": new} if part.filename is None else {"filename": new})
                )
            parts.append(part)
        return structs.replace(self._asked, form=self._form.of(tuple(parts)))


def size_bytes(texts: Sequence[str]) -> int:
    return sum(len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass")) for text in texts)


async def _texts(form: Form, part: Part) -> tuple[str, ...]:
    if part.name.partition("[")[0] in _SETTINGS:
        return ()
    if part.filename is not None:
        return (part.filename,)
    if part.text is not None:
        return (part.text,)
    if part.size_bytes > _LONGEST_FIELD_BYTES:
        return ()
    try:
        return (b"".join([piece async for piece in form.value(part)]).decode(),)
    except UnicodeDecodeError:
        return ()


def _is_unread(part: Part, judged: bool) -> bool:
    """Of one without a text of its own, or with no more than a name."""
    if part.filename is not None:
        return not (judged and part.name == "file")
    return part.text is None or part.name.partition("[")[0] not in _SETTINGS


def _holds_files(asked: Asked) -> bool:
    return any(one.kind.partition(":")[0] == "file" for one in asked.held)
