"""What the gateway asks of a database: narrow protocols, each with one conformance suite.

Every method blocks: they are called from threads, never on the event loop. They raise
StoreUnavailable when the database can't be reached or is busy for too long. The rows are plain
tuples, in the order of their columns, because tens of thousands a second pass through here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

from gateway.errors import GatewayError


class StoreUnavailable(GatewayError):
    """The database can't be used now; nothing of what was asked was kept."""


Row = tuple[object, ...]
"""Values in the order of their columns."""


class Position(NamedTuple):
    """The last entry of a writer that the database holds. (0, ""): none yet."""

    seq: int
    hash: str


class EntryRow(NamedTuple):
    """One chained entry: `body` are the bytes that were hashed, `hash` their digest in hex."""

    writer: str
    seq: int
    boot: int
    at: str
    kind: str
    call_id: str
    hash: str
    body: bytes


class IntentColumns(NamedTuple):
    """What a call's intent says, as columns of `calls`. `roles` are joined by commas. `held_nano_usd` is charged for it as
    long as it has no end; None: nothing."""

    id: str
    writer: str
    intent_seq: int
    at: str
    user: str | None
    team: str | None
    key: str | None
    end_user: str | None
    roles: str
    use_case: str | None
    api: str
    model: str | None
    stream: bool
    policy: str
    held_nano_usd: int | None
    decision: str | None


class OutcomeColumns(NamedTuple):
    """What a call's outcome adds. `decision` None leaves the intent's. Of what a call used, figures that are zero,
    and flags that are false, are None; but not `input_tokens` and `output_tokens`, which are None where nothing
    was counted. `regions` are all that the call was sent to (`,eu,us,`; `none` for a provider without one), `entities`
    all that its checks found."""

    decision: str | None
    outcome_seq: int | None
    ended_at: str | None
    ending: str | None
    provider: str | None
    region: str | None
    target: str | None
    regions: str | None
    entities: str | None
    cache_read_tokens: int | None
    cache_write_tokens: int | None
    cache_write_1h_tokens: int | None
    reasoning_tokens: int | None
    audio_input_tokens: int | None
    audio_output_tokens: int | None
    images: int | None
    tier: str | None
    batch: bool | None
    estimated: bool | None
    reserved_nano_usd: int | None
    price_version: str | None
    input_tokens: int | None
    output_tokens: int | None
    cost_nano_usd: int | None


NO_OUTCOME = OutcomeColumns._make([None] * len(OutcomeColumns._fields))


CALL_COLUMNS = IntentColumns._fields + OutcomeColumns._fields[1:]
"""A call as one row: `decision` stands once, among the intent's."""


def call_row(intent: Row, outcome: Row) -> Row:
    """The values of CALL_COLUMNS from those of IntentColumns and OutcomeColumns."""
    return (*intent[:-1], outcome[0] or intent[-1], *outcome[1:])


@dataclass(slots=True)
class Shipment:
    """Consecutive entries of one writer and what they mean for `calls` and `acts`, as plain tuples.

    `entries` in the order of EntryRow, their body as text. `calls` are new calls (CALL_COLUMNS), with their outcome
    where it is in the same shipment; `outcomes` are the ends of calls that were shipped before:
    the values of OutcomeColumns, then the call's id. `acts` are new acts (act_rows.ActColumns), `act_ends` how acts
    ended, those of `acts` or others: the values of ActedColumns, then the act's id. `durable`: it is to survive
    a power loss once it was taken.
    """

    writer: str
    last: Position
    entries: list[Row] = field(default_factory=list)
    calls: list[Row] = field(default_factory=list)
    outcomes: list[Row] = field(default_factory=list)
    acts: list[Row] = field(default_factory=list)
    act_ends: list[Row] = field(default_factory=list)
    durable: bool = False


class OpenCall(NamedTuple):
    id: str
    at: str
    held_nano_usd: int | None = None


class Archive(Protocol):
    """Where entries are kept for good: written by shipping."""

    def position(self, writer: str) -> Position:
        """Registers the writer if it is new."""
        ...

    def ship(self, shipment: Shipment, after: int) -> bool:
        """All of it or nothing. False if the writer's position isn't `after`: look it up again."""
        ...

    def make_durable(self) -> bool:
        """Whether all that was shipped survives a power loss now. False: not yet, ask again later."""
        ...

    def open_calls(self, writer: str) -> Sequence[OpenCall]:
        """Calls with an intent and no outcome, oldest first."""
        ...

    def open_acts(self, writer: str) -> Sequence[str]:
        """The ids of acts that have not ended, oldest first."""
        ...


class CallRow(NamedTuple):
    intent: IntentColumns
    outcome: OutcomeColumns


Order = Literal["newest", "oldest", "dearest", "longest"]
"""`dearest`: by what a call cost, without those that cost nothing known; `longest`: by its tokens, without those that
used none known."""


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Every field that is set must hold. Times as text (RFC 3339, UTC, milliseconds). `teams`: one of them.

    `user`, `end_user`, and `subject` (one of the two) are pseudonyms. `region` is
    one that the call was sent to, whether or not it was answered there (`none`: a provider without one); `entity` one
    that its checks found. `decision` is `refused` (any refusal), a stage, or `stage:rule`. `cost_over` is in
    nano-dollars. `before` is the cursor: only what comes behind this place (see `place_in`) in the order asked for.
    """

    since: str | None = None
    until: str | None = None
    user: str | None = None
    end_user: str | None = None
    subject: str | None = None
    team: str | None = None
    teams: tuple[str, ...] | None = None
    key: str | None = None
    use_case: str | None = None
    api: str | None = None
    model: str | None = None
    provider: str | None = None
    region: str | None = None
    entity: str | None = None
    ending: str | None = None
    decision: str | None = None
    policy: str | None = None
    cost_over: int | None = None
    order: Order = "newest"
    before: tuple[str | int, str] | None = None
    limit: int = 100


class Totals(NamedTuple):
    """Of all calls that a filter is about. Calls without a known price cost nothing here, and are in `unpriced`."""

    calls: int
    refused: int
    input_tokens: int
    output_tokens: int
    cost_nano_usd: int
    unpriced: int


class Calls(Protocol):
    """Reading what was shipped."""

    def search(self, wanted: CallFilter) -> Sequence[CallRow]:
        """In the order asked for."""
        ...

    def totals(self, wanted: CallFilter) -> Totals:
        """Of all that the filter is about, whatever its order, cursor and limit."""
        ...

    def named(self, ids: Sequence[str]) -> dict[str, CallRow]: ...

    def bodies(self, places: Sequence[tuple[str, int]]) -> dict[tuple[str, int], EntryRow]:
        """Entries by (writer, seq)."""
        ...

    def entries(self, writer: str, after: int, limit: int) -> Sequence[EntryRow]:
        """In order of seq."""
        ...

    def writers(self) -> dict[str, Position]:
        """Each registered writer, in the order they began, and the last entry that was shipped."""
        ...

    def unregistered(self) -> Sequence[str]:
        """Writers of entries that aren't registered: nothing the gateway would write."""
        ...

    def without_entries(self, limit: int) -> Sequence[CallRow]:
        """Calls that name an entry which isn't there: nothing the gateway would write."""
        ...
