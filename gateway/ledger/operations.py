"""What a ledger's book is asked to do, one at a time and each whole or not at all, and what it answers.

The same values go to a book in memory and, as arrays, to the script in Redis. An operation may come twice,
or late: whatever names a hold is done once.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from gateway.ledger.demand import Demand, Short


class Reserve(Struct, frozen=True, array_like=True, tag="reserve"):
    """Take all demands of the first of `choices` that fits. A later one is tried only where every demand of
    the one before that is short says `downgrade`."""

    id: str
    choices: tuple[tuple[Demand, ...], ...]


class Settle(Struct, frozen=True, array_like=True, tag="settle"):
    """A hold's end: the money is spent, unused tokens and the slot go back; a request that was made stays counted."""

    id: str
    nano_usd: int
    tokens: int


class Cancel(Struct, frozen=True, array_like=True, tag="cancel"):
    """As if it had never been reserved; if it hasn't been by now, it won't be."""

    id: str


class Extend(Struct, frozen=True, array_like=True, tag="extend"):
    """The call is alive: its slots are leased for `lease_ms` from now."""

    id: str
    lease_ms: int


class Prime(Struct, frozen=True, array_like=True, tag="prime"):
    """What a demand's counter begins with, where there is none: what was recorded before it was counted here."""

    demand: Demand
    amount: int


class Adopt(Struct, frozen=True, array_like=True, tag="adopt"):
    """A hold that was taken elsewhere, or before the counters were lost: it is counted whether or not it fits.
    `of_record`: nobody who lives holds it; the record of its call will say how it ended."""

    id: str
    demands: tuple[Demand, ...]
    of_record: bool = False


Operation = Reserve | Settle | Cancel | Extend | Prime | Adopt


class Taken(Struct, frozen=True, array_like=True, tag="taken"):
    """All demands of choice number `choice`; those at the places `above` say `warn`, and are above their entries."""

    choice: int
    above: tuple[int, ...]


class Refused(Struct, frozen=True, array_like=True, tag="refused"):
    """Nothing was taken: what choice number `choice` was short of."""

    choice: int
    short: tuple[Short, ...]


class Passed(Struct, frozen=True, array_like=True, tag="passed"):
    """Nothing was taken: a budget's period is not the one of now."""


class Unprimed(Struct, frozen=True, array_like=True, tag="unprimed"):
    """Nothing was taken: the demands at `places` of choice number `choice` must be primed first. Something may
    have been used in their window or period before it was counted here."""

    choice: int
    places: tuple[int, ...]


class Gone(Struct, frozen=True, array_like=True, tag="gone"):
    """Nothing was taken: the hold has ended before this arrived."""


class Closed(Struct, frozen=True, array_like=True, tag="closed"):
    """Nothing was taken: the store's counters are being rebuilt."""


class Spent(Struct, frozen=True, array_like=True):
    """A budget after a settlement: which demand of the hold, by key; spent in all, and by how much the hold was overrun."""

    key: str
    spent: int
    overrun: int


class Settled(Struct, frozen=True, array_like=True, tag="settled"):
    """The hold's budgets. Of a hold that is not open (any more), none."""

    budgets: tuple[Spent, ...]


class Done(Struct, frozen=True, array_like=True, tag="done"):
    """Cancelled, extended, primed or adopted."""


Answer = Taken | Refused | Passed | Unprimed | Gone | Closed | Settled | Done


class Answers(Struct, frozen=True, array_like=True):
    """What the script says: its time, the number and state of its epoch, and an answer for each operation.

    In the state `void` nothing was done: the counters were lost, or were counted by another server.
    """

    now_ms: int
    epoch: int
    state: Literal["open", "telling", "gathering", "void"]
    answers: tuple[Answer, ...]
