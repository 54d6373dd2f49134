"""Which roles count."""

from __future__ import annotations

import pytest

from gateway.policy.held import held_roles
from gateway.policy.roles import Role, Team
from gateway.policy.snapshot import Policy

JUNIOR = Role("junior")
SENIOR = Role("senior", inherited=(JUNIOR,))
OTHER = Role("other")
POLICY = Policy("r", roles={role.name: role for role in (JUNIOR, SENIOR, OTHER)})


@pytest.mark.parametrize(
    ("names", "ceiling", "held"),
    [
        (("other",), None, ["other"]),
        (("gone", "other"), None, ["other"]),
        (("trial",), None, ["trial"]),
        (("senior",), None, ["senior", "junior"]),
        (("other", "senior"), None, ["other", "senior", "junior"]),
        (("senior", "junior"), None, ["senior", "junior", "junior"]),
        (("other",), {"junior"}, []),
        (("senior",), {"junior"}, ["junior"]),
        (("senior",), set(), []),
        (("trial",), {"other"}, []),
    ],
)
def test_roles_count_with_what_they_extend_under_the_teams_ceiling(
    names: tuple[str, ...], ceiling: set[str] | None, held: list[str]
):
    team = Team("t", roles=None if ceiling is None else frozenset(ceiling))
    assert [role.name for role in held_roles(POLICY, team, names)] == held


def test_without_a_team_there_is_no_ceiling():
    assert list(held_roles(POLICY, None, ("senior",))) == [SENIOR, JUNIOR]
