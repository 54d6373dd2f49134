from pathlib import Path

import pytest
from spacy.language import Language

from gateway.privacy.detector import Detector
from gateway.privacy.faults import MissingModel
from gateway.privacy.profile import profile_of
from gateway.privacy.recognizers.models import Models
from gateway.privacy.vocabulary import load_vocabulary
from tests.privacy.tiny_models import install

ENGLISH = "What I have heard of this from her is that {} was here with the others."
GERMAN = "Das ist nicht von mir, und {} hat es auch nicht mit den anderen für uns gemacht."
KNOWN = [
    ("PERSON", "Zyxo Qwandel"),
    ("PERSON", "Monday"),
    ("PERSON", "BUILD"),
    ("PERSON", "user_name"),
    ("PERSON", "Zyx\nQwandel"),
    ("GPE", "Megan Qwandel"),
    ("GPE", "Megan Monday"),
    ("GPE", "Zyxoburg"),
]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    folder = tmp_path_factory.mktemp("installed")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        install(folder, "xx_tiny", KNOWN)
        loaded = Models(load_vocabulary())
        loaded.load([("en", "xx_tiny")])
    return loaded


def found(models: Models, text: str) -> list[str]:
    return [text[span.start : span.end] for span in models.find(text, [("en", "xx_tiny")])]


def test_a_name_that_only_the_model_knows_is_found(models: Models):
    assert found(models, ENGLISH.format("Zyxo Qwandel")) == ["Zyxo Qwandel"]


@pytest.mark.parametrize("value", ["Monday", "BUILD", "user_name", "Zyx\nQwandel"])
def test_what_is_surely_no_name_is_left_out(models: Models, value: str):
    assert found(models, ENGLISH.format(value)) == []


def test_what_a_model_takes_for_a_place_is_a_name_where_it_begins_with_a_first_name(models: Models):
    assert found(models, ENGLISH.format("Megan Qwandel")) == ["Megan Qwandel"]
    for value in ("Megan Monday", "Zyxoburg"):
        assert found(models, ENGLISH.format(value)) == []


def test_a_text_in_another_language_is_not_asked_of_it(models: Models):
    assert found(models, ENGLISH.format("Megan Qwandel")) == ["Megan Qwandel"]
    assert found(models, GERMAN.format("Megan Qwandel")) == []


def test_a_long_text_is_read_in_pieces_and_nothing_is_lost_between_them(models: Models):
    text = (ENGLISH.format("Zyxo Qwandel") + " ") * 200
    assert found(models, text) == ["Zyxo Qwandel"] * 200


def test_one_that_is_not_installed_is_named():
    with pytest.raises(MissingModel, match="the model `xx_absent`, which finds names, is not installed here"):
        Models(load_vocabulary()).load([("en", "xx_absent")])


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("", "can't be used: AttributeError"),
        ("def load(**_): raise OSError('torn')", "can't be used: OSError"),
        ("import spacy\ndef load(**_): return spacy.blank('en')", "finds no names"),
    ],
)
def test_one_that_is_installed_and_no_good_is_an_error(code: str, said: str, tmp_path: Path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    name = f"xx_broken_{abs(hash(code))}"
    (tmp_path / f"{name}.py").write_text(code)
    with pytest.raises(MissingModel, match=said):
        Models(load_vocabulary()).load([("en", name)])


def test_an_error_of_a_model_is_not_swallowed(models: Models, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object, **__: object) -> None:
        raise OSError("the model has gone")

    monkeypatch.setattr(Language, "__call__", broken)
    with pytest.raises(OSError, match="the model has gone"):
        found(models, ENGLISH.format("Zyxo Qwandel"))


def test_a_detector_finds_what_rules_and_models_know_and_their_names_again(tmp_path: Path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    install(tmp_path, "xx_beside", KNOWN)
    text = ENGLISH.format("Zyxo Qwandel") + " Then Qwandel asked Megan Okafor."
    profile = profile_of(["PERSON"])._replace(models=(("en", "xx_beside"),))
    names = [text[span.start : span.end] for span in Detector().spans(text, profile)]
    assert names == ["Zyxo Qwandel", "Qwandel", "Megan Okafor"]
