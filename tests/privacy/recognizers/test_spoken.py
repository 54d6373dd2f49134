import pytest

from gateway.privacy.recognizers.spoken import spoken_in

ALL = ("en", "fr", "de", "es", "it", "nl", "pt")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Please tell me what you have for the meeting that is in an hour."),
        ("fr", "Je vous prie de me dire ce que vous avez pour la réunion qui est dans une heure."),
        ("de", "Bitte sagen Sie mir, was Sie für das Treffen haben, das in einer Stunde ist."),
        ("es", "Por favor, dígame lo que tiene para la reunión que es en una hora."),
        ("it", "Per favore mi dica che cosa ha per la riunione, che non è in sede."),
        ("nl", "Zeg mij wat je voor de bijeenkomst hebt, die over een uur is, en met het oog op de tijd."),
        ("pt", "Por favor, diga o que você tem para a reunião, que não é em uma hora."),
    ],
)
def test_a_sentence_says_which_language_it_is_in(language: str, text: str):
    assert spoken_in(text, ALL) == {language}
    assert spoken_in(text, {*ALL} - {language}) == frozenset()


def test_a_text_that_says_too_little_may_be_in_any():
    for text in ("Megan Okafor, 4111", "the letter of Megan"):
        assert spoken_in(text, ("en", "fr")) == {"en", "fr"}


def test_a_language_whose_words_are_not_known_is_never_left_out():
    assert spoken_in("Please tell me what you have for the meeting.", ("en", "pl")) == {"en", "pl"}
