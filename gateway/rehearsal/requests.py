"""A request as an SDK would send it, made of the few facts that a policy judges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from msgspec.json import Encoder

from gateway.errors import GatewayError

Body = dict[str, Any]


class NotSayable(GatewayError):
    """An API has no word for something that was to be asked for."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is asked for. `body` holds members that are put over those made of all else."""

    model: str | None
    api: str = "chat"
    text: str = "Hello."
    stream: bool = False
    max_output_tokens: int | None = None
    functions: tuple[str, ...] = ()
    hosted_tools: tuple[str, ...] = ()
    mcp_servers: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    body: bytes


def request_of(facts: Facts) -> Request:
    """Raises NotSayable where the API has no word for a tool or an option."""
    if facts.api in _LISTED:
        return Request("GET", _LISTED[facts.api], b"")
    path, build = _ASKED[facts.api]
    body = {**build(facts), **facts.body}
    if facts.api == "gemini":
        verb = "streamGenerateContent" if facts.stream else "generateContent"
        path = f"/v1beta/models/{quote(facts.model or '', safe='')}:{verb}"
    elif facts.model is not None:
        body = {"model": facts.model, **body}
    return Request("POST", path, Encoder(decimal_format="number").encode(body))


def _chat(facts: Facts) -> Body:
    _only(facts, "functions", "options", "max_output_tokens", "stream")
    body: Body = {"messages": [{"role": "user", "content": facts.text}], **_switches(facts)}
    if facts.functions:
        body["tools"] = [{"type": "function", "function": {"name": name}} for name in facts.functions]
    return _capped(body, facts, "max_completion_tokens")


def _responses(facts: Facts) -> Body:
    tools: list[Body] = [{"type": "function", "name": name, "parameters": {}} for name in facts.functions]
    tools += [{"type": kind} for kind in facts.hosted_tools]
    tools += [{"type": "mcp", "server_label": "server", "server_url": url} for url in facts.mcp_servers]
    body: Body = {"input": facts.text, **_switches(facts), **({"tools": tools} if tools else {})}
    return _capped(body, facts, "max_output_tokens")


def _messages(facts: Facts) -> Body:
    _only(facts, "functions", "hosted_tools", "mcp_servers", "max_output_tokens", "stream")
    tools: list[Body] = [{"name": name, "input_schema": {"type": "object"}} for name in facts.functions]
    tools += [{"type": kind, "name": kind.rpartition("_")[0] or kind} for kind in facts.hosted_tools]
    body: Body = {
        "messages": [{"role": "user", "content": facts.text}],
        "max_tokens": facts.max_output_tokens or 1024,
        **({"tools": tools} if tools else {}),
        **({"stream": True} if facts.stream else {}),
    }
    if facts.mcp_servers:
        body["mcp_servers"] = [{"type": "url", "url": url, "name": "server"} for url in facts.mcp_servers]
    return body


def _gemini(facts: Facts) -> Body:
    _only(facts, "functions", "hosted_tools", "max_output_tokens", "stream")
    tools: list[Body] = [{kind: {}} for kind in facts.hosted_tools]
    if facts.functions:
        tools.append({"functionDeclarations": [{"name": name} for name in facts.functions]})
    body: Body = {"contents": [{"role": "user", "parts": [{"text": facts.text}]}]}
    if tools:
        body["tools"] = tools
    if facts.max_output_tokens is not None:
        body["generationConfig"] = {"maxOutputTokens": facts.max_output_tokens}
    return body


def _completions(facts: Facts) -> Body:
    _only(facts, "max_output_tokens", "stream")
    return _capped({"prompt": facts.text, **_switches(facts)}, facts, "max_tokens")


def _plain(member: str, **more: str) -> Callable[[Facts], Body]:
    def build(facts: Facts) -> Body:
        _only(facts)
        return {member: facts.text, **more}

    return build


def _switches(facts: Facts) -> Body:
    said: Body = {"service_tier": "priority"} if "service_tier" in facts.options else {}
    said |= {name: True for name in ("store", "background") if name in facts.options}
    return {**said, "stream": True} if facts.stream else said


def _capped(body: Body, facts: Facts, member: str) -> Body:
    return body if facts.max_output_tokens is None else {**body, member: facts.max_output_tokens}


_SAID_BY_SOME: Final = ("functions", "hosted_tools", "mcp_servers", "options", "max_output_tokens", "stream")


def _only(facts: Facts, *sayable: str) -> None:
    """All that is asked for has a word in this API."""
    for name in _SAID_BY_SOME:
        if getattr(facts, name) and name not in sayable:
            raise NotSayable(f"the API '{facts.api}' has no word of its own for `{name}`: write it in `body`")


_ASKED: Final[Mapping[str, tuple[str, Callable[[Facts], Body]]]] = {
    "chat": ("/v1/chat/completions", _chat),
    "responses": ("/v1/responses", _responses),
    "completions": ("/v1/completions", _completions),
    "embeddings": ("/v1/embeddings", _plain("input")),
    "messages": ("/v1/messages", _messages),
    "gemini": ("", _gemini),
    "moderations": ("/v1/moderations", _plain("input")),
    "images": ("/v1/images/generations", _plain("prompt")),
    "audio": ("/v1/audio/speech", _plain("input", voice="alloy")),
}
_LISTED: Final = {"files": "/v1/files", "batches": "/v1/batches", "fine_tuning": "/v1/fine_tuning/jobs"}
"""Operations on what providers keep: asked for as a list of it."""
