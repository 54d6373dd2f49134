from hypothesis import given
from hypothesis import strategies as st

from gateway.privacy.folding import Folded


def test_ascii_is_itself():
    folded = Folded("plain text")
    assert (folded.text, folded.data, folded.given(2, 5)) == ("plain text", b"plain text", (2, 5))


def test_digits_spaces_and_dashes_of_other_forms_become_plain():
    assert Folded("４\u00a0٣–５").text == "4 3-5"


def test_a_lone_surrogate_takes_the_place_of_one_character():
    assert Folded("a\ud800b").data == b"a?b"


def test_offsets_lead_back_over_what_was_removed():
    folded = Folded("\u200bab\u200bc\u200b")
    assert folded.text == "abc"
    assert folded.given(0, 3) == (1, 5)
    assert folded.given(2, 3) == (4, 5)


def test_an_accent_that_is_a_character_of_its_own_becomes_its_letters():
    folded = Folded("Jose\u0301 a\u0332\u0301b\u0301")
    assert folded.text == "José ab"
    assert folded.given(0, 4) == (0, 5)
    assert folded.given(5, 7) == (6, 11)
    assert Folded("\u0301a").text == "a"


@given(st.text(alphabet="aé\u0301\u0332\u200b ", max_size=30))
def test_stretches_next_to_each_other_lead_back_to_such(text: str):
    folded = Folded(text)
    last = 0
    for at in range(len(folded.text)):
        start, end = folded.given(at, at + 1)
        assert last <= start < end <= len(text)
        last = end


@given(st.text(alphabet="ab\u200b\u00ade é漢\ud800", max_size=40))
def test_every_character_leads_back_to_one_that_looks_the_same(text: str):
    folded = Folded(text)
    for at in range(len(folded.text)):
        start, end = folded.given(at, at + 1)
        assert end - start == 1
        assert Folded(text[start:end]).text == folded.text[at]


@given(st.text(max_size=40))
def test_offsets_of_bytes_are_offsets_of_characters(text: str):
    folded = Folded(text)
    ends = [len(folded.text[:n].encode("utf-8", "replace")) for n in range(len(folded.text) + 1)]
    assert folded.in_text(ends) == {end: n for n, end in enumerate(ends)}
