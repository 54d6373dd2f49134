from gateway.policy.models.privacy import PrivacyEntry
from gateway.privacy.declared import profile_declared

PRIVACY = PrivacyEntry.model_validate_json(
    """{
    "recognizers": {"badge": {"entity": "BADGE", "patterns": ["BX"], "checksum": "luhn"}},
    "profiles": {
        "usual": {"languages": ["en", "fr"], "entities": {"DOB": "allow"}, "ner": {"en": "en_core_web_sm"}},
        "few": {"extends": "usual", "entities": {"default": "allow", "URL": "flag"}, "ner": {}}
    }}"""
)


def test_a_profile_looks_for_whatever_it_does_not_allow():
    usual, few = profile_declared(PRIVACY, "usual"), profile_declared(PRIVACY, "few")
    assert {"PERSON", "SECRET", "BADGE"} <= usual.entities
    assert not usual.entities & {"DOB", "URL"}
    assert few.entities == {"URL"}


def test_its_languages_models_and_recognizers_come_along():
    usual, few = profile_declared(PRIVACY, "usual"), profile_declared(PRIVACY, "few")
    assert usual.languages == few.languages == {"en", "fr"}
    assert (usual.models, few.models) == ((("en", "en_core_web_sm"),), ())
    (badge,) = usual.custom.recognizers
    assert (badge.name, badge.entity, badge.patterns, badge.check) == ("badge", "BADGE", ("BX",), "luhn")


def test_without_languages_all_are_looked_for():
    every = profile_declared(PrivacyEntry.model_validate({"profiles": {"p": {}}}), "p")
    assert {"en", "pt"} <= every.languages
