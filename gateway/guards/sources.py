"""Whose words the texts of a request are: what the application says itself is suspected of nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import DecodeError, Raw, Struct
from msgspec.json import Decoder

from gateway.guards.finding import Source, Text
from gateway.privacy.text_leaf_rules import Node, below
from gateway.privacy.text_leaves import Leaves

_SAID_BY_TURNS: Final = frozenset({"messages", "input", "contents"})
_BY_APPLICATION: Final = frozenset(
    "system instructions systemInstruction system_instruction tools functions tool_choice response_format text metadata "
    "prediction generationConfig generation_config toolConfig tool_config output_config mcp_servers stop".split()
)
_BY_ROLE: Final[Mapping[str, Source]] = {
    "system": "system",
    "developer": "system",
    "assistant": "assistant",
    "model": "assistant",
    "tool": "tool",
    "function": "tool",
}
_MEMBERS: Final = Decoder(dict[str, Raw])
_ITEMS: Final = Decoder(list[Raw])


class _Turn(Struct):
    role: Any = None
    type: Any = None
    content: Raw = Raw()
    parts: Raw = Raw()


_TURN: Final = Decoder(_Turn)


def with_sources(texts: Sequence[str], raw: bytes, rules: Node) -> tuple[Text, ...]:
    """`texts` are those of the body `raw` by these rules, in order. Where nobody knows whose they are (a form, a body
    of another kind), they are the user's."""
    try:
        sources = list(_sources(raw, rules))
    except (DecodeError, RecursionError):
        sources = []
    if len(sources) != len(texts):
        sources = ["user"] * len(texts)
    return tuple(map(Text, texts, sources))


def _sources(raw: bytes, rules: Node) -> Iterator[Source]:
    """One for each text, in the order of the body."""
    for name, value in _MEMBERS.decode(raw).items():
        source: Source = "system" if name in _BY_APPLICATION else "user"
        if name in _SAID_BY_TURNS and bytes(memoryview(value)[:1]) == b"[":
            for item in _ITEMS.decode(value):
                yield from [_of_turn(item)] * len(Leaves(bytes(item), below(rules, name)).texts)
        else:
            alone = b"{%b:%b}" % (msgspec.json.encode(name), value)
            yield from [source] * len(Leaves(alone, rules).texts)


def _of_turn(item: Raw) -> Source:
    try:
        turn = _TURN.decode(item)
    except DecodeError:  # a text, or what no API knows
        return "user"
    kind = turn.type if isinstance(turn.type, str) else ""
    if b'"tool_result"' in bytes(turn.content) or b"unction" in bytes(turn.parts) or kind.endswith("_output"):
        return "tool" if turn.role not in ("assistant", "model") else "assistant"
    if kind.endswith("_call") or kind == "reasoning":
        return "assistant"
    return _BY_ROLE.get(turn.role, "user") if isinstance(turn.role, str) else "user"
