"""How a provider is told who we are. No credential of a caller is ever forwarded."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

_ANTHROPIC_VERSION: Final = "2023-06-01"
_FORWARDED: Final = {
    "openai": frozenset({b"openai-beta"}),
    "anthropic": frozenset({b"anthropic-version", b"anthropic-beta"}),
    "gemini": frozenset[bytes](),
    "echo": frozenset[bytes](),
}
"""By provider dialect: the caller's headers that pass. All others stay here."""


def provider_headers(
    dialect: str, credential: str | None, caller_headers: list[tuple[bytes, bytes]], *, stream: bool
) -> tuple[tuple[str, str], ...]:
    """All headers of a request to a provider, lower-case. The same tuple for the same request."""
    forwarded = _FORWARDED[dialect] & dict(caller_headers).keys()
    fixed = _fixed(dialect, credential, stream, b"anthropic-version" in forwarded)
    if not forwarded:
        return fixed
    return fixed + tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in caller_headers
        if name in forwarded
    )


@lru_cache(maxsize=1024)
def _fixed(
    dialect: str, credential: str | None, stream: bool, versioned: bool
) -> tuple[tuple[str, str], ...]:
    headers = [
        ("content-type", "application/json"),
        ("accept", "text/event-stream" if stream else "application/json"),
        ("user-agent", "portcullis-gateway"),
    ]
    if dialect == "anthropic":
        if credential is not None:
            headers.append(("x-api-key", credential))
        if not versioned:
            headers.append(("anthropic-version", _ANTHROPIC_VERSION))
    elif dialect == "gemini":
        if credential is not None:
            headers.append(("x-goog-api-key", credential))
    elif credential is not None:
        headers.append(("authorization", f"Bearer {credential}"))
    return tuple(headers)
