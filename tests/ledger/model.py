"""The ledger in the plainest form: a list of what was taken, and sums over it. And a machine that plays any
board against it, one operation at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gateway.ledger.demand import Demand
from gateway.ledger.operations import (
    Cancel,
    Done,
    Extend,
    Gone,
    Prime,
    Refused,
    Reserve,
    Settle,
    Settled,
    Spent,
    Taken,
    Unprimed,
)
from gateway.ledger.window import slicing
from tests.ledger.boards import START_MS, Board
from tests.ledger.drawn import MINUTE_MS, MOST, choices, moved, steps


@dataclass
class Event:
    """Something counted in a window: `at_ms`, of one hold."""

    at_ms: int
    amount: int


@dataclass
class Held:
    demands: tuple[Demand, ...]
    events: dict[str, Event]
    """By key."""


@dataclass
class Model:
    """What is known by counting. Budgets and slots are exact; windows have two sums: of what surely counts, and of
    what may count besides, since the oldest slice counts in full."""

    now_ms: int = START_MS
    open: dict[str, Held] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    events: dict[str, list[Event]] = field(default_factory=dict)
    spent: dict[str, int] = field(default_factory=dict)
    leases: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def budgets(self) -> set[str]:
        """By key, all that were ever used."""
        held = {each.key for held in self.open.values() for each in held.demands if each.kind == "budget"}
        return held | self.spent.keys()

    def reserved(self, key: str) -> int:
        return sum(each.amount for held in self.open.values() for each in held.demands if each.key == key)

    def surely_counted(self, demand: Demand) -> int:
        """In the window that ends now, both ends included."""
        since_ms = self.now_ms - demand.span_ms
        return sum(event.amount for event in self.events.get(demand.key, ()) if event.at_ms >= since_ms)

    def perhaps_counted(self, demand: Demand) -> int:
        slice_ms, _ = slicing(demand.span_ms)
        since_ms = self.now_ms - demand.span_ms - slice_ms
        return sum(event.amount for event in self.events.get(demand.key, ()) if event.at_ms >= since_ms)

    def at_once(self, demand: Demand) -> int:
        return sum(until_ms > self.now_ms for until_ms in self.leases.get(demand.key, {}).values())

    def must_refuse(self, demand: Demand) -> bool:
        return self.used(demand, self.surely_counted) + demand.amount > demand.most

    def may_refuse(self, demand: Demand) -> bool:
        return self.used(demand, self.perhaps_counted) + demand.amount > demand.most

    def used(self, demand: Demand, counted) -> int:
        if demand.kind == "budget":
            return self.spent.get(demand.key, 0) + self.reserved(demand.key)
        return self.at_once(demand) if demand.kind == "concurrent" else counted(demand)

    def take(self, id_: str, demands: tuple[Demand, ...]) -> None:
        events = {}
        for demand in demands:
            if demand.kind == "concurrent":
                self.leases.setdefault(demand.key, {})[id_] = self.now_ms + demand.span_ms
            elif demand.kind != "budget":
                events[demand.key] = Event(self.now_ms, demand.amount)
                self.events.setdefault(demand.key, []).append(events[demand.key])
        self.open[id_] = Held(demands, events)

    def settle(self, id_: str, nano_usd: int, tokens: int) -> tuple[Spent, ...]:
        held = self.open.pop(id_)
        budgets = []
        for demand in held.demands:
            if demand.kind == "budget":
                self.spent[demand.key] = self.spent.get(demand.key, 0) + nano_usd
                budgets.append(Spent(demand.key, self.spent[demand.key], max(nano_usd - demand.amount, 0)))
            elif demand.kind == "concurrent":
                self.leases[demand.key].pop(id_, None)
            elif demand.kind == "tokens":
                held.events[demand.key].amount = min(tokens, demand.amount)
                if tokens > demand.amount:
                    self.events[demand.key].append(Event(self.now_ms, tokens - demand.amount))
        self.ended.add(id_)
        return tuple(budgets)

    def cancel(self, id_: str) -> None:
        held = self.open.pop(id_, None)
        self.ended.add(id_)
        if held is not None:
            for event in held.events.values():
                event.amount = 0
            for demand in held.demands:
                self.leases.get(demand.key, {}).pop(id_, None)


class Ledgers(RuleBasedStateMachine):
    """Every call has an id of its own, which may be settled, cancelled or asked again at any later time."""

    board: Board

    def make(self) -> Board:
        raise NotImplementedError

    @initialize()
    def begin(self) -> None:
        self.board = self.make()
        self.model = Model()
        self.calls = 0
        self.loose: set[str] = set()
        """Budgets that may be overspent."""

    def one(self, operation):
        """The board's answer to it, at the model's time."""
        self.board.now_ms = self.model.now_ms
        (answer,) = self.board.apply([moved(operation, self.model.now_ms)])
        return answer

    @rule(passes_ms=steps)
    def time_passes(self, passes_ms: int) -> None:
        self.model.now_ms += passes_ms

    @rule(wanted=choices)
    def reserve(self, wanted) -> None:
        self.calls += 1
        id_ = f"call-{self.calls}"
        operation = moved(Reserve(id_, wanted), self.model.now_ms)
        assert isinstance(operation, Reserve)
        answer = self.one(operation)
        while isinstance(answer, Unprimed):
            for place in answer.places:
                assert self.one(Prime(operation.choices[answer.choice][place], 0)) == Done()
            answer = self.one(operation)
        self.judge(operation, answer)
        if isinstance(answer, Taken):
            taken = operation.choices[answer.choice]
            self.loose |= {each.key for each in taken if each.exceeded == "warn"}
            self.model.take(id_, taken)

    def judge(self, operation: Reserve, answer) -> None:
        """Taken is what nothing speaks against, refused is what something does; and the first choice that fits."""
        assert isinstance(answer, Taken | Refused)
        model, demands = self.model, operation.choices[answer.choice]
        for passed_over in operation.choices[: answer.choice]:
            assert any(each.exceeded == "downgrade" and model.may_refuse(each) for each in passed_over)
        if isinstance(answer, Taken):
            assert not [each for each in demands if each.exceeded != "warn" and model.must_refuse(each)]
            assert {at for at, each in enumerate(demands) if model.must_refuse(each)} >= {
                at for at in answer.above if demands[at].kind in ("budget", "concurrent")
            }
        else:
            assert answer.short
            for short in answer.short:
                demand = demands[short.place]
                assert demand.exceeded != "warn"
                assert model.may_refuse(demand)
                assert (short.after_ms < 0) == (demand.amount > demand.most)
                if demand.kind == "budget":
                    assert short.left == max(demand.most - model.used(demand, None), 0)

    @precondition(lambda self: self.model.open)
    @rule(data=st.data(), nano_usd=st.integers(0, 120), tokens=st.integers(0, 45))
    def settle(self, data, nano_usd: int, tokens: int) -> None:
        id_ = data.draw(st.sampled_from(sorted(self.model.open)))
        self.loose |= {each.key for each in self.model.open[id_].demands if each.amount < nano_usd}
        budgets = self.model.settle(id_, nano_usd, tokens)
        assert self.one(Settle(id_, nano_usd, tokens)) == Settled(budgets)

    @precondition(lambda self: self.model.open)
    @rule(data=st.data())
    def cancel(self, data) -> None:
        id_ = data.draw(st.sampled_from(sorted(self.model.open)))
        self.model.cancel(id_)
        assert self.one(Cancel(id_)) == Done()

    @rule()
    def cancel_before_it_arrives(self) -> None:
        id_ = f"late-{self.calls}"
        self.model.cancel(id_)
        assert self.one(Cancel(id_)) == Done()
        assert self.one(Reserve(id_, ((),))) == Gone()

    @precondition(lambda self: self.model.ended)
    @rule(data=st.data(), nano_usd=st.integers(0, 120))
    def settle_again(self, data, nano_usd: int) -> None:
        id_ = data.draw(st.sampled_from(sorted(self.model.ended)))
        assert self.one(Settle(id_, nano_usd, 0)) == Settled(())

    @precondition(lambda self: self.model.open)
    @rule(data=st.data(), wanted=choices)
    def reserve_again(self, data, wanted) -> None:
        id_ = data.draw(st.sampled_from(sorted(self.model.open)))
        assert isinstance(self.one(Reserve(id_, wanted)), Taken)

    @precondition(lambda self: self.model.open)
    @rule(data=st.data())
    def extend(self, data) -> None:
        id_ = data.draw(st.sampled_from(sorted(self.model.open)))
        assert self.one(Extend(id_, MINUTE_MS)) == Done()
        for demand in self.model.open[id_].demands:
            if demand.kind == "concurrent":
                self.model.leases[demand.key][id_] = self.model.now_ms + MINUTE_MS

    @invariant()
    def no_budget_is_overspent(self) -> None:
        """But for those that only warn, and those that a call was dearer for than was reserved."""
        for key in self.model.budgets - self.loose:
            assert self.model.spent.get(key, 0) + self.model.reserved(key) <= MOST["budget"]


def check(make: Callable[[], Board], *, examples: int, steps: int) -> None:
    """Plays so many games of so many steps, each on a new board."""

    class LedgersThere(Ledgers):
        def make(self) -> Board:
            return make()

    some = settings(max_examples=examples, stateful_step_count=steps)
    run_state_machine_as_test(LedgersThere, settings=some)
