"""What a whole answer says, one text for each of its choices or blocks: no call of a tool, no thought."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec


def said(api: str, body: bytes) -> list[str]:
    """Nothing where the API has no such answers, or the body is none."""
    read = _SAID.get(api)
    if read is None:
        return []
    try:
        told = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return []
    return [text for text in read(told) if text]


def _dicts(value: object, name: str) -> Iterator[dict[str, Any]]:
    """The objects in the list that a member is."""
    found = value.get(name) if isinstance(value, dict) else None
    for each in found if isinstance(found, list) else ():
        if isinstance(each, dict):
            yield each


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _chat(told: object) -> Iterator[str]:
    for choice in _dicts(told, "choices"):
        message = choice.get("message")
        content = message.get("content") if isinstance(message, dict) else choice.get("text")
        yield _text(content)
        yield "".join(_text(part.get("text")) for part in _dicts(message, "content"))


def _messages(told: object) -> Iterator[str]:
    for block in _dicts(told, "content"):
        if block.get("type") == "text":
            yield _text(block.get("text"))


def _responses(told: object) -> Iterator[str]:
    for item in _dicts(told, "output"):
        if item.get("type") == "message":
            for part in _dicts(item, "content"):
                yield _text(part.get("text"))


def _gemini(told: object) -> Iterator[str]:
    for candidate in _dicts(told, "candidates"):
        parts = _dicts(candidate.get("content"), "parts")
        yield "".join(_text(part.get("text")) for part in parts if not part.get("thought"))


def _audio(told: object) -> Iterator[str]:
    yield _text(told.get("text")) if isinstance(told, dict) else ""


_SAID: Final[Mapping[str, Callable[[object], Iterator[str]]]] = {
    "chat": _chat,
    "completions": _chat,
    "messages": _messages,
    "responses": _responses,
    "gemini": _gemini,
    "audio": _audio,
}
