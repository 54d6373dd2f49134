from __future__ import annotations

import pytest

from gateway.policy.models.entities import ALIASES, ENTITIES, entity, kind


@pytest.mark.parametrize("name", ["default", *ENTITIES])
def test_a_name_is_itself(name: str):
    assert entity(name) == name


@pytest.mark.parametrize("alias", list(ALIASES))
def test_a_name_of_presidios_stands_for_one_of_ours(alias: str):
    assert entity(alias) in ENTITIES


def test_a_slip_is_told_what_was_meant():
    with pytest.raises(ValueError, match="did you mean `EMAIL`"):
        entity("EMIAL")


def test_a_name_in_capitals_may_be_a_recognizers_and_an_alias_still_stands_for_ours():
    assert [kind(name) for name in ("BADGE", "US_SSN", "EMAIL")] == ["BADGE", "NATIONAL_ID", "EMAIL"]
