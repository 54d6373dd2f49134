"""Which path is which operation, and whose. Whatever is not written here does not exist.

Paths are compared as they came on the wire: a percent sign, a doubled or a trailing slash makes a
path that is not listed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal
from urllib.parse import unquote

from gateway.dialects import (
    anthropic_count_tokens,
    anthropic_messages,
    openai_chat,
    openai_completions,
    openai_embeddings,
    openai_responses,
)
from gateway.dialects.anthropic_family import ANTHROPIC
from gateway.dialects.interface import Dialect, Family
from gateway.dialects.openai_family import OPENAI

Header = Callable[[str], str | None]
"""The value of a request header by its lower-case name."""


@dataclass(frozen=True, slots=True)
class Route:
    """A path that exists. `dialect` is set for a call, `model` for one model."""

    kind: Literal["call", "models", "model"]
    family: Family
    method: str
    dialect: Dialect | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class WrongMethod:
    """The path exists, but not for this method: 405 with `allow`."""

    family: Family
    allow: str


def _call(dialect: Dialect, family: Family) -> Route:
    return Route("call", family, "POST", dialect)


_CHAT: Final = _call(openai_chat.DIALECT, OPENAI)
_COMPLETIONS: Final = _call(openai_completions.DIALECT, OPENAI)
_RESPONSES: Final = _call(openai_responses.DIALECT, OPENAI)
_EMBEDDINGS: Final = _call(openai_embeddings.DIALECT, OPENAI)
_MESSAGES: Final = _call(anthropic_messages.DIALECT, ANTHROPIC)
_COUNT_TOKENS: Final = _call(anthropic_count_tokens.DIALECT, ANTHROPIC)

_CALLS: Final = {
    "/v1/chat/completions": _CHAT,
    "/chat/completions": _CHAT,
    "/v1/responses": _RESPONSES,
    "/responses": _RESPONSES,
    "/v1/completions": _COMPLETIONS,
    "/completions": _COMPLETIONS,
    "/v1/embeddings": _EMBEDDINGS,
    "/embeddings": _EMBEDDINGS,
    "/v1/messages": _MESSAGES,
    "/v1/messages/count_tokens": _COUNT_TOKENS,
}
_MODELS: Final = ("/v1/models", "/models")
_LONGEST_MODEL: Final = 512


def route(method: str, path: str, header: Header) -> Route | WrongMethod | None:
    """`path` is the raw path without its query, still percent-encoded. None: there is no such path."""
    found = _CALLS.get(path) or _models_route(path, header)
    if found is None or found.method == method:
        return found
    return WrongMethod(found.family, found.method)


def family_of(path: str, header: Header) -> Family:
    """Whose errors a path answers with: Anthropic's with `anthropic-version`, else OpenAI's."""
    known = _CALLS.get(path)
    if known is not None:
        return known.family
    return OPENAI if header("anthropic-version") is None else ANTHROPIC


def provider_url(dialect: Dialect, base_url: str) -> str:
    """Where a provider takes this operation. A base_url that already ends in `/v1` is not given a
    second one; nothing else is guessed."""
    return _joined(base_url, dialect.provider_path)


@lru_cache(maxsize=1024)
def _joined(base_url: str, path: str) -> str:
    base = base_url.rstrip("/")
    if base.endswith("/v1") and path.startswith("/v1/"):
        return base + path.removeprefix("/v1")
    return base + path


def _models_route(path: str, header: Header) -> Route | None:
    for prefix in _MODELS:
        if path == prefix:
            return Route("models", family_of(path, header), "GET")
        if path.startswith(prefix + "/"):
            model = _model_in(path[len(prefix) + 1 :])
            return None if model is None else Route("model", family_of(path, header), "GET", model=model)
    return None


def _model_in(rest: str) -> str | None:
    """A model's name may hold slashes, percent-encoded or plain, but no empty or dotted part."""
    try:
        name = unquote(rest, errors="strict")
    except UnicodeDecodeError:
        return None
    parts = name.split("/")
    if len(name) > _LONGEST_MODEL or "%" in name or not name.isprintable():
        return None
    return None if any(part in ("", ".", "..") for part in parts) else name
