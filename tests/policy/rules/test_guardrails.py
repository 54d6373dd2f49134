from __future__ import annotations

from pathlib import Path

import jsonschema_rs
import py3langid.langid as langid
import pytest

from gateway.policy.models.guardrails import SPOKEN
from gateway.policy.rules.guardrails import validator
from tests.policy.folder import ECHO, faults, loaded

BEGIN = "guardrails: [{name: g, apply_to: input, action: flag, "


@pytest.mark.parametrize(
    ("rest", "at", "said"),
    [
        ("kind: topics, topics: [legal, medcal]}]", "medcal", "there is no topic `medcal`"),
        ("kind: language, languages: [xx]}]", "xx", "the language `xx` can't be told from others"),
        ("kind: json_schema, schema: {type: objekt}}]", "objekt", "expected a JSON Schema"),
        (
            "kind: json_schema, schema: {properties: {a: {pattern: '(?=a)'}}}}]",
            "'(?=a)",
            "expected a JSON Schema",
        ),
        ("kind: regex, patterns: [a, '(?=a)']}]", "'(?=a)", "takes time linear"),
    ],
)
def test_what_can_not_be_looked_for_is_an_error_in_its_place(rest: str, at: str, said: str, tmp_path: Path):
    [line] = faults(tmp_path, ECHO + BEGIN + rest)
    assert line.startswith(f"a.yaml:3:{len(BEGIN) + rest.index(at) + 1}: ")
    assert said in line


def test_a_near_miss_is_named(tmp_path: Path):
    [line] = faults(tmp_path, ECHO + BEGIN + "kind: topics, deny_topics: [gamblin]}]")
    assert "did you mean `gambling`?" in line


def test_topics_of_its_own_have_their_words(tmp_path: Path):
    own = BEGIN + "kind: topics, topics: [billing], vocabulary: {billing: [invoice]}}]"
    [guardrail] = loaded(tmp_path, ECHO + own).guardrails
    assert guardrail.settings["vocabulary"] == {"billing": ("invoice",)}


@pytest.mark.parametrize("reference", ["https://x.example/schema", "file:///etc/passwd"])
def test_a_schema_fetches_nothing(reference: str):
    with pytest.raises(jsonschema_rs.ValidationError, match="not present"):
        validator({"$ref": reference})


def test_the_languages_that_may_be_named_are_those_that_are_told_apart():
    known = langid.LanguageIdentifier.from_modelpath(langid.MODEL_DIR / langid.MODEL_FILE).labels
    assert {name for name in known if len(name) == 2} <= SPOKEN <= set(known)
