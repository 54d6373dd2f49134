"""Budgets: what is left of them, and more for a while."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gateway.admin.actor import Actor
from gateway.admin.announcing import announce, author
from gateway.admin.budget_bodies import Budget, Budgets, Increase, NewIncrease, ScopeFact, Withdrawn
from gateway.admin.desk import Desk, invalid, missing
from gateway.admin.rights import Reach
from gateway.admin.words import time_text
from gateway.alerts.event import Event
from gateway.ledger.balances import Balance, balances
from gateway.measures import increases_of
from gateway.policy.entries import Entry
from gateway.policy.match import Facts
from gateway.policy.models.units import nanos
from gateway.policy.periods import FOREVER_MS
from gateway.policy.scopes import values_of
from gateway.policy.suggest import did_you_mean, shown
from gateway.stores.measures import Raised, SqlMeasures
from gateway.stores.spending import SqlSpending
from gateway.usage import dollars

_LONGEST_MS: Final = 366 * 86_400_000
_PEOPLE: Final = ("user", "end_user")


@dataclass(frozen=True, slots=True)
class BudgetAdministration:
    """Blocks. `changed` is called when the measures are others than before."""

    desk: Desk
    changed: Callable[[], None]

    def list(self, actor: Actor) -> Budgets:
        """By the records of calls. Who may read only what is their own team's is told of what is counted by team."""
        desk, where = self.desk, self.desk.reach(actor, "usage:read")
        now_ms, entries = desk.now_ms(), self._entries()
        raised = self._measures.taken(now_ms).increases
        spending = SqlSpending(desk.installation.database.engine)
        found = balances(entries.values(), spending, now_ms, increases_of(raised))
        return Budgets(
            budgets=[_told(each) for each in found if _reaches(where, each.scope)],
            increases=[_increase(each) for each in raised if _reaches(where, each.scope or ())],
        )

    def increase(self, actor: Actor, wanted: NewIncrease) -> Increase:
        """Refuses with 400 what no budget of the policy takes."""
        desk, until_ms, amount = self.desk, _ms(wanted.until), nanos(wanted.amount)
        now_ms, entry = desk.now_ms(), None
        about = {"budget": wanted.budget, "amount_usd": dollars(amount), "until": wanted.until}
        with desk.act(actor, "budgets.raise", about) as result:
            desk.require(actor, "budgets:raise")
            entry = self._entry(wanted.budget)
            if not now_ms < until_ms <= now_ms + _LONGEST_MS:
                raise invalid("expected a time that is to come, at most a year from now", "until")
            scope = self._scope(entry, dict(wanted.scope)) if wanted.scope else None
            raised = Raised(
                f"inc_{secrets.token_hex(6)}",
                wanted.budget,
                scope,
                amount,
                until_ms,
                wanted.reason,
                author(actor),
                now_ms,
            )
            self._measures.increase(raised)
            result |= {"increase": raised.id, "scope": list(scope or ())}
        self._tell("budget.raised", raised)
        return _increase(raised)

    def withdraw(self, actor: Actor, increase_id: str) -> Withdrawn:
        """Refuses with 404 where there is none of this id in force."""
        desk = self.desk
        with desk.act(actor, "budgets.withdraw", {"increase": increase_id}):
            desk.require(actor, "budgets:raise")
            now_ms = desk.now_ms()
            found = [each for each in self._measures.taken(now_ms).increases if each.id == increase_id]
            if not found or not self._measures.withdraw(increase_id, now_ms):
                raise missing(f"no increase {increase_id} is in force")
        self._tell("budget.withdrawn", found[0])
        return Withdrawn(increase=increase_id)

    def _entries(self) -> Mapping[str, Entry]:
        return {each.name: each for each in self.desk.policies().entries if each.kind == "budget"}

    def _entry(self, name: str) -> Entry:
        known = self._entries()
        if name not in known:
            raise invalid(f"the policy has no budget '{shown(name)}'{did_you_mean(name, known)}", "budget")
        return known[name]

    def _scope(self, entry: Entry, given: Mapping[ScopeFact, str]) -> tuple[str, ...]:
        """As calls are counted under it."""
        lacking = [fact for fact in entry.per if fact not in given]
        if not entry.per or given.keys() - {*entry.per, "key"} or (lacking and "key" not in given):
            asked = f"by {', '.join(entry.per)}" if entry.per else "all calls together: leave the scope out"
            raise invalid(f"the budget '{entry.name}' counts {asked}", "scope")
        team = given.get("team")
        if team is not None and team not in self.desk.policies().teams:
            raise invalid(f"the policy knows no team '{shown(team)}'", "scope.team")
        subjects = self.desk.installation.subjects
        facts = {
            fact: subjects.pseudonym(fact, value) if fact in _PEOPLE else value
            for fact, value in given.items()
        }
        return values_of(Facts(**facts), entry.per)  # type: ignore[arg-type]  # each of them is one name

    def _tell(self, what: str, raised: Raised) -> None:
        self.changed()
        data = {
            "budget": raised.budget,
            "scope": None if raised.scope is None else list(raised.scope),
            "amount_usd": dollars(raised.amount),
            "until": time_text(raised.until),
            "reason": raised.reason,
        }
        announce(self.desk, Event("budget", what, data))

    @property
    def _measures(self) -> SqlMeasures:
        return SqlMeasures(self.desk.installation.database.engine)


def _ms(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp() * 1000)


def _reaches(where: Reach, scope: tuple[str, ...]) -> bool:
    return where is None or any(f"team={team}" in scope for team in where)


def _increase(raised: Raised) -> Increase:
    return Increase(
        id=raised.id,
        budget=raised.budget,
        scope=None if raised.scope is None else list(raised.scope),
        amount_usd=dollars(raised.amount),
        until=time_text(raised.until),
        reason=raised.reason,
        who=raised.who,
        since=time_text(raised.since),
    )


def _told(balance: Balance) -> Budget:
    return Budget(
        budget=balance.entry.name,
        scope=list(balance.scope),
        amount_usd=dollars(balance.entry.most),
        raised_usd=dollars(balance.raised),
        spent_usd=dollars(balance.spent),
        reserved_usd=dollars(balance.reserved),
        left_usd=dollars(balance.left),
        on_exceeded=balance.entry.exceeded,
        since=time_text(max(balance.from_ms, 0)),
        resets_at=time_text(balance.until_ms) if balance.until_ms < FOREVER_MS else None,
    )
