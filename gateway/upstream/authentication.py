"""How a provider is told who we are. No credential of a caller is ever forwarded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_ANTHROPIC_VERSION: Final = "2023-06-01"
_FORWARDED: Final = {
    "openai": frozenset({b"openai-beta"}),
    "anthropic": frozenset({b"anthropic-version", b"anthropic-beta"}),
    "echo": frozenset[bytes](),
}
"""By provider dialect: the caller's headers that pass. All others stay here."""


def provider_headers(
    dialect: str, credential: str | None, caller_headers: Iterable[tuple[bytes, bytes]], *, stream: bool
) -> list[tuple[str, str]]:
    """All headers of a request to a provider, lower-case."""
    headers = [
        ("content-type", "application/json"),
        ("accept", "text/event-stream" if stream else "application/json"),
        ("user-agent", "portcullis-gateway"),
    ]
    if dialect == "anthropic":
        if credential is not None:
            headers.append(("x-api-key", credential))
    elif credential is not None:
        headers.append(("authorization", f"Bearer {credential}"))
    passing = _FORWARDED[dialect]
    versioned = dialect != "anthropic"
    for name, value in caller_headers:
        if name in passing:
            headers.append((name.decode("latin-1"), value.decode("latin-1")))
            versioned = versioned or name == b"anthropic-version"
    if not versioned:
        headers.append(("anthropic-version", _ANTHROPIC_VERSION))
    return headers
