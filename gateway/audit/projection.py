"""What entries mean for the database: rows of `entries`, and columns of `calls`. Pure.

Values come as plain tuples: thousands are alive until a batch is shipped, and those the garbage
collector stops looking at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct

from gateway.audit.chain import Link
from gateway.audit.entry import Act, Acted, Boot, Check, Checkpoint, Decision, Entry, Fact, Intent, Outcome
from gateway.stores.interfaces import NO_OUTCOME, EntryRow, Position, Row, Shipment, call_row
from gateway.usage import Usage, nano_of

_LARGEST = 2**63 - 1
_LONGEST_TIER = 64
_NOT_USED: Row = (None,) * 10
_FACTS = msgspec.json.Encoder()
_KIND, _CALL = EntryRow._fields.index("kind"), EntryRow._fields.index("call_id")


class Sealed(Struct, frozen=True, gc=False):
    """An entry with the link that holds it."""

    link: Link
    entry: Entry


class Projected(Struct, frozen=True, gc=False):
    """An entry as rows: its EntryRow, and what it adds to `calls` or `acts` (nothing for a boot or a checkpoint).

    It holds texts and numbers only: what waits to be shipped is small, and the entry's own objects
    are used again while the processor still has them at hand.
    """

    seq: int
    row: Row
    columns: Row


def project(writer: str, sealed: Sealed) -> Projected:
    """The body is kept as text: SQLite's driver takes longer over bytes."""
    link, entry = sealed.link, sealed.entry
    seq = link.seq
    columns: Row = ()
    if type(entry) is Intent:
        kind, at, columns = "intent", entry.at, intent_columns(writer, seq, entry)
    elif type(entry) is Outcome:
        kind, at, columns = "outcome", entry.ended_at, outcome_columns(seq, entry)
    elif type(entry) is Act:
        kind, at, columns = "act", entry.at, act_columns(writer, seq, entry)
    elif type(entry) is Acted:
        kind, at, columns = "acted", entry.ended_at, acted_columns(seq, entry)
    else:
        assert isinstance(entry, Boot | Checkpoint)
        kind, at = "boot" if isinstance(entry, Boot) else "checkpoint", entry.at
    row = (writer, seq, link.boot, at, kind, entry.id, link.hash, link.body.decode())
    return Projected(seq, row, columns)


def shipment(writer: str, entries: Sequence[Projected]) -> Shipment:
    """An outcome whose intent is here too becomes one row with it."""
    rows = [entry.row for entry in entries]
    last = EntryRow._make(rows[-1])
    made = Shipment(writer, Position(last.seq, last.hash), rows)
    calls = made.calls
    intents: dict[object, int] = {}
    for entry in entries:
        row = entry.row
        kind = row[_KIND]
        if kind == "intent":
            intents[row[_CALL]] = len(calls)
            calls.append(entry.columns)
        elif kind == "outcome":
            place = intents.pop(row[_CALL], None)
            if place is None:
                made.outcomes.append((*entry.columns, row[_CALL]))
            else:
                calls[place] = call_row(calls[place], entry.columns)
        elif kind == "act":
            made.acts.append(entry.columns)
        elif kind == "acted":
            made.act_ends.append((*entry.columns, row[_CALL]))
    for place in intents.values():
        calls[place] = call_row(calls[place], NO_OUTCOME)
    return made


def intent_columns(writer: str, seq: int, entry: Intent) -> Row:
    """The values of IntentColumns."""
    who, asked = entry.who, entry.asked
    return (
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
        _shown(asked.model),
        asked.stream,
        entry.policy,
        None if entry.cost is None or entry.cost.reserved_usd is None else _nano_usd(entry.cost.reserved_usd),
        last_refusal(entry.decisions),
    )


def outcome_columns(seq: int, entry: Outcome) -> Row:
    """The values of OutcomeColumns; a figure that no column can hold is left to the entry's bytes."""
    served, usage, cost = entry.served, entry.usage, entry.cost
    return (
        last_refusal(entry.decisions),
        seq,
        entry.ended_at,
        entry.ending,
        served.provider,
        served.region,
        _shown(served.target),
        _listed([one.region or "none" for one in served.attempts]) if served.attempts else None,
        _found(entry.checks) if entry.checks else None,
        *(_NOT_USED if usage is None else _particulars(usage)),
        None if cost.reserved_usd is None else _nano_usd(cost.reserved_usd),
        cost.price_version,
        None if usage is None else _storable(usage.input_tokens),
        None if usage is None else _storable(usage.output_tokens),
        None if cost.usd is None else _nano_usd(cost.usd),
    )


def _shown(text: str | None) -> str | None:
    """PostgreSQL has no text with a zero character in it, and callers may ask for a model of such a name."""
    return text.replace("\0", "\ufffd") if text is not None and "\0" in text else text


def _listed(names: Iterable[str]) -> str | None:
    """`,eu,us,`: each once, in their order, so that one of them is found by `,eu,`."""
    once = sorted(set(names))
    return f",{','.join(once)}," if once else None


def _found(checks: Sequence[Check]) -> str | None:
    return _listed(name for check in checks for name, times in check.found.items() if times > 0)


def _particulars(usage: Usage) -> Row:
    """From cache_read_tokens to estimated; most calls have next to none of them."""
    tier = usage.tier
    return (
        _some(usage.cache_read_tokens),
        _some(usage.cache_write_tokens),
        _some(usage.cache_write_1h_tokens),
        _some(usage.reasoning_tokens),
        _some(usage.audio_input_tokens),
        _some(usage.audio_output_tokens),
        _some(usage.images),
        None if tier is None else _shown(tier[:_LONGEST_TIER]),
        usage.batch or None,
        usage.estimated or None,
    )


def _some(number: int) -> int | None:
    return _storable(number) if number else None


def act_columns(writer: str, seq: int, entry: Act) -> Row:
    """The values of ActColumns."""
    who = entry.who
    return (
        entry.id,
        writer,
        seq,
        entry.at,
        who.auth,
        who.key,
        who.user,
        who.sudo_user,
        entry.act,
        facts_text(entry.about),
        entry.team,
        entry.policy,
    )


def acted_columns(seq: int, entry: Acted) -> Row:
    """The values of ActedColumns."""
    return (seq, entry.ended_at, entry.ending, entry.reason, facts_text(entry.about))


def facts_text(about: Mapping[str, Fact]) -> str:
    """What an act is about, as JSON, for a column that is searched for ids."""
    return _FACTS.encode(about).decode()


def _storable(number: int) -> int | None:
    """One figure that a provider made up must not stop the log: a database counts in 64 bits."""
    return number if -_LARGEST <= number <= _LARGEST else None


def _nano_usd(spent: str) -> int | None:
    try:
        return _storable(nano_of(spent))
    except (ArithmeticError, ValueError):
        return None


def last_refusal(decisions: Sequence[Decision]) -> str | None:
    """`stage:rule` of the last refusal among them."""
    for decision in reversed(decisions):
        if decision.verdict == "refuse":
            return f"{decision.stage}:{decision.rule}"
    return None
