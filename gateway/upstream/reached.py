"""Whom a policy's providers are reached at: what connections are kept for."""

from __future__ import annotations

from urllib.parse import urlsplit

from gateway.policy.snapshot import Policy
from gateway.policy.via import Via

Reached = tuple[str, Via | None]
"""scheme://host[:port], and the way there."""


def reached(policy: Policy) -> frozenset[Reached]:
    """Of every provider that is on and has an address."""
    return frozenset(
        (origin, provider.via)
        for provider in policy.providers.values()
        if provider.base_url is not None and (origin := _origin(provider.base_url)) is not None
    )


def _origin(base_url: str) -> str | None:
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else None
