"""Administration of freezes and budgets: an installation, a policy in which they mean something, and what was recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.admin.actor import Actor
from gateway.admin.acts import Act
from gateway.admin.budgets import BudgetAdministration
from gateway.admin.desk import Desk
from gateway.admin.freezes import FreezeAdministration
from gateway.installation import Installation, open_installation
from gateway.policy.roles import Role, Team
from gateway.policy.secrets import Secret
from gateway.policy.snapshot import Model, Policy
from gateway.policy.webhooks import Webhook
from gateway.settings import Settings
from gateway.stores.measures import SqlMeasures
from gateway.stores.outbox import Due, SqlOutbox
from tests.admin.test_acts import Listed
from tests.ledger.declared import budget

OS = Actor("os", user="root")
BOSS = Actor("key", key="key_boss", roles=("boss",))
LEAD = Actor("key", key="key_lead", roles=("lead",), team="support")
NOBODY = Actor("key", key="key_caller", roles=("caller",))
_ALL = frozenset({"system:read", "system:freeze", "usage:read", "budgets:raise"})
POLICY = Policy(
    "rev-1",
    models={"fast": Model("fast", ())},
    roles={
        one.name: one
        for one in (
            Role("caller", models=("*",)),
            Role("boss", permissions=_ALL),
            Role("lead", permissions=_ALL, within_own_team=True),
        )
    },
    teams={"support": Team("support"), "legal": Team("legal")},
    entries=(
        budget(name="of-all", period="total", amount="100 USD"),
        budget(name="by-team", per=["team"], amount="10 USD"),
        budget(name="by-person", per=["team", "user"], amount="1 USD"),
    ),
    webhooks=(Webhook("w1", "alerts.webhooks.0", Secret("https://alerts.test/")),),
)


@dataclass
class Noted(Listed):
    """With what each act was about."""

    abouts: list[Mapping[str, Any]] = field(default_factory=list)

    def record(self, act: Act) -> None:
        super().record(act)
        self.abouts.append(act.about)


@dataclass
class Office:
    """`changes` are the times that a gateway would have been told that measures changed."""

    installation: Installation
    policy: Policy = POLICY
    acts: Noted = field(default_factory=Noted)
    changes: list[int] = field(default_factory=list)

    @property
    def _desk(self) -> Desk:
        return Desk(self.installation, lambda: self.policy, self.acts)

    @property
    def freezes(self) -> FreezeAdministration:
        return FreezeAdministration(self._desk, lambda: self.changes.append(1))

    @property
    def budgets(self) -> BudgetAdministration:
        return BudgetAdministration(self._desk, lambda: self.changes.append(1))

    @property
    def measures(self) -> SqlMeasures:
        return SqlMeasures(self.installation.database.engine)

    def alerts(self) -> list[Due]:
        """What others are to be told, oldest first."""
        return list(SqlOutbox(self.installation.database.engine).take(2**60, 0, 100))


@contextmanager
def office(folder: Path) -> Iterator[Office]:
    with open_installation(Settings(data=folder)) as installation:
        yield Office(installation)
