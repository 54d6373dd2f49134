"""What a call asks of the ledger, and what the ledger says. Values only.

Money is integer nano-dollars, times are milliseconds. What goes over the wire is an array whose fields
stand in the order given here: the script (ledger.lua) reads them by their place.
"""

from __future__ import annotations

from msgspec import Struct

from gateway.policy.entries import Exceeded, Failing, Kind


class Demand(Struct, frozen=True, array_like=True, gc=False):
    """`amount` of one entry for one scope, of which there may be at most `most`.

    `entry` is the entry's name, `#`, and what it counts in short; two entries that count differently differ
    in it. `key` names the counter and begins with it. `span_ms` is the length of a window, or how long a
    slot is leased; `from_ms` and `until_ms` are the period of a budget. No two demands of one call have
    the same key.
    """

    kind: Kind
    key: str
    amount: int
    most: int
    span_ms: int
    from_ms: int
    until_ms: int
    exceeded: Exceeded
    entry: str
    on_failure: Failing

    @property
    def name(self) -> str:
        """The entry's name as the policy has it."""
        return self.entry.rpartition("#")[0]


class Charge(Struct, frozen=True, gc=False):
    """What a call turned out to use."""

    nano_usd: int
    tokens: int


class Short(Struct, frozen=True, array_like=True):
    """One demand, by its place, that there is no room for: what is left of it, and in how many milliseconds
    there will be room; 0: whenever a running call ends; -1: never, it is more than there may ever be."""

    place: int
    left: int
    after_ms: int


class Hold(Struct, frozen=True, gc=False):
    """Taken for one call, or for one attempt of it: which of its choices, and what of it is above its entry
    (places of demands with `warn`)."""

    id: str
    choice: int
    demands: tuple[Demand, ...]
    above: tuple[int, ...] = ()


class Refusal(Struct, frozen=True):
    """Nothing was taken. `demand` is the one that takes longest to have room again.

    `unavailable`: the store can't be asked, and the entry says `block`.
    """

    demand: Demand
    left: int
    after_ms: int
    unavailable: bool = False

    @property
    def never(self) -> bool:
        """It is more than the entry's whole amount."""
        return self.after_ms < 0
