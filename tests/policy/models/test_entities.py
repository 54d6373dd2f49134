from __future__ import annotations

import pytest

from gateway.policy.models.entities import ALIASES, ENTITIES, entity


@pytest.mark.parametrize("name", ["default", *ENTITIES])
def test_a_name_is_itself(name: str):
    assert entity(name) == name


@pytest.mark.parametrize("alias", list(ALIASES))
def test_a_name_of_presidios_stands_for_one_of_ours(alias: str):
    assert entity(alias) in ENTITIES


def test_a_slip_is_told_what_was_meant():
    with pytest.raises(ValueError, match="did you mean `EMAIL`"):
        entity("EMIAL")
