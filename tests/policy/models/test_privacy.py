from __future__ import annotations

import pytest

from gateway.policy.models.privacy import ProfileEntry
from tests.policy.models.entry import read, refused


def test_an_alias_becomes_the_name_it_stands_for():
    assert read(ProfileEntry, entities={"EMAIL_ADDRESS": "mask"}).entities == {"EMAIL": "mask"}


@pytest.mark.parametrize(
    ("entities", "said"),
    [
        ({"EMAIL": "mask", "EMAIL_ADDRESS": "allow"}, "`EMAIL_ADDRESS` is another name of EMAIL"),
        ({"US_SSN": "mask", "UK_NINO": "allow"}, "two of these are names of one kind"),
        ({"emial": "mask"}, "did you mean `EMAIL`?"),
        ({"EMAIL": "hide"}, "Input should be"),
    ],
)
def test_a_kind_of_data_is_named_once_and_has_one_action(entities: dict[str, str], said: str):
    assert said in refused(ProfileEntry, entities=entities)


def test_a_kind_of_ones_own_is_named_in_capitals():
    assert read(ProfileEntry, entities={"BADGE_NO": "mask"}).entities == {"BADGE_NO": "mask"}
    for name in ("Badge", "BADGE-NO", "_BADGE", "B", "B" * 41):
        assert "expected default, PERSON" in refused(ProfileEntry, entities={name: "mask"})


def test_a_model_is_the_name_of_something_installed():
    assert read(ProfileEntry, ner={"de": "de_core_news_sm"}).ner == {"de": "de_core_news_sm"}
    assert "the name of an installed model" in refused(ProfileEntry, ner={"de": "../model"})


def test_what_is_not_said_is_left_to_the_profile_that_is_extended():
    entry = read(ProfileEntry, extends="standard")
    assert (entry.languages, entry.output, entry.unread, entry.on_failure) == (None, None, None, None)
