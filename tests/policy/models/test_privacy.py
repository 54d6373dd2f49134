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
        ({"EMIAL": "mask"}, "did you mean `EMAIL`?"),
        ({"EMAIL": "hide"}, "Input should be"),
    ],
)
def test_a_kind_of_data_is_named_once_and_has_one_action(entities: dict[str, str], said: str):
    assert said in refused(ProfileEntry, entities=entities)


def test_what_is_not_said_is_left_to_the_profile_that_is_extended():
    entry = read(ProfileEntry, extends="standard")
    assert (entry.languages, entry.output, entry.unread, entry.on_failure) == (None, None, None, None)
