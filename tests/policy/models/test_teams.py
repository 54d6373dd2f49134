from __future__ import annotations

import pytest
from pydantic import ValidationError

from gateway.policy.models.teams import TeamEntry


def test_an_empty_team_has_no_ceiling_and_no_residency():
    team = TeamEntry()
    assert team.roles is None
    assert team.regions is None


def test_a_ceiling_may_be_nothing_at_all():
    assert TeamEntry(roles=()).roles == ()


def test_a_default_model_is_one_and_no_pattern():
    assert TeamEntry(default_model="fast").default_model == "fast"
    with pytest.raises(ValidationError, match="can't be a glob"):
        TeamEntry(default_model="claude-*")


def test_a_residency_names_a_region():
    with pytest.raises(ValidationError):
        TeamEntry(regions=())
