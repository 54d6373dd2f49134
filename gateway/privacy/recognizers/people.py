"""Names of people, without a model: by title, by field, by the word in front, by known first names and surnames.

What it looks at are runs of words with a capital. The one expression of Python's own `re` here is a
run of one class of characters: it can't go back.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from gateway.privacy.recognizers.name_cues import (
    CALLS,
    CUES,
    FIELD,
    HUMAN,
    INTRODUCED,
    INTRODUCING,
    LETTERED,
    PARTICLES,
    TITLES,
)
from gateway.privacy.recognizers.name_lists import listed, speakers
from gateway.privacy.recognizers.runs import CAPITAL, Word, like_name, runs, shaped
from gateway.privacy.spans import Span
from gateway.privacy.vocabulary import Vocabulary

_WORD: Final = re.compile(r"[^\W\d_]+")
_LIST_GAP: Final = 6
_LISTED: Final = (", ", " & ", ", and ")
_FIELD_ENDS: Final = (":", "=", ">")
_QUOTES: Final = " \"'*_"
_VERB_ENDS: Final = ("ed", "ing", "s", "t", "te", "en", "ait", "ent", "ó", "ou", "ava", "aba")
_NEAR_CHARACTERS: Final = 90


class People:
    """Finds names, given what else was found in the text."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._known = vocabulary

    def find(self, text: str, others: Sequence[Span], known: Sequence[Span] = ()) -> Iterator[Span]:
        """`text`, `others` and `known` in the same offsets; `others` in order. `known` are names that were found
        otherwise: they come out too."""
        taken = {span.start for span in others}
        beside = [span for span in others if span.type not in ("SECRET", "CRYPTO", "IP")]
        found = list(known)
        before: list[Word] = []
        left: list[list[Word]] = []
        every = list(runs(text))
        for run in every:
            if run[0].start not in taken:
                if before and self._reversed(text, before, run):
                    found.append(Span(before[-1].start, run[min(len(run), 2) - 1].end, "PERSON", 0.7))
                judged = list(self._judge(text, run, beside))
                found.extend(judged)
                if not judged:
                    left.append(run)
            before = run
        found.extend(self._listed(left, found))
        found.extend(listed(text, every, self._known))
        found.extend(speakers(text, self._known))
        found.extend(self._in_lower_case(text))
        yield from found
        yield from self._again(text, found)

    def _in_lower_case(self, text: str) -> Iterator[Span]:
        """`detlef trautmann`: a first name that is no other word, and a word behind it that is no common one."""
        sure = self._known.sure
        words = _WORD.findall(text)
        firsts = [at for at, word in enumerate(words) if word in sure and len(word) > 3]
        beside = (words[at + 1] for at in firsts if at + 1 < len(words))
        if not any(self._surname(word) or word in sure for word in beside):
            return
        before: re.Match[str] | None = None
        for word in _WORD.finditer(text):
            if (
                before is not None
                and text[before.end() : word.start()] == " "
                and self._surname(word.group())
            ):
                yield Span(before.start(), word.end(), "PERSON", 0.6)
            first = word.group() in sure and len(word.group()) > 3
            if first and before is not None and text[before.end() : word.start()] in _LISTED:
                yield Span(before.start(), before.end(), "PERSON", 0.55)
                yield Span(word.start(), word.end(), "PERSON", 0.55)
            before = word if first else None

    def _surname(self, word: str) -> bool:
        """In lower case."""
        if len(word) <= 2 or not word.islower():
            return False
        return word in self._known.last or (word not in self._known.common and not word.endswith(_VERB_ENDS))

    def _judge(self, text: str, run: list[Word], others: Sequence[Span]) -> Iterator[Span]:
        titled = False
        while run and run[0].low in TITLES and len(run) > 1 and _title(text, run[0]):
            titled, run = True, run[1:]
        while run and self._is_common(run[0], run):
            run = run[1:]
        while run and (self._is_common(run[-1], run) or run[-1].low in PARTICLES):
            run = run[:-1]
        if not run:
            return
        score = self._score(text, run, titled, others)
        if score:
            yield Span(run[0].start, run[-1].end, "PERSON", score)

    def _listed(self, left: list[list[Word]], found: list[Span]) -> list[Span]:
        """`Priya Raman, Oleg Petrov`: two words with a capital right beside a name, in a list of them."""
        people = sorted(span for span in found if span.score > 0.6)
        return [
            Span(run[0].start, run[-1].end, "PERSON", 0.55)
            for run in left
            if 2 <= len(run) <= 3
            and not any(w.low in self._known.common for w in run)
            and self._near(run, people, _LIST_GAP)
        ]

    def _reversed(self, text: str, before: list[Word], run: list[Word]) -> bool:
        """`Banks, Megan`."""
        surname, first = before[-1], run[0]
        if (
            text[surname.end : first.start] != ", "
            or not self._part_of_first(first)
            or not like_name(surname)
        ):
            return False
        if surname.low in self._known.last:
            return len(before) == 1 or surname.low not in self._known.common
        strange = surname.low not in self._known.common and surname.low not in self._known.first
        return len(before) == 1 and strange and first.low not in self._known.ambiguous

    def _is_common(self, word: Word, run: list[Word]) -> bool:
        if word.low not in self._known.common:
            return False
        return not (len(run) > 1 and word.low in self._known.first and word.low not in self._known.ambiguous)

    def _score(self, text: str, run: list[Word], titled: bool, others: Sequence[Span]) -> float:
        if titled:
            return 0.85
        if not all(map(shaped, run)):
            return 0.0
        before = text[max(0, run[0].start - 24) : run[0].start]
        if before.rstrip(_QUOTES).endswith(_FIELD_ENDS) and FIELD.search(before) and self._fills(run, before):
            return 0.8
        first, last = run[0].low, run[-1].low
        names = sum(self._part_of_first(word) for word in run)
        if len(run) == 1:
            return self._lone(text, run, before, others)
        if any(word.low in self._known.common and len(word.low) > 1 for word in run):
            run_of_names = names and last in self._known.last
            return 0.6 if run_of_names else 0.0
        if self._part_of_first(run[0]) or (names and not run[0].text.isupper()):
            sure = last in self._known.last or first not in self._known.ambiguous
            return 0.8 if sure else (0.6 if _cue(before) in CUES or self._near(run, others) else 0.0)
        if last in self._known.last:
            return 0.65
        if _initialled(text, run):
            return 0.6
        if (_cue(before) in CUES and all(map(like_name, run))) or self._near(run, others):
            return 0.55
        return 0.0

    def _fills(self, run: list[Word], before: str) -> bool:
        """A field of code holds names of types too: one word must be known, or stand in quotes or a tag."""
        if any(word.low in self._known.common for word in run):
            return False
        known = run[0].low in self._known.sure or run[0].low in self._known.last
        return len(run) > 1 or known or before[-1] in "\"'>"

    def _part_of_first(self, word: Word) -> bool:
        known = self._known.first
        return word.low in known or ("-" in word.low and word.low.split("-")[0] in known)

    def _lone(self, text: str, run: list[Word], before: str, others: Sequence[Span]) -> float:
        low, cue = run[0].low, _cue(before)
        if cue in TITLES and len(cue) > 1 and low not in self._known.common:
            return 0.7
        if cue in ("by", "signed", "caller") and low in self._known.last and low not in self._known.common:
            return 0.55
        if (low not in self._known.common and like_name(run[0])) and (
            _introduced(cue, before) or HUMAN.match(text, run[0].end) is not None
        ):
            return 0.6
        if low not in self._known.first and low.split("-")[0] not in self._known.first:
            return 0.0
        if low not in self._known.ambiguous:
            return 0.6
        return 0.6 if cue in CALLS or self._near(run, others, 40) else 0.0

    def _near(self, run: list[Word], others: Sequence[Span], within: int = _NEAR_CHARACTERS) -> bool:
        """Something else about a person stands close: two words with a capital beside it are most often whose it is."""
        if len(run) > 3 or not all(map(like_name, run)):
            return False
        at = bisect_right(others, run[0].start - within, key=_end)
        return at < len(others) and others[at].start < run[-1].end + within

    def _again(self, text: str, found: Iterable[Span]) -> Iterator[Span]:
        """A surname that stood beside a first name or a title is one wherever it stands."""
        names = {text[span.start : span.end] for span in found if span.score >= 0.6}
        common = self._known.common
        pieces = {
            word
            for name in names
            for word in _WORD.findall(name)
            if len(word) > 2 and word[0].isupper() and word.lower() not in common
        }
        if pieces:
            for word in CAPITAL.finditer(text):
                if word.group() in pieces:
                    yield Span(word.start(), word.end(), "PERSON", 0.5)


def _title(text: str, word: Word) -> bool:
    """`M` is one only with its point; `Don` only with a capital or at the begin of a sentence, as all are."""
    return len(word.text) > 1 or text[word.end : word.end + 1] == "."


def _introduced(cue: str, before: str) -> bool:
    return cue in INTRODUCING and INTRODUCED.search(before) is not None


def _initialled(text: str, run: list[Word]) -> bool:
    """`Tomo I. Varnhem`, `Tomo I Varnhem`: an initial between two words is hardly ever anything else."""
    if len(run) != 3 or not (like_name(run[0]) and like_name(run[2])):
        return False
    first, middle, last = run
    if len(middle.text) > 1 or len(first.text) < 3 or len(last.text) < 3 or first.text.isupper():
        return False
    return text[middle.end : middle.end + 1] == "." or (first.low not in LETTERED and text[middle.end] == " ")


def _end(span: Span) -> int:
    return span.end


def _cue(before: str) -> str:
    """The word in front, where only a space or a colon parts it."""
    words = before.rstrip(" :").rsplit(None, 1)
    return words[-1].lower().lstrip("(\"'¿¡") if words and before[-1:] in " :" else ""
