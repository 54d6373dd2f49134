"""How a provider is told who we are. No credential of a caller is ever forwarded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_ANTHROPIC_VERSION: Final = "2023-06-01"
_FORWARDED: Final = {
    "openai": ("openai-beta",),
    "anthropic": ("anthropic-version", "anthropic-beta"),
    "echo": (),
}
"""By provider dialect: the caller's headers that pass. All others stay here."""


def provider_headers(
    dialect: str, credential: str | None, caller_headers: Mapping[bytes, bytes], *, stream: bool
) -> list[tuple[str, str]]:
    """All headers of a request to a provider, lower-case."""
    headers = [
        ("content-type", "application/json"),
        ("accept", "text/event-stream" if stream else "application/json"),
        ("user-agent", "portcullis-gateway"),
    ]
    if credential is not None:
        if dialect == "anthropic":
            headers.append(("x-api-key", credential))
        else:
            headers.append(("authorization", f"Bearer {credential}"))
    for name in _FORWARDED[dialect]:
        value = caller_headers.get(name.encode())
        if value is not None:
            headers.append((name, value.decode("latin-1")))
        elif name == "anthropic-version":
            headers.append((name, _ANTHROPIC_VERSION))
    return headers
