"""Operations by name, and which of them a provider offers where its policy does not say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from gateway.policy.models.address import AZURE, OPENAI, is_at
from gateway.policy.models.azure import has_deployments

Api = Literal[
    "chat",
    "responses",
    "completions",
    "embeddings",
    "messages",
    "gemini",
    "moderations",
    "images",
    "audio",
    "files",
    "batches",
    "fine_tuning",
]

_ANTHROPIC: Final = ("anthropic.com",)
_GOOGLE: Final = ("googleapis.com",)

_OF_OPENAI: Final = frozenset(
    "chat responses completions embeddings moderations images audio files batches fine_tuning".split()
)
_OF_AZURE: Final = _OF_OPENAI - {"moderations"}
_OF_DEPLOYMENTS: Final = frozenset("chat completions embeddings images audio".split())
_OF_COMPATIBLE: Final = _OF_DEPLOYMENTS
"""Servers that speak OpenAI's dialect mostly lack the others."""
_OF_ANTHROPIC: Final = frozenset({"messages", "files", "batches"})
_OF_GEMINI: Final = frozenset({"gemini", "embeddings", "files", "batches"})
_OF_BEDROCK: Final = frozenset({"messages", "embeddings"})
_OF_VERTEX: Final = frozenset({"gemini", "messages", "embeddings"})
_KEPT: Final = frozenset({"files", "batches"})

_OFFERABLE: Final[Mapping[str, frozenset[str]]] = {
    "openai": _OF_OPENAI,
    "azure": _OF_AZURE,
    "anthropic": _OF_ANTHROPIC,
    "gemini": _OF_GEMINI,
    "bedrock": _OF_BEDROCK,
    "vertex": _OF_VERTEX,
    "echo": frozenset(
        "chat responses completions embeddings messages gemini moderations images audio".split()
    ),
}


def offerable(dialect: str, version: str | None = None) -> frozenset[str]:
    """What a provider can offer at all; `version` is Azure's."""
    return _OF_DEPLOYMENTS if has_deployments(version) else _OFFERABLE[dialect]


def offered(dialect: str, base_url: str | None, version: str | None = None) -> frozenset[str]:
    """What a provider at this address offers where its policy does not say."""
    most = offerable(dialect, version)
    address = base_url or ""
    match dialect:
        case "openai" if is_at(address, AZURE):
            return _OF_AZURE
        case "openai" if not is_at(address, OPENAI):
            return _OF_COMPATIBLE
        case "anthropic" if not is_at(address, _ANTHROPIC):
            return most - _KEPT
        case "gemini" if not is_at(address, _GOOGLE):
            return most - _KEPT
    return most
