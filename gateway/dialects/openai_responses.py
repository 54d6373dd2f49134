"""OpenAI responses.

A provider keeps each answer of this API unless it is told not to, and lets requests refer to what it
keeps. Here nothing is kept unless the role allows `store`, and what a request refers to is checked for its
owner.
"""

from __future__ import annotations

from typing import Any, Final

from gateway.dialects.body import (
    Members,
    Names,
    count,
    flag,
    is_null,
    members,
    replaced,
    required_model,
    text,
)
from gateway.dialects.interface import Asked, BadBody, Changes, Dialect, Keeping, StreamReader
from gateway.dialects.kept import Made
from gateway.dialects.kept_answers import named
from gateway.dialects.kept_ids import is_id
from gateway.dialects.openai_chat import edited
from gateway.dialects.openai_request import hosted_by_field, read_privileges, read_tags, refuse_other_plans
from gateway.dialects.openai_responses_answer import read_answer
from gateway.dialects.openai_responses_held import AT_TOP, held_in_input, held_in_tools
from gateway.dialects.openai_responses_stream import ResponsesStream, problem_event
from gateway.dialects.openai_responses_tools import read_tools, tools_in
from gateway.dialects.references import held_at_top, look_through

_ELSEWHERE: Final = {
    "messages": "input",
    "max_tokens": "max_output_tokens",
    "max_completion_tokens": "max_output_tokens",
    "n_predict": "max_output_tokens",
    "functions": "tools",
    "mcp_servers": "tools",
}
"""Fields of other APIs that some servers read here too, and what they are called in this one."""
_ONE_ANSWER: Final = ("n", "n_cmpl", "best_of")

_RARE: Final = frozenset(
    (
        *AT_TOP,
        *_ELSEWHERE,
        *_ONE_ANSWER,
        *"user safety_identifier metadata tools store background service_tier".split(),
        *"models fallbacks route web_search_options search_parameters enable_search plugins".split(),
    )
)
_NAMES: Final = Names(
    (*_RARE, "max_output_tokens", "model", "input", "stream"),
    (
        "instructions temperature top_p top_logprobs text tool_choice parallel_tool_calls reasoning include truncation "
        "max_tool_calls prompt_cache_key prompt_cache_options prompt_cache_retention stream_options context_management "
        "moderation"
    ).split(),
)


def parse(body: bytes) -> Asked:
    """BadBody unless it is a Responses request whose governed fields have their types; NotOffered for an
    item of which the provider would have to have the rest."""
    fields = members(body, _NAMES)
    asked = Asked(
        raw=body,
        fields=fields,
        model=required_model(fields),
        stream=flag(fields, "stream"),
        max_output_tokens=count(fields, "max_output_tokens", least=0),
        wants_usage=True,
    )
    if not _RARE.isdisjoint(fields):
        _read_rare(asked, fields)
    tools = _tools_of_input(asked, fields)
    listed = fields.get("tools")
    if listed is not None:
        seen = look_through(listed, "tools")
        asked.held += tuple(held_in_tools(seen))
        tools = [*tools_in({"tools": seen.value}), *tools]
    if tools:
        read = read_tools(tools)
        asked.functions, asked.mcp_servers = read.functions, read.mcp_servers
        asked.hosted_tools += read.hosted
    return asked


def render(asked: Asked, changes: Changes) -> bytes:
    """The very bytes that came where nothing changes, else the members re-joined. Where the request
    does not say, and the role does not allow it, the provider is told to keep nothing."""
    edits = edited(asked, Changes(changes.model, changes.max_output_tokens, ask_usage=False), "responses")
    if not changes.may_store and is_null(asked.fields.get("store")):
        edits["store"] = b"false"
    return replaced(asked.fields, edits) if edits else asked.raw


def read_stream(asked: Asked) -> StreamReader:
    return ResponsesStream()


def _read_rare(asked: Asked, fields: Members) -> None:
    asked.held = tuple(held_at_top(fields, AT_TOP))
    for name, meant in _ELSEWHERE.items():
        if not is_null(fields.get(name)):
            raise BadBody(f"'{name}' is no field of this API: did you mean '{meant}'?", param=name)
    for name in _ONE_ANSWER:
        if not is_null(fields.get(name)):
            raise BadBody(f"'{name}' is no field of this API: it gives one answer", param=name)
    refuse_other_plans(fields)
    asked.end_user = text(fields, "safety_identifier") or text(fields, "user")
    asked.tags = read_tags(fields)
    asked.privileges = read_privileges(fields)
    asked.hosted_tools = hosted_by_field(fields)


def _tools_of_input(asked: Asked, fields: Members) -> list[Any]:
    """Checks the input and what it refers to, and gives the tools that items of it bring along."""
    raw = fields.get("input")
    if raw is None or is_null(raw):  # a stored conversation may be all there is
        return []
    first = bytes(memoryview(raw)[:1])
    if first == b'"':
        return []
    if first != b"[":
        raise BadBody("'input' must be a text or a list", param="input")
    seen = look_through(raw, "input")
    asked.held += tuple(held_in_input(seen))
    return [
        tool
        for item in seen.value
        if "tools" in item and item.get("type") != "mcp_list_tools"
        for tool in tools_in(item)
    ]


def _keeps(asked: Asked, may_store: bool) -> bool:
    """As `render` writes it; what is worked on in the background is kept in any case."""
    if flag(asked.fields, "background"):
        return True
    stored = asked.fields.get("store")
    return may_store if stored is None or is_null(stored) else flag(asked.fields, "store")


def _begun(reader: StreamReader) -> tuple[Made, ...]:
    named = reader.response_id if isinstance(reader, ResponsesStream) else None
    return () if named is None or not is_id(named) else (Made("response", named),)


DIALECT: Final = Dialect(
    api="responses",
    family="openai",
    provider_path="/responses",
    parse=parse,
    render=render,
    read_answer=read_answer,
    read_stream=read_stream,
    problem_event=problem_event,
    keeping=Keeping("responses.create", made=named("response"), begun=_begun, keeps=_keeps),
)
