"""Names of people by a model of spaCy, beside those by rules: more of them, slower, and less sure.

Only what is installed is used; nothing is ever fetched. Importing spaCy takes a second, so it is imported with the first
model that a profile asks for, in the process that reads with it.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from gateway.privacy.faults import MissingModel
from gateway.privacy.recognizers.spoken import spoken_in
from gateway.privacy.spans import Span
from gateway.privacy.vocabulary import Vocabulary

Asked = Sequence[tuple[str, str]]
"""Languages and the names of the models for them, as a profile has them."""

_LABELS: Final = frozenset({"PERSON", "PER"})
_MISTAKEN: Final = frozenset({"GPE", "LOC", "ORG", "FAC", "NORP", "MISC", "PRODUCT", "WORK_OF_ART"})
"""What small models take names for that they have not seen: believed to be one where its first word is a first name."""
_UNUSED: Final = ("tagger", "parser", "attribute_ruler", "lemmatizer", "morphologizer", "senter")
_SCORE: Final = 0.7
_PIECE_CHARACTERS: Final = 5_000
_NO_NAME: Final = re.compile(r"[\d_=/{}<>#@|*\\\[\]:;\"“”»«\n\t+]|\.\w|--")
_WORD: Final = re.compile(r"[^\W\d_]+")


class Models:
    """Those that profiles have asked for. Finds names in a text that is in the language of one of them."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._known = vocabulary
        self._pipelines: dict[str, Any] = {}

    def load(self, asked: Asked) -> None:
        """Raises MissingModel. Takes seconds, the first time."""
        for _, name in asked:
            if name not in self._pipelines:
                self._pipelines[name] = _loaded(name)

    def find(self, text: str, asked: Asked) -> Iterator[Span]:
        """`asked` was loaded."""
        languages = spoken_in(text, [language for language, _ in asked])
        for language, name in asked:
            if language in languages:
                for start, end, label in _found(self._pipelines[name], text):
                    if self._is_name(text[start:end], called=label in _LABELS, sure=len(languages) == 1):
                        yield Span(start, end, "PERSON", _SCORE)

    def _is_name(self, value: str, *, called: bool, sure: bool) -> bool:
        """A model finds names in code, logs and headlines too. `called`: it calls it a name, else something that names
        are taken for; `sure`: of the language. Else something of it must be known."""
        words = _WORD.findall(value.lower())
        if not 1 <= len(words) <= 5 or _NO_NAME.search(value) is not None or not value[:1].isupper():
            return False
        first, last, common = self._known.first, self._known.last, self._known.common
        if len(words) == 1 and (value.isupper() or len(value) < 3):
            return False
        if called:
            plain = not any(word in common and word not in first for word in words)
            return plain and (sure or any(word in first or word in last for word in words))
        return common.isdisjoint(words) and (words[0] in first or (len(words) == 1 and words[0] in last))


def absent(asked: Asked) -> list[str]:
    """A sentence for each that is not installed; nothing is loaded."""
    names = sorted({name for _, name in asked if importlib.util.find_spec(name) is None})
    return [
        f"the model `{name}`, which finds names, is not installed here: install it, or leave it out of `ner`"
        for name in names
    ]


def ensure(asked: Asked) -> None:
    """Raises MissingModel."""
    for sentence in absent(asked):
        raise MissingModel(sentence)


def _loaded(name: str) -> Any:
    ensure([("", name)])
    try:
        pipeline = importlib.import_module(name).load(exclude=_UNUSED)
    except (AttributeError, ImportError, OSError, ValueError) as fault:
        raise MissingModel(f"the model `{name}` can't be used: {type(fault).__name__}") from fault
    if "ner" not in pipeline.pipe_names and "entity_ruler" not in pipeline.pipe_names:
        raise MissingModel(f"the model `{name}` finds no names: it has no part `ner`")
    return pipeline


def _found(pipeline: Any, text: str) -> Iterator[tuple[int, int, str]]:
    """Piece by piece: what spaCy takes in memory grows with the text, and what it learned of words is forgotten."""
    for begin, end in _pieces(text):
        with pipeline.memory_zone():
            for entity in pipeline(text[begin:end]).ents:
                if entity.label_ in _LABELS or entity.label_ in _MISTAKEN:
                    yield begin + entity.start_char, begin + entity.end_char, entity.label_


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """At ends of lines or sentences, where there is one."""
    begin = 0
    while begin < len(text):
        end = min(len(text), begin + _PIECE_CHARACTERS)
        if end < len(text):
            least = begin + _PIECE_CHARACTERS // 2
            cut = max(text.rfind("\n", least, end), text.rfind(". ", least, end), text.rfind(" ", least, end))
            end = cut + 1 if cut > 0 else end
        yield begin, end
        begin = end
