"""Where the events of each API have pieces of text, which texts they belong to, and which texts end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.privacy.text_leaf_rules import Node, joined, tree
from gateway.privacy.text_leaves_anthropic import CONTENT
from gateway.privacy.text_leaves_openai import RESPONSES_EVENT

Channel = tuple[Any, ...]
"""Which text a piece belongs to. What ends is named by the beginning of it."""
Event = dict[str, Any]


@dataclass(slots=True)
class Slot:
    """A piece of text: `holder[key]`. `json`: of a JSON document."""

    holder: dict[str, Any]
    key: str
    channel: Channel
    json: bool = False


@dataclass(slots=True)
class Told:
    """What an event has. `values`: members that stand there whole, of which every text is read. `whole`:
    all of it does, by the API's rules."""

    slots: list[Slot] = field(default_factory=list)
    ends: list[Channel] = field(default_factory=list)
    values: list[tuple[dict[str, Any], str]] = field(default_factory=list)
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Deltas:
    """One API's events. `alone` is the event of a slot with this text and no other piece."""

    read: Callable[[Event], Told]
    alone: Callable[[Event, Slot, str], Event]
    rules: Node = None


def _dicts(value: object) -> Iterator[tuple[int, dict[str, Any]]]:
    if isinstance(value, list):
        for number, one in enumerate(value):
            if isinstance(one, dict):
                yield number, one


def _add(told: Told, holder: object, key: str, channel: Channel, *, json: bool = False) -> None:
    if isinstance(holder, dict) and isinstance(holder.get(key), str):
        told.slots.append(Slot(holder, key, channel, json))


def _until_error(told: Told, event: Event) -> Told:
    """An error ends all texts: nothing follows it."""
    if event.get("error") is not None:
        told.ends.append(())
    return told


_SAID: Final = ("content", "refusal", "reasoning_content", "reasoning")


def _read_chat(event: Event) -> Told:
    told = Told()
    for _, choice in _dicts(event.get("choices")):
        index = choice.get("index", 0)
        _add(told, choice, "text", (index, "text"))
        delta = choice.get("delta")
        if isinstance(delta, dict):
            _read_chat_delta(told, delta, index)
        if choice.get("finish_reason") is not None:
            told.ends.append((index,))
    return _until_error(told, event)


def _read_chat_delta(told: Told, delta: dict[str, Any], index: object) -> None:
    for key in _SAID:
        if key in delta:
            _add(told, delta, key, (index, key))
    for _, part in _dicts(delta.get("content")):
        _add(told, part, "text", (index, "content"))
    for number, call in _dicts(delta.get("tool_calls")):
        at = call.get("index", number)
        _add(told, call.get("function"), "arguments", (index, "function", at), json=True)
        _add(told, call.get("custom"), "input", (index, "custom", at))
    _add(told, delta.get("function_call"), "arguments", (index, "function_call"), json=True)
    _add(told, delta.get("audio"), "transcript", (index, "audio"))


def _chat_alone(event: Event, slot: Slot, text: str) -> Event:
    index, kind = slot.channel[:2]
    if kind == "text":
        choice: Event = {"index": index, "text": text, "finish_reason": None}
    else:
        delta: Event = {kind: text}
        if kind in ("function", "custom"):
            delta = {"tool_calls": [{"index": slot.channel[2], kind: {slot.key: text}}]}
        elif kind in ("function_call", "audio"):
            delta = {kind: {slot.key: text}}
        choice = {"index": index, "delta": delta, "finish_reason": None}
    return {**_without(event, "usage"), "choices": [choice]}


_BLOCK_DELTAS: Final = {"text_delta": "text", "input_json_delta": "partial_json"}
_SIGNED: Final = frozenset({"thinking_delta", "signature_delta", "thinking", "redacted_thinking"})
_MESSAGE_ENDS: Final = frozenset({"message_stop", "message_delta", "error"})


def _read_messages(event: Event) -> Told:
    """Thinking is left alone: a signature will follow, and it must come back as it was."""
    told = Told()
    kind, index = event.get("type"), event.get("index")
    if kind == "content_block_delta":
        delta = event.get("delta")
        key = _BLOCK_DELTAS.get(delta.get("type", "")) if isinstance(delta, dict) else None
        if key is not None:
            _add(told, delta, key, (index, key), json=key == "partial_json")
        else:
            told.whole = isinstance(delta, dict) and delta.get("type") not in _SIGNED
    elif kind == "content_block_start":
        block = event.get("content_block")
        if isinstance(block, dict) and block.get("type") == "text":
            _add(told, block, "text", (index, "text"))
        else:
            told.whole = isinstance(block, dict) and block.get("type") not in _SIGNED
    elif kind == "content_block_stop":
        told.ends.append((index,))
    elif kind in _MESSAGE_ENDS:
        told.ends.append(())
    return told


def _messages_alone(event: Event, slot: Slot, text: str) -> Event:
    if slot.key == "text":
        delta = {"type": "text_delta", "text": text}
    else:
        delta = {"type": "input_json_delta", "partial_json": text}
    return {"type": "content_block_delta", "index": event.get("index"), "delta": delta}


_NO_TEXT: Final = frozenset({"response.audio.delta"})


def _read_responses(event: Event) -> Told:
    told = Told()
    kind = event.get("type")
    if not isinstance(kind, str):
        return told
    if kind.endswith(".delta"):
        if kind not in _NO_TEXT:
            _add(
                told, event, "delta", _responses_channel(event, kind), json=kind.endswith("_arguments.delta")
            )
        return told
    told.whole = True
    if kind == "response.output_item.done":
        told.ends.append((event.get("output_index"),))
    elif kind.endswith(".done"):
        told.ends.append(_responses_channel(event, kind.removesuffix(".done") + ".delta"))
    elif kind in ("response.completed", "response.incomplete", "response.failed", "error"):
        told.ends.append(())
    return told


def _responses_channel(event: Event, kind: str) -> Channel:
    return event.get("output_index"), event.get("content_index"), event.get("summary_index"), kind


def _responses_alone(event: Event, slot: Slot, text: str) -> Event:
    """Its number in the sequence is that of the piece before it: those that follow keep theirs."""
    return {**_without(event, "obfuscation"), "delta": text} | (
        {"logprobs": []} if "logprobs" in event else {}
    )


_WHOLE_PARTS: Final = ("functionCall", "executableCode", "codeExecutionResult")


def _read_gemini(event: Event) -> Told:
    told = Told()
    for number, candidate in _dicts(event.get("candidates")):
        index = candidate.get("index", number)
        content = candidate.get("content")
        for _, part in _dicts(content.get("parts") if isinstance(content, dict) else None):
            _add(told, part, "text", (index, "thought" if part.get("thought") else "text"))
            told.values += [(part, key) for key in _WHOLE_PARTS if key in part]
        if candidate.get("finishReason"):
            told.ends.append((index,))
    return _until_error(told, event)


def _gemini_alone(event: Event, slot: Slot, text: str) -> Event:
    part: Event = {"text": text}
    if slot.channel[1] == "thought":
        part["thought"] = True
    candidate = {"content": {"parts": [part], "role": "model"}, "index": slot.channel[0]}
    return {**_without(event, "usageMetadata"), "candidates": [candidate]}


def _without(event: Event, name: str) -> Event:
    return {key: value for key, value in event.items() if key != name}


CHAT: Final = Deltas(_read_chat, _chat_alone)
"""Completions too."""
MESSAGES: Final = Deltas(
    _read_messages,
    _messages_alone,
    joined(tree(structural="type index"), content_block=CONTENT, delta=CONTENT),
)
RESPONSES: Final = Deltas(_read_responses, _responses_alone, RESPONSES_EVENT)
GEMINI: Final = Deltas(_read_gemini, _gemini_alone)
