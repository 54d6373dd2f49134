"""Where the answers of each API have their texts: by the caller's API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from gateway.privacy import text_leaves_anthropic as anthropic
from gateway.privacy import text_leaves_gemini as gemini
from gateway.privacy import text_leaves_openai as openai
from gateway.privacy.text_leaf_rules import Node, Rule, joined
from gateway.streams import restore_deltas as deltas

DELTAS: Final[Mapping[str, deltas.Deltas]] = {
    "chat": deltas.CHAT,
    "completions": deltas.CHAT,
    "responses": deltas.RESPONSES,
    "messages": deltas.MESSAGES,
    "gemini": deltas.GEMINI,
}
"""In the events of streams. Others are not read."""

ANSWERS: Final[Mapping[str, Node]] = {
    "chat": openai.CHAT_ANSWER,
    "completions": openai.COMPLETIONS_ANSWER,
    "responses": openai.RESPONSES_ANSWER,
    "messages": anthropic.ANSWER,
    "gemini": gemini.ANSWER,
    "embeddings": openai.EMBEDDINGS,
    "images": openai.MEDIA,
    "audio": openai.MEDIA,
}
"""In whole answers. Where there are no rules, every text is looked at."""

_ECHOES: Final = dict.fromkeys(
    ("instructions", "tools", "metadata", "prompt", "user", "safety_identifier", "prompt_cache_key"),
    Rule.ELSEWHERE,
)
"""Of the request, in answers of Responses: nobody has said them."""
_RESPONSE: Final = joined(openai.RESPONSES_ANSWER, **_ECHOES)

SAID_DELTAS: Final[Mapping[str, deltas.Deltas]] = {
    **DELTAS,
    "responses": replace(deltas.RESPONSES, rules=joined(openai.RESPONSES_EVENT, response=_RESPONSE)),
}
SAID_ANSWERS: Final[Mapping[str, Node]] = {**ANSWERS, "responses": _RESPONSE}
"""The same without what of the request is repeated in them."""
