from __future__ import annotations

from pathlib import Path

import pytest

from gateway.guards.language import Language, model
from tests.guards.labelled import labelled

PAGE = Path(__file__).parents[2] / "docs/guardrails.md"


@pytest.fixture(scope="module")
def english() -> Language:
    return Language(["en"])


@pytest.mark.parametrize(
    "text",
    [
        "Could you tell me when the library opens on Sundays?",
        "ok",
        "merci beaucoup",
        "4711-0815 // 12,50",
        "Please rewrite this e-mail so that it sounds more polite.",
    ],
)
def test_the_language_that_may_be_spoken_and_what_is_too_short_pass(text: str, english: Language):
    assert english.judge(text, whole=True) is None


@pytest.mark.parametrize(
    "text",
    [
        "Pouvez-vous me dire quand la bibliothèque ouvre le dimanche ?",
        "Können Sie mir sagen, wann die Bibliothek am Sonntag öffnet?",
        "Não sei quando a biblioteca abre aos domingos, pode me dizer?",
        "Не могли бы вы сказать, когда библиотека открывается в воскресенье?",
    ],
)
def test_another_language_is_found(text: str, english: Language):
    found = english.judge(text, whole=True)
    assert found is not None and found.type == "LANGUAGE"


def test_of_several_languages_each_may_be_spoken():
    both = Language(["en", "fr"])
    assert both.judge("Pouvez-vous me dire quand la bibliothèque ouvre le dimanche ?", whole=True) is None


def test_the_model_is_unpacked_once_for_all_guards():
    assert Language(["en"])._model is Language(["fr"])._model is model()


def test_the_page_says_how_well_languages_are_told_apart():
    guards = {name: Language([name]) for name in ("en", "fr", "de", "es", "it", "nl", "pt")}
    rows = labelled()
    wrong = [each for each in rows if guards[each.language].judge(each.text, whole=True)]
    others = [
        each
        for each in rows
        if all(guards[name].judge(each.text, whole=True) for name in guards if name != each.language)
    ]
    assert not wrong
    assert f"Of {len(rows)} texts of a sentence or two" in PAGE.read_text(encoding="utf-8")
    assert f"and {len(others)} were found where any of the other six" in PAGE.read_text(encoding="utf-8")
