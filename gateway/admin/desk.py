"""Where acts are judged and recorded before they are done: what all administration has in common."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from gateway.admin.actor import Actor
from gateway.admin.acts import Act, Acts, recorded
from gateway.admin.rights import Reach, reach, require
from gateway.errors import Kind, Problem, Refused
from gateway.installation import Installation
from gateway.policy.models.permissions import Permission
from gateway.policy.snapshot import Policy


@dataclass(frozen=True, slots=True)
class Desk:
    """Blocks: for threads and the command line. `policies` gives the policy in force; it is not asked for the
    rights of those who may do all."""

    installation: Installation
    policies: Callable[[], Policy]
    acts: Acts

    def now_ms(self) -> int:
        return self.installation.now_ms()

    def reach(self, actor: Actor, wanted: Permission) -> Reach:
        """Refuses with 403."""
        return None if actor.may_all else reach(self.policies(), actor, wanted, self.now_ms())

    def require(self, actor: Actor, wanted: Permission, about_team: str | None = None) -> None:
        """Refuses with 403."""
        if not actor.may_all:
            require(self.policies(), actor, wanted, self.now_ms(), about_team=about_team)

    @contextmanager
    def act(
        self,
        actor: Actor,
        name: str,
        about: Mapping[str, Any],
        *,
        team: str | None = None,
        act_id: str | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Recorded first, then judged and done inside: attempts are in the log too. What is put into the
        mapping is its result."""
        now_ms = self.now_ms()
        act = Act(
            id=act_id or new_act_id(),
            at_ms=now_ms,
            actor=actor,
            name=name,
            about=about,
            team=team,
            policy="" if actor.proof == "os" else self.policies().revision,
        )
        with recorded(self.acts, act) as result:
            yield result


def new_act_id() -> str:
    return f"act_{secrets.token_hex(12)}"


def missing(what: str) -> Refused:
    """Not there, or not for this actor: the same words."""
    problem = Problem(Kind.NOT_FOUND, what, code="not_found")
    return Refused(problem, stage="administer", rule="not_found")


def invalid(message: str, field: str) -> Refused:
    problem = Problem(Kind.INVALID_REQUEST, message, code="invalid_request", param=field)
    return Refused(problem, stage="administer", rule="invalid")


def conflict(message: str, code: str) -> Refused:
    return Refused(Problem(Kind.CONFLICT, message, code=code), stage="administer", rule=code)
