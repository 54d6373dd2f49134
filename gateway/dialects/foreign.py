"""Reasoning of another family's provider, in a request that is sent on in the caller's own API.

It came by way of a translation, and the client sends it back: wrapped here, or unsigned. Its own provider
would refuse it, so just that is cut out. Whatever else a request says is sent byte by byte as it came.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import msgspec
from msgspec import DecodeError, Raw
from msgspec.json import Decoder
from msgspec.structs import replace

from gateway.dialects.body import Members, anything, is_null, items, joined
from gateway.dialects.body_size import marks
from gateway.dialects.hub.features import Feature, Misfit
from gateway.dialects.hub.parts import Origin
from gateway.dialects.hub.signature import MARK, UNSIGNED, unwrapped
from gateway.dialects.interface import Asked
from gateway.dialects.spokes.chat_said import CALLS_OF, blocks_of
from gateway.dialects.spokes.gemini_models import generation
from gateway.dialects.spokes.gemini_turn import NOT_SIGNED
from gateway.dialects.spokes.gemini_values import base64_text
from gateway.dialects.spokes.responses_reasoning import of_client, to_provider

_MEMBERS: Final = Decoder(dict[str, Raw])
_TEXT: Final = Decoder(str)
_NOTHING: Final = "nothing else is said, and only who signed it can check it"
_MOST_MARKS: Final = 2**18
"""Of objects, lists, commas and quotes in the turns: where there are more, the provider may judge them."""
_SMALL_BYTES: Final = 256 * 1024

MARKS: Final[Mapping[str, tuple[bytes, ...]]] = {
    "chat": (MARK, b'"thinking_blocks"'),
    "responses": (MARK, UNSIGNED.encode()),
    "messages": (MARK, b'"signature":""', b'"signature": ""'),
    "gemini": (MARK,),
}
"""By API: bytes that a request has where such reasoning is in it. They may be in it for another reason."""

_WHOLE: Final = ("generateContentRequest", "generate_content_request")

Cut = Callable[[Raw, str], Raw | None]
"""(a turn, the target's model) → what is left of it: the very same where nothing is cut, None for nothing."""


def without_foreign(asked: Asked, api: str, model: str) -> Asked | None:
    """What is sent to `model` instead; None: what came. Misfit where nothing would be left to be said."""
    name, _ = _CUTS[api]
    if name in asked.fields:
        return _without_foreign(asked, api, model)
    for whole in _WHOLE:  # Gemini counts the tokens of a request that is a member of another
        if whole in asked.fields:
            inside = replace(asked, fields=_members(asked.fields[whole]))
            left = _without_foreign(inside, api, model) if name in inside.fields else None
            if left is not None:
                fields = {**asked.fields, whole: Raw(left.raw)}
                return replace(asked, raw=joined(fields), fields=fields)
    return None


def _without_foreign(asked: Asked, api: str, model: str) -> Asked | None:
    name, cut = _CUTS[api]
    raw = asked.fields[name]
    if bytes(memoryview(raw)[:1]) != b"[" or _is_too_much(raw):
        return None
    turns = items(raw, name)
    left = [cut(turn, model) if _may_hold(turn, api) else turn for turn in turns]
    if all(before is after for before, after in zip(turns, left, strict=True)):
        return None
    kept = [turn for turn in left if turn is not None]
    if not kept:
        raise Misfit(Feature.FOREIGN_THINKING, _NOTHING, param=name)
    fields = {**asked.fields, name: _listed(kept)}
    if api == "messages" and _can_not_think(fields, left):
        del fields["thinking"]
    return replace(asked, raw=joined(fields), fields=fields)


def _is_too_much(raw: Raw) -> bool:
    return len(raw) > _SMALL_BYTES and marks(bytes(raw), _MOST_MARKS) > _MOST_MARKS


def _may_hold(turn: Raw, api: str) -> bool:
    written = bytes(turn)
    return any(mark in written for mark in MARKS[api])


def _of_chat(turn: Raw, model: str) -> Raw | None:
    """Blocks with a signature are another family's: OpenAI's has none in this API. Tools that
    Google's own endpoint signed go back there."""
    fields = _members(turn)
    if _text(fields, "role") != "assistant":
        return turn
    left = dict(fields)
    told = fields.get("thinking_blocks")
    if told is not None and any(block.signature for block in blocks_of(anything(told))):
        del left["thinking_blocks"]
    calls = _items(fields, "tool_calls")
    unsigned = [_unsigned_call(call) for call in calls]
    if any(before is not after for before, after in zip(calls, unsigned, strict=True)):
        left["tool_calls"] = _listed(unsigned)
    elif len(left) == len(fields):
        return turn
    says = ("content", "tool_calls", "function_call", "refusal", "audio")
    return _object(left) if not all(is_null(left.get(name)) for name in says) else None


def _unsigned_call(call: Raw) -> Raw:
    fields = _members(call)
    extra = _inside(fields, "extra_content")
    google = _inside(extra, "google")
    if not _is_anothers(_text(google, "thought_signature"), CALLS_OF):
        return call
    return _object(
        _with(fields, "extra_content", _with(extra, "google", _with(google, "thought_signature", {})))
    )


def _of_messages(turn: Raw, model: str) -> Raw | None:
    fields = _members(turn)
    blocks = _items(fields, "content") if _text(fields, "role") == "assistant" else []
    left = [block for block in blocks if not _is_foreign_block(_members(block))]
    if len(left) == len(blocks):
        return turn
    return _object({**fields, "content": _listed(left)}) if left else None


def _is_foreign_block(block: Members) -> bool:
    match _text(block, "type"):
        case "thinking":
            signature = _text(block, "signature")
            return signature == "" or _is_anothers(signature, "anthropic")
        case "redacted_thinking":
            return _is_anothers(_text(block, "data"), "anthropic")
    return False


def _can_not_think(fields: Members, left: list[Raw | None]) -> bool:
    """Whether Claude would refuse to think for a budget: its last turn calls tools, and the signed
    thinking that it must begin with is not there."""
    if _text(_inside(fields, "thinking"), "type") != "enabled":
        return False
    turns = (_members(turn) for turn in reversed(left) if turn is not None)
    last = next((turn for turn in turns if _text(turn, "role") == "assistant"), {})
    kinds = [_text(_members(block), "type") for block in _items(last, "content")]
    return "tool_use" in kinds and kinds[0] not in ("thinking", "redacted_thinking")


def _of_responses(item: Raw, model: str) -> Raw | None:
    """What OpenAI itself sealed, and was wrapped all the same, is as it gave it."""
    fields = _members(item)
    sealed = _text(fields, "encrypted_content") if _text(fields, "type") == "reasoning" else None
    if not sealed:
        return item
    if sealed == UNSIGNED or _is_anothers(sealed, "openai"):
        return None
    if unwrapped(sealed, "openai")[0] == sealed:
        return item
    own = to_provider(of_client(None, "", sealed))
    own = {name: Raw(msgspec.json.encode(own[name])) for name in ("id", "encrypted_content") if name in own}
    return _object({**{name: raw for name, raw in fields.items() if name != "id"}, **own})


def _of_gemini(content: Raw, model: str) -> Raw | None:
    fields = _members(content)
    parts = _items(fields, "parts") if _text(fields, "role") == "model" else []
    left = [_unsigned_part(part, model) for part in parts]
    if all(before is after for before, after in zip(parts, left, strict=True)):
        return content
    kept = [part for part in left if part is not None]
    return _object({**fields, "parts": _listed(kept)}) if kept else None


def _unsigned_part(part: Raw, model: str) -> Raw | None:
    """Reasoning goes; a call stays, and says that it is unsigned to whoever must be told."""
    fields = _members(part)
    name = next((name for name in ("thoughtSignature", "thought_signature") if name in fields), "")
    if not _is_anothers(base64_text(_text(fields, name) or ""), "gemini"):
        return part
    left = {other: raw for other, raw in fields.items() if other != name}
    if not left.keys().isdisjoint(("functionCall", "function_call")):
        if generation(model) == "third":
            left[name] = Raw(msgspec.json.encode(NOT_SIGNED))
        return _object(left)
    is_thought = bytes(left.get("thought", Raw(b"false"))) == b"true"
    return None if is_thought or _text(left, "text") == "" else _object(left)


_CUTS: Final[Mapping[str, tuple[str, Cut]]] = {
    "chat": ("messages", _of_chat),
    "responses": ("input", _of_responses),
    "messages": ("messages", _of_messages),
    "gemini": ("contents", _of_gemini),
}
"""By API: the member that holds the conversation, and how one turn of it is cut."""


def _is_anothers(signature: str | None, native: Origin) -> bool:
    return signature is not None and unwrapped(signature, native)[1] != native


def _members(raw: Raw) -> Members:
    """None for what is no object: that is the provider's to judge."""
    try:
        return _MEMBERS.decode(raw)
    except (DecodeError, RecursionError):
        return {}


def _inside(fields: Members, name: str) -> Members:
    return _members(fields[name]) if name in fields else {}


def _items(fields: Members, name: str) -> list[Raw]:
    raw = fields.get(name)
    return items(raw, name) if raw is not None and bytes(memoryview(raw)[:1]) == b"[" else []


def _text(fields: Members, name: str) -> str | None:
    raw = fields.get(name)
    is_text = raw is not None and bytes(memoryview(raw)[:1]) == b'"'
    return _TEXT.decode(raw) if raw is not None and is_text else None


def _with(fields: Members, name: str, value: Members) -> Members:
    """An empty value is left out."""
    if value:
        return {**fields, name: _object(value)}
    return {other: raw for other, raw in fields.items() if other != name}


def _object(fields: Members) -> Raw:
    return Raw(joined(fields))


def _listed(raws: list[Raw]) -> Raw:
    return Raw(b"[" + b",".join(map(bytes, raws)) + b"]")
