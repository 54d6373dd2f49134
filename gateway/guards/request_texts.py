"""The texts of a request, and whose words each is: what the application says itself is suspected of nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec import DecodeError, Raw, Struct
from msgspec.json import Decoder

from gateway.dialects.interface import Dialect
from gateway.guards.finding import Source, Text
from gateway.privacy import text_leaves_anthropic, text_leaves_gemini, text_leaves_openai
from gateway.privacy.text_leaf_rules import Node, below, tree
from gateway.privacy.text_leaves import Leaves

_RULES: Final[Mapping[tuple[str, str], Node]] = {
    ("openai", "chat"): text_leaves_openai.CHAT,
    ("openai", "completions"): text_leaves_openai.COMPLETIONS,
    ("openai", "responses"): text_leaves_openai.RESPONSES,
    ("openai", "embeddings"): text_leaves_openai.EMBEDDINGS,
    ("anthropic", "messages"): text_leaves_anthropic.MESSAGES,
    ("gemini", "gemini"): text_leaves_gemini.GENERATE,
    ("gemini", "embeddings"): text_leaves_gemini.REQUESTS,
}
_OTHERWISE: Final = tree(structural="model size quality style background response_format voice user n")
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


class RequestTexts:
    """`leaves` to write it anew, `texts` in the same order."""

    __slots__ = ("leaves", "texts")

    def __init__(self, raw: bytes, dialect: Dialect) -> None:
        rules = rules_of(dialect)
        self.leaves = Leaves(raw, rules)
        sources = list(_sources(raw, rules))
        if len(sources) != len(self.leaves.texts):  # nobody knows whose: then it is the user's
            sources = ["user"] * len(self.leaves.texts)
        self.texts = tuple(map(Text, self.leaves.texts, sources))


def rules_of(dialect: Dialect) -> Node:
    """What of its requests is no text."""
    return _RULES.get((dialect.family, dialect.api), _OTHERWISE)


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
