from typing import Any

import pytest

from gateway.privacy.custom import Custom, CustomRecognizer
from gateway.privacy.detector import Detector
from gateway.privacy.faults import NotCovered
from gateway.privacy.profile import profile_of
from gateway.privacy.recognizers.custom_rules import Allowed
from gateway.privacy.spans import Span
from tests.privacy.recognizers.found import detector


def found(text: str, *spoken: str, **recognizer: Any) -> list[tuple[str, str]]:
    custom = Custom([CustomRecognizer("own", **{"entity": "BADGE", **recognizer})])
    usual = profile_of(languages=spoken or ("en",))
    profile = usual._replace(entities=usual.entities | {recognizer.get("entity", "BADGE")}, custom=custom)
    return [(span.type, text[span.start : span.end]) for span in detector().spans(text, profile)]


def test_the_value_of_a_pattern_is_its_first_group_or_all_of_it():
    assert found("badge BX-2041.", patterns=(r"BX-\d{4}",)) == [("BADGE", "BX-2041")]
    assert found("badge BX-2041.", patterns=(r"BX-(\d{4})",)) == [("BADGE", "2041")]


def test_with_context_a_word_of_it_must_stand_in_front():
    own: dict[str, Any] = {"patterns": (r"\b\d{6}\b",), "context": ("badge", "Ausweis Nr.")}
    assert found("Badge: 204177, ausweis nr. 204178, room 204179", **own) == [
        ("BADGE", "204177"),
        ("BADGE", "204178"),
    ]


def test_what_fails_its_checksum_is_none():
    own: dict[str, Any] = {"patterns": (r"\b\d{4}(?:-\d{4}){2}\b",), "check": "luhn"}
    assert found("7992-7398-7138 and 7992-7398-7139", **own) == [("BADGE", "7992-7398-7138")]


def test_a_listed_value_is_found_as_whole_words_in_any_case_and_spacing():
    own: dict[str, Any] = {"deny": ("Project Apollo", "Zoë+")}
    assert found("PROJECT  apollo, project apollos, zoë+ and Zo\u200bë+", **own) == [
        ("BADGE", "PROJECT  apollo"),
        ("BADGE", "zoë+"),
        ("BADGE", "Zo\u200bë+"),
    ]


def test_an_allowed_value_is_left_alone_whoever_finds_it():
    text = "write to Help@example.org or ann@example.org"
    assert found(text, entity="EMAIL", allow=("help@example.org",)) == [("EMAIL", "ann@example.org")]


def test_a_recognizer_of_other_languages_is_not_asked():
    own: dict[str, Any] = {"patterns": (r"BX-\d{4}",), "languages": ("fr",)}
    assert found("BX-2041", **own) == []
    assert found("BX-2041", "en", "fr", **own) == [("BADGE", "BX-2041")]


def test_a_score_below_the_threshold_is_no_finding():
    assert found("BX-2041", patterns=(r"BX-\d{4}",), score=0.4) == []


def test_ones_own_kind_stands_before_what_only_looks_like_something():
    assert found("call 4155552671", patterns=(r"\d{10}",)) == [("BADGE", "4155552671")]
    assert found("password: Tr0ub4dor&3", patterns=(r"Tr0ub4dor",)) == [("SECRET", "Tr0ub4dor&3")]


def test_a_kind_that_no_recognizer_of_the_profile_declares_is_not_covered():
    usual = profile_of()
    with pytest.raises(NotCovered, match="BADGE"):
        Detector().spans("x", usual._replace(entities=usual.entities | {"BADGE"}))


def test_of_each_kind_its_own_values_are_allowed():
    allowed = Allowed(Custom([CustomRecognizer("own", "EMAIL", allow=("A  b",))]))
    spans = [Span(0, 3, "EMAIL", 1.0), Span(0, 3, "PERSON", 1.0), Span(2, 3, "EMAIL", 1.0)]
    assert allowed.without("a B", spans) == spans[1:]
    assert not Allowed(Custom())
