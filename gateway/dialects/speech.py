"""How a provider is spoken to: in the caller's own API where it has that, else in translation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from msgspec import Struct

from gateway.dialects import (
    anthropic_count_tokens,
    anthropic_messages,
    openai_chat,
    openai_embeddings,
    openai_responses,
)
from gateway.dialects.anthropic_family import ANTHROPIC
from gateway.dialects.foreign import MARKS, without_foreign
from gateway.dialects.gemini_embeddings import embedding
from gateway.dialects.gemini_family import GEMINI
from gateway.dialects.gemini_generate import counting as gemini_count
from gateway.dialects.gemini_generate import generate
from gateway.dialects.hub.conversation import Conversation
from gateway.dialects.hub.embedding import EmbeddingTranslation
from gateway.dialects.hub.fit import fit
from gateway.dialects.hub.spoke import Spoke
from gateway.dialects.hub.translation import Conversing, Translation
from gateway.dialects.interface import SSE, Asked, Changes, Dialect, Family
from gateway.dialects.openai_family import OPENAI
from gateway.dialects.spokes import chat, embeddings_gemini, embeddings_openai, gemini, messages, responses
from gateway.dialects.spokes.counting import counting
from gateway.form import FormBody

FAMILY_OF: Final[Mapping[str, Family]] = {
    "openai": OPENAI,
    "azure": OPENAI,
    "anthropic": ANTHROPIC,
    "gemini": GEMINI,
}
"""By a provider's dialect: the family it belongs to. `echo` belongs to all."""

SPOKES: Final[Mapping[str, Spoke]] = {one.SPOKE.api: one.SPOKE for one in (chat, responses, messages, gemini)}
"""By API: the conversations that can be translated."""

_GENERATE: Final = generate("/v1beta/models/{model}:generateContent", "", stream=False)
_STREAM: Final = generate("/v1beta/models/{model}:streamGenerateContent?alt=sse", "", stream=True)


def _fixed(dialect: Dialect) -> Callable[[bool], Dialect]:
    return lambda stream: dialect


_CONVERSATIONS: Final[Mapping[str, tuple[tuple[str, Callable[[bool], Dialect]], ...]]] = {
    "openai": (("chat", _fixed(openai_chat.DIALECT)), ("responses", _fixed(openai_responses.DIALECT))),
    "anthropic": (("messages", _fixed(anthropic_messages.DIALECT)),),
    "gemini": (("gemini", lambda stream: _STREAM if stream else _GENERATE),),
}
"""By family: the APIs in which its providers converse, the first that one offers is spoken."""

_EMBEDDINGS: Final = {
    "openai": (embeddings_openai.SPOKE, openai_embeddings.DIALECT),
    "gemini": (
        embeddings_gemini.SPOKE,
        embedding("/v1beta/models/{model}:batchEmbedContents", "", batch=True),
    ),
}
"""By family: those whose providers embed texts."""

_COUNTS: Final[Mapping[str, tuple[Dialect, str | None]]] = {
    "anthropic": (anthropic_count_tokens.DIALECT, None),
    "gemini": (gemini_count("/v1beta/models/{model}:countTokens", ""), None),
    "openai": (replace(anthropic_count_tokens.DIALECT, family="openai", provider_path="/tokens"), "estimate"),
}
"""By family: how tokens are counted there, and who counts them where its providers don't."""


class Speech(Struct, frozen=True):
    """`dialect` is what goes over the wire to the provider, `family` how it tells of problems.
    `translation` None: it is the caller's own API, and bytes pass as they are. `upstream` is who sends
    it, where that is not the provider's own client. `left_out`: what of it is not sent all the same.
    """

    dialect: Dialect
    family: Family
    translation: Translation | None = None
    upstream: str | None = None
    left_out: str | None = None

    def rule(self) -> str | None:
        """For the record: how the request was changed. None: it was not."""
        return self.left_out if self.translation is None else self.translation.rule()


class Speeches:
    """How the providers of one plan are spoken to. What is asked is read at most once."""

    def __init__(self, dialect: Dialect, family: Family, asked: Asked) -> None:
        self._dialect = dialect
        self._asked = asked
        self._own = Speech(dialect, family)
        self._conversation: Conversation | None = None
        self._translated: dict[str, Speech] = {}
        self._foreign: bool | None = None

    def to(self, provider_dialect: str, apis: frozenset[str] | None = None) -> Speech | None:
        """None: such a provider has nothing like it. `apis` is what it offers, None is all.

        Raises Misfit for what it can't be asked, BadBody for what nobody can.
        """
        if provider_dialect == "echo":
            return self._own
        family = FAMILY_OF[provider_dialect]
        if family.name == self._dialect.family and (apis is None or self._dialect.api in apis):
            plain = self._asked.plain or not self._holds_foreign()
            return self._own if plain else self._own_without_foreign()
        if self._dialect.operation == "embed":
            return self._embedding(family, apis)
        if self._dialect.operation == "count":
            return self._counting(family)
        if self._dialect.operation != "generate":
            return None
        for api, dialect_for in _CONVERSATIONS[family.name]:
            if (apis is None or api in apis) and api != self._dialect.api:
                return self._translated.get(api) or self._translate(api, dialect_for, family)
        return None

    def _holds_foreign(self) -> bool:
        """Whether reasoning in it may be of a provider of another family, by way of a translation."""
        if self._foreign is None:
            raw, marks = self._asked.raw, MARKS.get(self._dialect.api, ())
            told = self._dialect.operation in ("generate", "count")
            self._foreign = told and any(mark in raw for mark in marks)
        return self._foreign

    def _own_without_foreign(self) -> Speech:
        """The caller's own API, without the reasoning that a provider of its family would refuse."""
        asked, own = self._asked, self._dialect
        known = self._translated.get(own.api)
        if known is None:
            known = self._own
            if without_foreign(asked, own.api, asked.model) is not None:

                def render(_: Asked, changes: Changes) -> bytes | FormBody:
                    return own.render(without_foreign(asked, own.api, changes.model) or asked, changes)

                left_out = f"{own.api} to {own.api}: dropped foreign_thinking"
                known = Speech(replace(own, render=render), self._own.family, left_out=left_out)
            self._translated[own.api] = known
        return known

    def _embedding(self, family: Family, apis: frozenset[str] | None) -> Speech | None:
        if family.name not in _EMBEDDINGS or (apis is not None and "embeddings" not in apis):
            return None
        known = self._translated.get(family.name)
        if known is not None:
            return known
        client, _ = _EMBEDDINGS[self._dialect.family]
        provider, dialect = _EMBEDDINGS[family.name]
        translation = EmbeddingTranslation(client, provider, client.read_request(self._asked))
        speech = self._translated[family.name] = Speech(dialect, family, translation)
        return speech

    def _counting(self, family: Family) -> Speech:
        known = self._translated.get(family.name)
        if known is None:
            dialect, upstream = _COUNTS[family.name]
            translation = counting(self._asked, self._dialect.family, family.name)
            known = self._translated[family.name] = Speech(dialect, family, translation, upstream)
        return known

    def _translate(self, api: str, dialect_for: Callable[[bool], Dialect], family: Family) -> Speech:
        client, provider = SPOKES[self._dialect.api], SPOKES[api]
        if self._dialect.api == "gemini" and self._dialect.stream_type != SSE:
            client = gemini.ARRAY_SPOKE
        if self._conversation is None:
            self._conversation = client.read_request(self._asked)
        translation = Conversing(client, provider, fit(self._conversation, provider.fates, family.name))
        speech = Speech(dialect_for(self._asked.stream), family, translation)
        self._translated[api] = speech
        return speech
