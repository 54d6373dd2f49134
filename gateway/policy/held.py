"""Which roles count: those of a key or token, and what they extend, under the ceiling of the team."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gateway.policy.roles import Role, Team
from gateway.policy.snapshot import Policy


def held_roles(policy: Policy, team: Team | None, names: Iterable[str]) -> Iterator[Role]:
    """Those of `names` that exist in this policy, each with the roles it extends behind it, as far as the
    team may have them. A role may come twice: whoever asks takes the first that does."""
    ceiling = None if team is None else team.roles
    for name in names:
        role = policy.role(name)
        if role is None:
            continue
        if ceiling is None or name in ceiling:
            yield role
        for inherited in role.inherited:
            if ceiling is None or inherited.name in ceiling:
                yield inherited
