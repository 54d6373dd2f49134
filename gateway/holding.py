"""What a call asks of the ledger for where it is to go, and what becomes of its hold as attempts fail."""

from __future__ import annotations

from collections.abc import Container
from datetime import UTC, datetime

from msgspec import structs

from gateway.call import Call, Candidate
from gateway.errors import Broken, TimedOut, UpstreamFault
from gateway.ledger.demand import Charge, Demand, Hold, Refusal
from gateway.ledger.demands import Blocked, Bound, Increases, demands
from gateway.policy.match import Facts
from gateway.policy.networks import parsed_address
from gateway.policy.periods import FOREVER_MS
from gateway.runtime import Runtime

Asked = tuple[Demand, ...] | Blocked


class Asking:
    """What a call asks for if it goes to this candidate. The entries that are about it are found once, whatever the time.

    `again` and `elsewhere` as in `scopes.about`, `downgraded` as in `demands`."""

    __slots__ = ("_downgraded", "_found", "_from_ms", "_increases", "_scoped", "_until_ms", "bound")

    def __init__(
        self,
        call: Call,
        candidate: Candidate,
        bound: Bound,
        increases: Increases,
        *,
        again: bool = False,
        elsewhere: bool = False,
        downgraded: bool = False,
    ) -> None:
        scopes = call.policy.scopes
        matched, counted = facts_of(call, candidate, scopes.asks)
        self._scoped = scopes.about(matched, counted, again=again, elsewhere=elsewhere)
        self.bound = bound
        self._increases = increases
        self._downgraded = downgraded
        self._found: tuple[Demand, ...] = ()
        self._from_ms = self._until_ms = 0

    def at(self, now_ms: int) -> Asked:
        """The same as the last time where no period has passed since."""
        if self._from_ms <= now_ms < self._until_ms:
            return self._found
        found = demands(
            self._scoped, self.bound, now_ms, downgraded=self._downgraded, increases=self._increases
        )
        if not isinstance(found, Blocked):
            self._found = found
            self._from_ms, self._until_ms = 0, FOREVER_MS
            for each in found:
                if each.until_ms:
                    self._from_ms = max(self._from_ms, each.from_ms)
                    self._until_ms = min(self._until_ms, each.until_ms)
        return found

    def wanted(self, now_ms: int) -> tuple[Demand, ...]:
        """For what was asked before and was not blocked: no rule that blocks depends on the time."""
        found = self.at(now_ms)
        return () if isinstance(found, Blocked) else found


def facts_of(call: Call, candidate: Candidate, asks: Container[str]) -> tuple[Facts, Facts]:
    """Those that rules match on, with people's names; and those that it is counted under, with pseudonyms. Only `asks`
    are gathered of those that few rules ask for."""
    assert call.caller is not None and call.grant is not None
    caller, target, credential = call.caller, candidate.target, call.credential
    provider = target.provider
    end_user = counted_end_user = None
    if "end_user" in asks:
        end_user, counted_end_user = call.end_user_name, call.end_user
    # By place: by name it takes twice as long.
    matched = Facts(
        caller.team,
        caller.user if credential is None else credential.user,
        caller.roles,
        caller.key,
        call.use_case,
        candidate.asked_for or None,
        call.dialect.api,
        call.grant.tags if "tag" in asks else (),
        provider.name,
        target.name,
        provider.region,
        parsed_address(call.address) if call.address is not None and "network" in asks else None,
        datetime.fromtimestamp(call.at_ms / 1000, UTC) if "hours" in asks else None,
        end_user,
    )
    if caller.user == matched.user and counted_end_user == end_user:
        return matched, matched
    return matched, structs.replace(matched, user=caller.user, end_user=counted_end_user)


def reserved(held: Hold, bound: Bound) -> Charge:
    """All that is held: the most that the attempt can have cost and used."""
    money = max((each.amount for each in held.demands if each.kind == "budget"), default=0)
    return Charge(money, bound.tokens)


def may_be_billed(fault: UpstreamFault) -> bool:
    """The provider may still be at work on it."""
    return isinstance(fault, TimedOut) or (isinstance(fault, Broken) and fault.underway)


def lose(call: Call, fault: UpstreamFault, runtime: Runtime) -> None:
    """Charge the attempt that this came of at its reservation, if it may be billed. Idempotent."""
    if call.hold is not None and may_be_billed(fault):
        runtime.ledger.settle(call.hold, _charge(call, call.hold, fault))
        call.hold = None


async def moved(call: Call, candidate: Candidate, fault: UpstreamFault, runtime: Runtime) -> bool:
    """Take along what is held to the next candidate. False: its entries have no room; nothing is held then."""
    entries, held, bound = call.policy.entries, call.hold, call.bound
    if not entries or bound is None:
        return True
    if held is not None and not call.policy.follows and not may_be_billed(fault):
        return True
    elsewhere = call.sent_to is not None and call.sent_to.asked_for != candidate.asked_for
    asking = Asking(
        call,
        candidate,
        bound,
        runtime.measures.increases,
        again=True,
        elsewhere=elsewhere,
        downgraded=call.downgraded,
    )
    wanted = asking.at(runtime.clock.now_ms())
    charge = Charge(0, 0) if held is None else _charge(call, held, fault)
    call.hold = None
    if isinstance(wanted, Blocked) or not wanted:
        if held is not None:
            runtime.ledger.settle(held, charge)
        return _goes_on(call, wanted.name) if isinstance(wanted, Blocked) else True
    id_ = f"{call.id}/{len(call.attempts)}"
    if held is None:
        answer = await runtime.ledger.reserve(id_, lambda now_ms: (asking.wanted(now_ms),))
    else:
        answer = await runtime.ledger.swap(held, charge, id_, lambda now_ms: (asking.wanted(now_ms),))
    if isinstance(answer, Refusal):
        return _goes_on(call, answer.demand.name)
    call.hold = answer
    note_above(call, answer)
    return True


def note_above(call: Call, held: Hold) -> None:
    for place in held.above:
        call.note("reserve", held.demands[place].name, "flag", "above its amount")


def _charge(call: Call, held: Hold, fault: UpstreamFault) -> Charge:
    if call.bound is None or not may_be_billed(fault):
        return Charge(0, 0)
    charge = reserved(held, call.bound)
    call.lost_nano_usd += charge.nano_usd
    return charge


def _goes_on(call: Call, entry: str) -> bool:
    call.note("reserve", entry, "flag", "no room for another attempt")
    return False
