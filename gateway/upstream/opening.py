"""Which upstream stands behind which dialect of a provider."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from gateway.upstream.aiohttp_client import AiohttpUpstream
from gateway.upstream.echo import EchoUpstream
from gateway.upstream.estimate import EstimateUpstream, Tokens
from gateway.upstream.httpx_client import HttpxUpstream
from gateway.upstream.interface import Upstream

Remote = AiohttpUpstream | HttpxUpstream


def remote_upstream(name: Literal["aiohttp", "httpx"]) -> Remote:
    """What speaks to providers over HTTP."""
    return AiohttpUpstream() if name == "aiohttp" else HttpxUpstream()


def upstreams(remote: Upstream, tokens: Tokens, now_ms: Callable[[], int]) -> dict[str, Upstream]:
    """By the dialects of providers: what is far is one pool of connections."""
    return {
        **dict.fromkeys(("openai", "azure", "anthropic", "gemini"), remote),
        "estimate": EstimateUpstream(tokens),
        "echo": EchoUpstream(now_s=lambda: now_ms() // 1000),
    }
