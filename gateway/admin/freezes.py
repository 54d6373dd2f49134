"""The emergency stop: calls that go nowhere, whatever the policy allows, until somebody lets them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import get_args

from gateway.admin.actor import Actor
from gateway.admin.announcing import announce, author
from gateway.admin.desk import Desk, invalid, missing
from gateway.admin.freeze_bodies import EndOfFreeze, Freezes, FreezeTold, NewFreeze, Unfrozen
from gateway.admin.words import time_text
from gateway.alerts.event import Event
from gateway.policy.faults import PolicyInvalid
from gateway.policy.models.apis import Api
from gateway.policy.snapshot import Policy
from gateway.policy.suggest import did_you_mean, shown
from gateway.stores.measures import Frozen, SqlMeasures


@dataclass(frozen=True, slots=True)
class FreezeAdministration:
    """Blocks. A freeze is everybody's, so a permission that reaches only one's own team does not reach it. `changed`
    is called when the measures are others than before."""

    desk: Desk
    changed: Callable[[], None]

    def list(self, actor: Actor) -> Freezes:
        self.desk.require(actor, "system:read")
        found = self._measures.taken(self.desk.now_ms()).freezes
        return Freezes(freezes=[_told(each) for each in found])

    def freeze(self, actor: Actor, wanted: NewFreeze) -> FreezeTold:
        """Refuses with 400 names that the policy does not know, for they would stop nobody."""
        desk, facts = self.desk, wanted.match.facts()
        frozen = Frozen(f"frz_{secrets.token_hex(6)}", facts, wanted.reason, author(actor), desk.now_ms())
        with desk.act(actor, "freezes.freeze", {"freeze": frozen.id, "match": _said(facts)}):
            desk.require(actor, "system:freeze")
            with suppress(PolicyInvalid):  # beside a gateway that runs: it must be stopped all the same
                _require_known(desk.policies(), facts)
            self._measures.freeze(frozen)
        self._tell("freeze.frozen", frozen)
        return _told(frozen)

    def unfreeze(self, actor: Actor, wanted: EndOfFreeze) -> Unfrozen:
        """All freezes of these calls. Refuses with 404 where there is none."""
        desk, facts = self.desk, wanted.match.facts()
        with desk.act(actor, "freezes.unfreeze", {"match": _said(facts)}) as result:
            desk.require(actor, "system:freeze")
            found = self._measures.taken(desk.now_ms()).freezes
            ended = [each for each in found if dict(each.match) == facts]
            if not self._measures.unfreeze([each.id for each in ended], desk.now_ms()):
                raise missing("nothing is frozen by this: the list shows what is")
            result["freezes"] = [each.id for each in ended]
        for each in ended:
            self._tell("freeze.ended", each)
        return Unfrozen(ended=[each.id for each in ended])

    def _tell(self, what: str, frozen: Frozen) -> None:
        self.changed()
        match = {fact: list(names) for fact, names in frozen.match.items()}
        data = {"freeze": frozen.id, "match": match, "reason": frozen.reason}
        announce(self.desk, Event("freeze", what, data))

    @property
    def _measures(self) -> SqlMeasures:
        return SqlMeasures(self.desk.installation.database.engine)


def _told(frozen: Frozen) -> FreezeTold:
    return FreezeTold(
        id=frozen.id,
        match={fact: list(names) for fact, names in frozen.match.items()},
        reason=frozen.reason,
        who=frozen.who,
        since=time_text(frozen.since),
    )


def _said(facts: Mapping[str, tuple[str, ...]]) -> list[str]:
    return [f"{fact}={name}" for fact, names in facts.items() for name in names]


def _require_known(policy: Policy, facts: Mapping[str, tuple[str, ...]]) -> None:
    for fact, name, known in _unknown(policy, facts):
        message = f"the policy knows no {fact} '{shown(name)}'{did_you_mean(name, known)}"
        raise invalid(message, f"match.{fact}")


def _unknown(
    policy: Policy, facts: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Names, globs aside, that are nobody's."""
    known: dict[str, tuple[str, ...]] = {
        "team": tuple(policy.teams),
        "role": (*policy.roles, "trial"),
        "provider": (*policy.providers, *policy.off),
        "api": get_args(Api),
    }
    for fact, names in facts.items():
        for name in names:
            if "*" in name:
                continue
            if fact == "model" and policy.model_for(name) is None:
                yield fact, name, tuple(policy.models)
            elif fact in known and name not in known[fact]:
                yield fact, name, known[fact]
