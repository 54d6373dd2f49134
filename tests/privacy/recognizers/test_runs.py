import pytest

from gateway.privacy.recognizers.runs import like_name, runs, shaped


def words(text: str) -> list[list[str]]:
    return [[word.text for word in run] for run in runs(text)]


def test_spaces_particles_and_points_of_initials_join_words():
    assert words("so Ann Lee met John F. Kennedy and Vincent van Gogh") == [
        ["Ann", "Lee"],
        ["John", "F", "Kennedy"],
        ["Vincent", "Gogh"],
    ]


def test_hyphens_and_apostrophes_make_one_word():
    assert words("Jean-Baptiste O'Callaghan") == [["Jean-Baptiste", "O'Callaghan"]]


def test_anything_else_parts_them():
    assert words("Ann, Lee; Bob\nCarla went. Dora") == [["Ann"], ["Lee"], ["Bob"], ["Carla"], ["Dora"]]


@pytest.mark.parametrize(
    ("text", "name", "shape"),
    [
        ("McDonald", True, True),
        ("HttpResponse", False, False),
        ("OKAFOR", True, True),
        ("Verwaltung", False, True),
    ],
)
def test_camel_case_and_endings_of_nouns_are_no_names(text: str, name: bool, shape: bool):
    ((word,),) = runs(text)
    assert (like_name(word), shaped(word)) == (name, shape)
