import socket
import subprocess
import sys
import unicodedata
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from presidio_analyzer import PatternRecognizer
from presidio_analyzer.pattern import Pattern

from gateway.privacy.detector import Detector
from gateway.privacy.faults import NotCovered, TooLong
from gateway.privacy.profile import profile_of
from tests.privacy.recognizers.found import detector, found

EVERYTHING = profile_of()
PIECES = st.sampled_from(
    "Megan Okafor|ann@example.org|4111 1111 1111 1111|password: |Tr0ub4dor&3|+33 6 12 34 56 78|born on |3 May 1980|"
    "12 rue de la Paix|NL91ABNA0417164300|\u200b|\u202e|\ud800|é|漢|😀|\n|, |: |passport |533401726|8.8.4.4|-----BEGIN PRIVATE KEY-----|"
    "Mr. |von der |a.|::|\u0301|\x00|{\"name\": \"".split("|")
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(PIECES, max_size=25).map("".join),
    st.lists(PIECES, max_size=25).map(" ".join),
)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_spans_lie_in_the_text_in_order_and_apart(text: str):
    last = 0
    for span in detector().spans(text, EVERYTHING):
        assert last <= span.start < span.end <= len(text)
        assert span.type in EVERYTHING.entities
        assert 0.5 <= span.score <= 1
        last = span.end


@settings(max_examples=40, deadline=None)
@given(TEXTS)
def test_the_same_text_gives_the_same_spans(text: str):
    assert detector().spans(text, EVERYTHING) == detector().spans(text, EVERYTHING)


def test_two_detectors_find_the_same():
    text = "Megan Okafor, born on 3 May 1980, ann@example.org, 12 rue de la Paix"
    assert Detector().spans(text, EVERYTHING) == detector().spans(text, EVERYTHING)


@pytest.mark.parametrize(
    "unit",
    [".", "a.", "1", "1 ", "4111 1111 1111 1112 ", '{"a":[', "a\u200b", "\u202eabc ", "аbс ", "\ud800a", "a.a@b-b-", "-----BEGIN PRIVATE KEY-----\n",
     "Anna Smith, ", "password: ", "http://a:b", "a:", "passport ", "12 Main ", "eyJhbGciOi", "aws ", "漢", "A", "&key=abcdefghijklmnopq", "@", "+", "Ab-", "A'"],
)  # fmt: skip
def test_hostile_text_of_20_kb_comes_to_an_end(unit: str):
    spans = detector().spans((unit * 20_000)[:20_000], EVERYTHING)
    assert all(span.end <= 20_000 for span in spans)


def test_what_is_not_asked_for_is_not_looked_for():
    text = "Megan Okafor, ann@example.org, 8.8.4.4"
    only = detector().spans(text, profile_of(["EMAIL_ADDRESS"]))
    assert [span.type for span in only] == ["EMAIL"]


def test_invisible_characters_do_not_hide_a_value():
    assert found("an\u200bn@exam\u00adple.org!") == [("EMAIL", "an\u200bn@exam\u00adple.org")]
    assert found("４１１１ １１１１\u00a0１１１１ １１１１") == [
        ("CREDIT_CARD", "４１１１ １１１１\u00a0１１１１ １１１１")
    ]


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_accents_in_any_form_hide_nothing(form: Literal["NFC", "NFD", "NFKC", "NFKD"]):
    text = unicodedata.normalize(form, "mit Chloé Lefèvre, Königstraße 5, contraseña: Tr0ub4dor&3 für José")
    plain = [(kind, unicodedata.normalize("NFC", value)) for kind, value in found(text)]
    assert plain == [
        ("PERSON", "Chloé Lefèvre"),
        ("ADDRESS", "Königstraße 5"),
        ("SECRET", "Tr0ub4dor&3"),
        ("PERSON", "José"),
    ]


def test_offsets_count_characters_behind_any_other():
    assert found("😀漢é — ann@example.org") == [("EMAIL", "ann@example.org")]


def test_a_text_that_is_too_long_is_refused_and_not_skipped():
    with pytest.raises(TooLong, match="at most 10"):
        Detector(longest_characters=10).spans("ann@example.org", EVERYTHING)


def test_a_kind_that_nothing_finds_is_an_error_and_not_a_clean_text():
    with pytest.raises(NotCovered, match="ORGANIZATION, URL"):
        detector().spans("see https://example.org", profile_of(["URL", "ORG", "EMAIL"]))


def test_another_recognizer_of_presidios_is_asked_too():
    badge = PatternRecognizer("MAC_ADDRESS", patterns=[Pattern("badge", r"BX-\d{4}", 0.9)])
    spans = Detector([badge]).spans("badge BX-2041", profile_of(["MAC_ADDRESS"]))
    assert [(span.type, span.start, span.end) for span in spans] == [("MAC_ADDRESS", 6, 13)]


def test_an_error_of_a_recognizer_is_not_swallowed():
    class Broken(PatternRecognizer):
        def analyze(self, *_: object, **__: object) -> Any:
            raise OSError("the model has gone")

    broken = Broken("MAC_ADDRESS", deny_list=["x"])
    with pytest.raises(OSError, match="the model has gone"):
        Detector([broken]).spans("text", profile_of(["MAC_ADDRESS"]))


def test_no_address_is_ever_looked_up(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    spans = Detector().spans("write to ann@example.co.uk from 8.8.4.4", EVERYTHING)
    assert [span.type for span in spans] == ["EMAIL", "IP"]


def test_the_command_line_imports_nothing_of_it_before_it_is_used():
    code = (
        "import sys, gateway.app, gateway.cli, gateway.cli.keys, gateway.cli.serve\n"
        "print([m for m in sys.modules if m.startswith(('presidio', 'spacy', 'gateway.privacy.detector', 'phonenumbers'))])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_a_text_is_read_without_loading_presidio_or_a_model():
    """They take two seconds and 70 MB, in every process that reads."""
    code = (
        "import sys; from gateway.privacy.detector import Detector; from gateway.privacy.profile import profile_of\n"
        "Detector().spans('ann@example.org', profile_of())\n"
        "print([name for name in sys.modules if name.startswith(('presidio', 'spacy', 'numpy'))])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
