"""Rows for the tests of the stores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count

from gateway.stores.interfaces import (
    NO_OUTCOME,
    EntryRow,
    IntentColumns,
    OutcomeColumns,
    Position,
    Shipment,
    call_row,
)
from gateway.stores.key_records import KeyRecord

NOW_MS = 1_800_000_000_000


def counted(prefix: str) -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"{prefix}{next(numbers)}"


def key(number: int = 1, **changes: object) -> KeyRecord:
    facts: dict[str, object] = {
        "id": f"k-{number}",
        "name": f"key {number}",
        "hash": bytes([number]) * 32,
        "hint": "abcd",
        "roles": ("analyst", "auditor"),
        "team": "support",
        "user": None,
        "use_case": "faq",
        "created_at": NOW_MS + number,
    }
    return KeyRecord(**(facts | changes))  # type: ignore[arg-type]


def entry(seq: int, writer: str = "w1", kind: str = "intent", call_id: str | None = None) -> EntryRow:
    body = f"body of {seq}".encode()
    return EntryRow(
        writer,
        seq,
        1,
        f"2027-01-15T08:00:{seq % 60:02d}.000Z",
        kind,
        call_id or f"c{seq}",
        f"{seq:064x}",
        body,
    )


def call(number: int, seq: int, writer: str = "w1", **changes: object) -> IntentColumns:
    return IntentColumns(
        id=f"c{number}",
        writer=writer,
        intent_seq=seq,
        at=f"2027-01-15T08:00:{number % 60:02d}.000Z",
        user="u-1",
        team="support",
        key="k-1",
        end_user=None,
        roles="analyst",
        use_case="faq",
        api="chat",
        model="fast",
        stream=True,
        policy="rev-1",
        held_nano_usd=None,
        decision=None,
    )._replace(**changes)  # type: ignore[arg-type]


def ended(seq: int, **changes: object) -> OutcomeColumns:
    return NO_OUTCOME._replace(
        outcome_seq=seq,
        ended_at="2027-01-15T08:01:00.000Z",
        ending="complete",
        provider="openai",
        region="us",
        target="openai/gpt-5-mini",
        input_tokens=12,
        output_tokens=30,
        cost_nano_usd=9_000_000 * 10**9,
    )._replace(**changes)  # type: ignore[arg-type]


def shipped(
    entries: list[EntryRow],
    calls: Sequence[tuple[IntentColumns, OutcomeColumns]] = (),
    outcomes: Sequence[tuple[str, OutcomeColumns]] = (),
) -> Shipment:
    return Shipment(
        entries[-1].writer,
        Position(entries[-1].seq, entries[-1].hash),
        [(*one[:-1], one.body.decode()) for one in entries],
        [call_row(*one) for one in calls],
        [(*ending, call_id) for call_id, ending in outcomes],
    )


def calls_shipment(count: int, first_seq: int = 1, **changes: str) -> Shipment:
    """`count` whole calls, two entries each."""
    entries, calls = [], []
    for number in range(count):
        seq = first_seq + 2 * number
        call_id = f"c{number}"
        entries += [entry(seq, call_id=call_id), entry(seq + 1, kind="outcome", call_id=call_id)]
        calls.append((call(number, seq, **changes), ended(seq + 1)))
    return shipped(entries, calls)


OPEN = NO_OUTCOME
