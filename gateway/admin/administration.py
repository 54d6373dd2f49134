"""Everything an administrator can do, behind the command line and the admin API alike.

Each operation takes the actor, asks whether they may, and, where it changes something, records the act before
it is done and how it ended. A `Refused` says why not, with the status that the admin API answers with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

from gateway.admin.act_records import ActRecords
from gateway.admin.actor import Actor
from gateway.admin.acts import Acts
from gateway.admin.audit import AuditAdministration
from gateway.admin.budgets import BudgetAdministration
from gateway.admin.contents import ContentAdministration
from gateway.admin.desk import Desk
from gateway.admin.freezes import FreezeAdministration
from gateway.admin.holds import HoldAdministration
from gateway.admin.keyring import KeyringAdministration
from gateway.admin.keys import KeyAdministration
from gateway.admin.policy import PolicyAdministration
from gateway.admin.privacy import PrivacyAdministration
from gateway.admin.processing import ProcessingAdministration
from gateway.admin.running import Running
from gateway.admin.system import SystemAdministration
from gateway.admin.usage import UsageAdministration
from gateway.admin.users import UserAdministration
from gateway.errors import Kind, Problem, Refused
from gateway.installation import Installation
from gateway.policy.snapshot import Policy

if TYPE_CHECKING:
    from gateway.admin.recomputing import Recomputing


def nothing() -> None:
    """Nobody here needs to know: those who run look for themselves."""


class Administration:
    """Over an open installation. Blocks: for threads and the command line.

    `policies` gives the policy in force. It is asked for rights (never of those who may do all), for roles and
    teams when a key is made, and for the keys that it declares. `running` None: no gateway runs here.
    `measures_changed` is called when freezes or increases are others than before, and blocks until those who must
    know do.
    """

    def __init__(
        self,
        installation: Installation,
        policies: Callable[[], Policy],
        acts: Acts,
        running: Running | None = None,
        measures_changed: Callable[[], None] = nothing,
    ) -> None:
        self.desk = desk = Desk(installation, policies, acts)
        self.keys = KeyAdministration(desk)
        self.keyring = KeyringAdministration(desk)
        self.users = UserAdministration(desk)
        self.audit = AuditAdministration(desk)
        self.acts = ActRecords(desk)
        self.usage = UsageAdministration(desk)
        self.privacy = PrivacyAdministration(desk)
        self.holds = HoldAdministration(desk)
        self.contents = ContentAdministration(desk)
        self.processing = ProcessingAdministration(desk)
        self.freezes = FreezeAdministration(desk, measures_changed)
        self.budgets = BudgetAdministration(desk, measures_changed)
        self._running = running

    @property
    def policy(self) -> PolicyAdministration:
        return PolicyAdministration(self.desk, self._require_running())

    @property
    def system(self) -> SystemAdministration:
        return SystemAdministration(self.desk, self._require_running())

    @property
    def recomputing(self) -> Recomputing:
        # Only what is needed is imported: the price list takes as long as all else of a command.
        made: Recomputing = import_module("gateway.admin.recomputing").Recomputing(self.desk)
        return made

    def _require_running(self) -> Running:
        if self._running is None:
            problem = Problem(Kind.UNAVAILABLE, "this is asked of a running gateway", code="not_running")
            raise Refused(problem, stage="administer", rule="not_running")
        return self._running

    def attempted(self, actor: Actor, name: str, about: Mapping[str, str], refused: Refused) -> None:
        """Record an act that was refused before it was known what exactly it would have been. `about` are the
        parts of its path: a key's id is key_id there."""
        named = {part.removesuffix("_id"): value for part, value in about.items()}
        with suppress(Refused), self.desk.act(actor, name, named):
            raise refused
