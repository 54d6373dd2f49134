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


def test_a_residency_names_a_region():
    with pytest.raises(ValidationError):
        TeamEntry(regions=())
