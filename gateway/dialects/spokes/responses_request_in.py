"""A client's Responses request as a conversation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, cast, get_args

from msgspec import Raw
from msgspec.json import Decoder

from gateway.dialects.body import Members, count, is_null
from gateway.dialects.hub.conversation import Conversation, Effort, OutputFormat, Reasoning
from gateway.dialects.hub.features import Feature, Misfit
from gateway.dialects.hub.parts import Text
from gateway.dialects.interface import Asked, BadBody
from gateway.dialects.spokes.responses_items_in import read_input
from gateway.dialects.spokes.responses_tools_in import CHOICE, decoded, read_tool_choice, read_tools
from gateway.dialects.spokes.unknown import Unknown, note_all

_TEXT: Final = Decoder(str | None)
_FLAG: Final = Decoder(bool | None)
_NUMBER: Final = Decoder(float | None)
_WORDS: Final = Decoder(list[str] | None)
_MEMBERS: Final = Decoder(dict[str, Raw] | None)

_NULL: Final = Raw(b"null")
_LOGPROBS: Final = "message.output_text.logprobs"
_EFFORTS: Final = frozenset(get_args(Effort))

_MAPPED: Final = frozenset(
    "model input instructions stream max_output_tokens temperature top_p top_logprobs text tools tool_choice "
    "parallel_tool_calls reasoning include metadata user safety_identifier prompt_cache_key".split()
)
_HARMLESS: Final = frozenset({"stream_options", "max_tool_calls"})
"""Of this API's transport; a bound on tools that the provider runs, of which there are none here."""
_HELD: Final = ("previous_response_id", "conversation", "prompt", "container")
_DEFAULTS: Final = {
    "store": (b"false",),
    "background": (b"false",),
    "service_tier": (b'"auto"', b'"default"'),
    "truncation": (b'"disabled"',),
}
"""Values with which a member says nothing."""


def read_request(asked: Asked) -> Conversation:
    """`asked` was parsed by this API's dialect. BadBody for a value that this API would refuse, Misfit
    for what no other API can say."""
    fields = asked.fields
    if asked.max_output_tokens == 0:
        raise BadBody("a cap of 0 can't be told in another API", param="max_output_tokens")
    for name in _HELD:
        if not is_null(fields.get(name)):
            raise Misfit(Feature.HELD, f"'{name}'", param=name)
    if not is_null(fields.get("moderation")):
        raise Misfit(Feature.HOSTED_TOOLS, "a moderation by the provider", param="moderation")
    asked_for = fields.get("input")
    if asked_for is None or is_null(asked_for):
        raise BadBody("'input' is missing", param="input")
    given = read_input(asked_for)
    instructions = _value(fields, "instructions", _TEXT)
    tools, of_tools = read_tools(fields.get("tools", _NULL))
    output, verbosity, of_text = _text(fields)
    reasoning, of_reasoning = _reasoning(fields)
    top_logprobs = count(fields, "top_logprobs", least=0)
    logprobs = _LOGPROBS in (_value(fields, "include", _WORDS) or ()) or bool(top_logprobs)
    return Conversation(
        model=asked.model,
        system=(Text(instructions), *given.system) if instructions else given.system,
        messages=given.messages,
        stream=asked.stream,
        tools=tools,
        tool_choice=read_tool_choice(fields.get("tool_choice", _NULL)),
        parallel_tools=_value(fields, "parallel_tool_calls", _FLAG),
        output=output,
        reasoning=reasoning,
        max_output_tokens=asked.max_output_tokens,
        temperature=_value(fields, "temperature", _NUMBER),
        top_p=_value(fields, "top_p", _NUMBER),
        logprobs=logprobs,
        top_logprobs=top_logprobs if logprobs else None,
        verbosity=verbosity,
        end_user=asked.end_user,
        metadata=_metadata(fields),
        cache_key=_value(fields, "prompt_cache_key", _TEXT) or None,
        unknown=(*_unknown(fields), *given.unknown, *of_tools, *_of_choice(fields), *of_text, *of_reasoning),
    )


def _value(fields: Members, name: str, decoder: Decoder[Any]) -> Any:
    raw = fields.get(name)
    return None if raw is None else decoded(decoder, raw, name)


def _metadata(fields: Members) -> Raw | None:
    raw = fields.get("metadata")
    return raw if raw is not None and _value(fields, "metadata", _MEMBERS) else None


def _unknown(fields: Members) -> Iterator[str]:
    for name, raw in fields.items():
        if name in _MAPPED or name in _HARMLESS or is_null(raw):
            continue
        if bytes(raw) not in _DEFAULTS.get(name, ()):
            yield name[:100]


def _of_choice(fields: Members) -> Unknown:
    unknown: Unknown = {}
    note_all(fields, {"tool_choice": CHOICE}, unknown)
    return unknown


def _text(fields: Members) -> tuple[OutputFormat | None, str | None, tuple[str, ...]]:
    """What the answer's text must be like: its format, its verbosity, and members without a word."""
    given: Members = _value(fields, "text", _MEMBERS) or {}
    verbosity = _value(given, "verbosity", _TEXT)
    form: Members = _value(given, "format", _MEMBERS) or {}
    unknown = tuple(f"text.{name}" for name in _others(given, "format", "verbosity"))
    unknown += tuple(
        f"text.format.{name}" for name in _others(form, "type", "schema", "name", "description", "strict")
    )
    kind = _value(form, "type", _TEXT) or "text"
    if kind == "text":
        return None, verbosity, unknown
    if kind == "json_object":
        return OutputFormat(), verbosity, unknown
    if kind != "json_schema" or is_null(form.get("schema")):
        raise BadBody(
            "'text.format' must be text, json_object or a json_schema with its 'schema'", param="text"
        )
    schema = OutputFormat(
        form["schema"],
        _value(form, "name", _TEXT),
        _value(form, "description", _TEXT),
        _value(form, "strict", _FLAG),
    )
    return schema, verbosity, unknown


def _reasoning(fields: Members) -> tuple[Reasoning | None, tuple[str, ...]]:
    given: Members = _value(fields, "reasoning", _MEMBERS) or {}
    effort = _value(given, "effort", _TEXT)
    if effort is not None and effort not in _EFFORTS:
        raise BadBody(f"'{effort[:100]}' is no reasoning effort", param="reasoning")
    summary = _value(given, "summary", _TEXT) or _value(given, "generate_summary", _TEXT)
    unknown = tuple(f"reasoning.{name}" for name in _others(given, "effort", "summary", "generate_summary"))
    if effort is None and summary is None:
        return None, unknown
    return Reasoning(cast(Effort | None, effort), tell=True if summary else None), unknown


def _others(given: Members, *known: str) -> Iterator[str]:
    return (name[:100] for name, raw in given.items() if name not in known and not is_null(raw))
