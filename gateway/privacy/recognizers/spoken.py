"""Which of a few languages a text is in, by its small words: only so surely that the right model is asked."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

_SMALL: Final[Mapping[str, frozenset[str]]] = {
    "en": frozenset("the and of to is in that it was for with you this are have not be my your please what from his her on as at i we can will".split()),
    "fr": frozenset("le la les et des est un une que pour dans du pas je vous avec sur ne au par ce mon ma sont nous il elle à été votre".split()),
    "de": frozenset("der die das und ist nicht ein eine ich sie mit zu den von für auf dem im wir es hat bitte sich auch wird bei mein meine".split()),
    "es": frozenset("el la los las y que es en un una por para con no se del su mi al lo como está ha más le sus por favor nos".split()),
    "it": frozenset("il la le e che di un una per con non si del è sono al mi ha della nel gli lo come anche ho questo sua alla".split()),
    "nl": frozenset("de het een en van is dat niet op te in voor met zijn ik je aan er maar om hij was ook bij mijn heeft wordt u".split()),
    "pt": frozenset("o a os as e que é em um uma por para com não se do da seu sua ao no na mais foi meu minha está você são dos".split()),
}  # fmt: skip
_WORD: Final = re.compile(r"[^\W\d_]+")
_ENOUGH: Final = 3
_LOOKED_AT: Final = 4_000
"""Characters; a text in two languages is judged by its beginning."""


def spoken_in(text: str, languages: Collection[str]) -> frozenset[str]:
    """Of `languages` the one it is in. All of them where it says too little; none where it is in another."""
    words = _WORD.findall(text[:_LOOKED_AT].lower())
    counts = {language: sum(map(small.__contains__, words)) for language, small in _SMALL.items()}
    most = max(counts.values())
    if most < _ENOUGH:
        return frozenset(languages)
    return frozenset(one for one in languages if counts.get(one, 0) >= 0.8 * most or one not in counts)
