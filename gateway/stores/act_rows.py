"""What a database holds of administrators' acts, and what is asked of it.

As in gateway.stores.interfaces every method blocks and raises StoreUnavailable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class ActColumns(NamedTuple):
    """What an act's first entry says, as columns of `acts`. `about` is JSON."""

    id: str
    writer: str
    act_seq: int
    at: str
    auth: str
    key: str | None
    user: str | None
    sudo_user: str | None
    act: str
    about: str
    team: str | None
    policy: str


class ActedColumns(NamedTuple):
    """What its second entry adds; each None while there is none."""

    acted_seq: int | None
    ended_at: str | None
    ending: str | None
    reason: str | None
    result: str | None


class ActRow(NamedTuple):
    begun: ActColumns
    ended: ActedColumns


@dataclass(frozen=True, slots=True)
class ActFilter:
    """Every field that is set must hold. `teams`: one of them. `people` are pseudonyms, any of which acts; `act` is a name or what
    stands before its dot; `about` are values any of which the act is about, or had as its result."""

    since: str | None = None
    until: str | None = None
    people: tuple[str, ...] | None = None
    team: str | None = None
    teams: tuple[str, ...] | None = None
    key: str | None = None
    act: str | None = None
    ending: str | None = None
    about: tuple[str, ...] = ()
    before: tuple[str, str] | None = None
    limit: int = 100


class ActRows(Protocol):
    """Reading what administrators did."""

    def search(self, wanted: ActFilter) -> Sequence[ActRow]:
        """Newest first."""
        ...

    def named(self, ids: Sequence[str]) -> dict[str, ActRow]: ...

    def without_entries(self, limit: int) -> Sequence[ActRow]:
        """Acts that name an entry which isn't there: nothing the gateway would write."""
        ...
