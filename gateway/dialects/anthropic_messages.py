"""Anthropic messages."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Raw

from gateway.dialects.anthropic_answer import read_answer
from gateway.dialects.anthropic_held import held_in_container, held_in_messages
from gateway.dialects.anthropic_stream import AnthropicStream
from gateway.dialects.anthropic_tools import read_tools
from gateway.dialects.body import (
    Members,
    Names,
    count,
    flag,
    is_null,
    members,
    replaced,
    require_list,
    required_model,
    text,
)
from gateway.dialects.interface import Asked, BadBody, Changes, Dialect, StreamReader
from gateway.dialects.openai_request import read_tags

RARE: Final = frozenset(
    "metadata tools mcp_servers container service_tier speed inference_geo fallbacks thread billing_policy user_profile_id".split()
)
NAMES: Final = Names(
    (*RARE, "model", "messages", "max_tokens", "stream"),
    (
        "system temperature top_p top_k stop_sequences thinking tool_choice output_config output_format cache_control "
        "context_management diagnostics"
    ).split(),
)
_METADATA: Final = Names(("user_id",))

_UNSUPPORTED: Final = {
    "fallbacks": "fallbacks are set in the gateway's policy",
    "thread": "conversations held by the provider can't be governed yet",
    "billing_policy": "who pays is not the caller's choice",
}
"""Fields by which the provider would leave the plan, mix tenants or bill another."""


def parse(body: bytes) -> Asked:
    """BadBody unless it is a messages request whose governed fields have their types."""
    fields = members(body, NAMES)
    asked = Asked(
        raw=body,
        fields=fields,
        model=required_model(fields),
        stream=flag(fields, "stream"),
        max_output_tokens=count(fields, "max_tokens", least=0),
        wants_usage=True,
    )
    require_list(fields, "messages")
    if not RARE.isdisjoint(fields):
        read_rare(asked, fields)
    asked.held += held_in_messages(body, fields)
    return asked


def render(asked: Asked, changes: Changes) -> bytes:
    """The very bytes that came where nothing changes, else the members re-joined."""
    edits: dict[str, Raw | bytes] = {}
    if changes.model != asked.model:
        edits["model"] = msgspec.json.encode(changes.model)
    cap = changes.max_output_tokens
    if cap is not None and (asked.max_output_tokens is None or asked.max_output_tokens > cap):
        edits["max_tokens"] = b"%d" % cap
    return replaced(asked.fields, edits) if edits else asked.raw


def read_stream(asked: Asked) -> StreamReader:
    return AnthropicStream()


def read_rare(asked: Asked, fields: Members) -> None:
    """Fill in what the common request lacks. BadBody for a wrong type, and for what is not supported."""
    for name, why in _UNSUPPORTED.items():
        if not is_null(fields.get(name)):
            raise BadBody(f"'{name}' is not supported: {why}", param=name)
    asked.held = held_in_container(fields)
    asked.end_user = _end_user(fields)
    asked.tags = read_tags(fields, without="user_id")
    asked.privileges = _privileges(fields)
    tools = read_tools(fields)
    asked.functions, asked.hosted_tools, asked.mcp_servers = tools.functions, tools.hosted, tools.mcp_servers


def _end_user(fields: Members) -> str | None:
    raw = fields.get("metadata")
    if is_null(raw):
        return None
    assert raw is not None
    return text(members(bytes(raw), _METADATA, "metadata"), "user_id")


def _privileges(fields: Members) -> tuple[str, ...]:
    """What changes price or place. `auto` and `standard_only` are the ordinary tiers; no role can
    allow `inference_geo` yet: where a request is worked on is judged by the provider's region."""
    found: list[str] = []
    tier = text(fields, "service_tier")
    speed = text(fields, "speed")
    if tier not in (None, "auto", "standard_only") or speed not in (None, "standard"):
        found.append("service_tier")
    if text(fields, "inference_geo") is not None:
        found.append("inference_geo")
    return tuple(found)


DIALECT: Final = Dialect(
    api="messages",
    family="anthropic",
    provider_path="/v1/messages",
    parse=parse,
    render=render,
    read_answer=read_answer,
    read_stream=read_stream,
)
