import pytest

from gateway.privacy.recognizers.name_lists import listed, speakers
from gateway.privacy.recognizers.runs import runs
from gateway.privacy.vocabulary import load_vocabulary

KNOWN = load_vocabulary()


def names(text: str) -> list[str]:
    return [text[span.start : span.end] for span in listed(text, list(runs(text)), KNOWN)]


def test_of_three_in_a_list_two_known_ones_make_the_third_a_name():
    assert names("founded by Qwandel, Johnson and Rogers") == ["Qwandel", "Johnson", "Rogers"]


@pytest.mark.parametrize(
    "text",
    [
        "Qwandel and Johnson",
        "Qwandel, Zyxo and Johnson",
        "Monday, Johnson and Rogers",
        "Qwandel; Johnson; Rogers",
        "Kubernetes, Docker, Apache",
    ],
)
def test_a_pair_strangers_and_other_words_are_no_list_of_names(text: str):
    assert names(text) == []


def test_who_speaks_with_a_known_name_makes_the_others_speakers_too():
    text = "Zyxo: Where is it?\n> Matthew: Here.\nNote: They leave."
    spans = speakers(text, KNOWN)
    assert [text[span.start : span.end] for span in spans] == ["Zyxo", "Matthew"]


@pytest.mark.parametrize(
    "text", ["Zyxo: Where?\nQwan: Here.", "Matthew: Here.", "a: b\nc: d", "Host: Example\nPort: Any"]
)
def test_without_a_known_name_lines_with_colons_are_no_dialogue(text: str):
    assert list(speakers(text, KNOWN)) == []
