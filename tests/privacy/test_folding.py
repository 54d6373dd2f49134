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
