"""What entries mean for the database: rows of `entries`, and columns of `calls`. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from msgspec import Struct

from gateway.audit.chain import Link
from gateway.audit.entry import Boot, Decision, Entry, Intent, Outcome
from gateway.stores.interfaces import (
    NO_OUTCOME,
    EntryRow,
    IntentColumns,
    OutcomeColumns,
    Shipment,
)


class Sealed(Struct, frozen=True, gc=False):
    """An entry with the link that holds it."""

    link: Link
    entry: Entry


def shipment(writer: str, sealed: Iterable[Sealed]) -> Shipment:
    """An outcome whose intent is here too becomes one row with it."""
    made = Shipment(writer)
    intents: dict[str, int] = {}
    for one in sealed:
        link, entry = one.link, one.entry
        made.entries.append(entry_row(writer, link, entry))
        if type(entry) is Intent:
            intents[entry.id] = len(made.calls)
            made.calls.append((intent_columns(writer, link.seq, entry), NO_OUTCOME))
        elif type(entry) is Outcome:
            ended = outcome_columns(link.seq, entry)
            place = intents.pop(entry.id, None)
            if place is None:
                made.outcomes.append((entry.id, ended))
            else:
                made.calls[place] = (made.calls[place][0], ended)
    return made


def entry_row(writer: str, link: Link, entry: Entry) -> EntryRow:
    kind, at = _kind_and_time(entry)
    return EntryRow(writer, link.seq, link.boot, at, kind, entry.id, bytes.fromhex(link.hash), link.body)


def intent_columns(writer: str, seq: int, entry: Intent) -> IntentColumns:
    who, asked = entry.who, entry.asked
    return IntentColumns(
        entry.id,
        writer,
        seq,
        entry.at,
        who.user,
        who.team,
        who.key,
        who.end_user,
        ",".join(who.roles),
        entry.purpose.use_case,
        asked.api,
        asked.model,
        asked.stream,
        entry.policy,
        last_refusal(entry.decisions),
    )


def outcome_columns(seq: int, entry: Outcome) -> OutcomeColumns:
    served, usage, spent = entry.served, entry.usage, entry.cost.usd
    return OutcomeColumns(
        last_refusal(entry.decisions),
        seq,
        entry.ended_at,
        entry.ending,
        served.provider,
        served.region,
        served.target,
        None if usage is None else usage.input_tokens,
        None if usage is None else usage.output_tokens,
        None if spent is None else int(Decimal(spent).scaleb(9)),
    )


def last_refusal(decisions: Sequence[Decision]) -> str | None:
    """`stage:rule` of the last refusal among them."""
    for decision in reversed(decisions):
        if decision.verdict == "refuse":
            return f"{decision.stage}:{decision.rule}"
    return None


def _kind_and_time(entry: Entry) -> tuple[str, str]:
    if type(entry) is Intent:
        return "intent", entry.at
    if type(entry) is Outcome:
        return "outcome", entry.ended_at
    assert isinstance(entry, Boot)
    return "boot", entry.at
