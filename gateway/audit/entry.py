"""What the audit log holds: the fields of each kind of entry, and how they become bytes.

An *entry* is what is chained; a *record* is a call's two entries joined, or an act's. A log without acts is
what it was before there were any: kinds of entries are added, none is changed. Field names are fixed
(docs/audit.md). The bytes of an entry are msgspec's JSON of these structs: fields in the order
they are declared, no white space, fields that hold their default left out (absent means null,
false, 0 or empty; a default may therefore never change); those bytes, exactly as stored, are what
is hashed. The garbage collector doesn't track them: they hold no cycles, and thousands are alive
under load. Times are RFC 3339 in UTC with milliseconds and `Z`, so that they sort as text.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

import msgspec
from msgspec import Struct

from gateway.usage import Usage

Fact = str | int | bool | None | tuple[str, ...]
"""A value of what an act is about."""


class Who(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Proven facts about the caller. `user` and `end_user` are pseudonyms, `network` a /24 or /48."""

    auth: str | None = None
    key: str | None = None
    user: str | None = None
    team: str | None = None
    roles: tuple[str, ...] = ()
    end_user: str | None = None
    network: str | None = None


class Purpose(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    use_case: str | None = None
    tags: dict[str, str] = {}


class AskedFor(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    api: str
    model: str | None = None
    stream: bool = False
    tools: tuple[str, ...] = ()


class Attempt(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One request to a provider: `result` is `ok`, a status, or the fault's word; `request_id` the
    provider's own id of it."""

    target: str
    region: str | None = None
    result: str
    ms: float
    request_id: str | None = None


class Served(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    provider: str | None = None
    region: str | None = None
    target: str | None = None
    model: str | None = None
    prompt: str | None = None
    experiment: str | None = None
    arm: str | None = None
    attempts: tuple[Attempt, ...] = ()


class Decision(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """`verdict` is allow, refuse, change or flag."""

    stage: str
    rule: str
    verdict: str
    reason: str | None = None


class Check(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    name: str
    version: str
    read_bytes: int
    total_bytes: int
    found: dict[str, int]
    mode: str
    status: str


class Cost(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Dollars as decimal strings (exact); None where no price is known."""

    usd: str | None = None
    reserved_usd: str | None = None
    price_version: str | None = None


class Latency(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Milliseconds."""

    total: float
    first_byte: float | None = None
    upstream: float | None = None
    overhead: float | None = None


class Content(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    mode: str = "none"
    ref: str | None = None


class Intent(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag_field="kind", tag="intent"):
    """What is about to be done. Durable before a provider is called."""

    id: str
    parent: str | None = None
    request_id: str | None = None
    at: str
    who: Who
    purpose: Purpose
    asked: AskedFor
    policy: str
    decisions: tuple[Decision, ...] = ()
    cost: Cost | None = None
    """What is held for it, `reserved_usd`, and no more than that. None: nothing is."""


class Outcome(
    Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag_field="kind", tag="outcome"
):
    """How it ended. Durable before the answer ends."""

    id: str
    ended_at: str
    ending: str
    served: Served
    decisions: tuple[Decision, ...] = ()
    checks: tuple[Check, ...] = ()
    unread: tuple[str, ...] = ()
    usage: Usage | None = None
    cost: Cost = Cost()
    latency_ms: Latency
    content: Content = Content()


class Administrator(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Who acts: `auth` is os, key, jwt or admin_key. `user` and `sudo_user` are pseudonyms, `network` a /24 or /48.

    With `os` the user is the operating system's, by number; `sudo_user` is whom sudo says it was (a claim).
    """

    auth: str
    key: str | None = None
    user: str | None = None
    sudo_user: str | None = None
    team: str | None = None
    roles: tuple[str, ...] = ()
    network: str | None = None


class Act(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag_field="kind", tag="act"):
    """What an administrator is about to do. Durable before it is done.

    `about` holds ids and names of the policy, in the order of its fields' names; people are pseudonyms.
    """

    id: str
    at: str
    who: Administrator
    act: str
    about: dict[str, Fact] = {}
    team: str | None = None
    policy: str = ""


class Acted(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag_field="kind", tag="acted"):
    """How an act ended: done, refused (nothing changed), failed or interrupted (it may have been done).

    `reason` is the refusal's word; `about` holds what is known only now.
    """

    id: str
    ended_at: str
    ending: str
    reason: str | None = None
    about: dict[str, Fact] = {}


class Boot(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag_field="kind", tag="boot"):
    """A writer starts: the first entry of each boot.

    `torn_bytes` were cut off the end of the spool and moved aside: a write that a crash cut short.
    """

    id: str
    at: str
    version: str
    policy: str
    torn_bytes: int = 0


class Checkpoint(
    Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag_field="kind", tag="checkpoint"
):
    """Where every chain stood, signed: gateway.audit.checkpoint says what exactly is. `heads` by writer: the number
    and hash of the last entry; the signer's own chain had no later one yet."""

    id: str
    at: str
    key: str
    heads: dict[str, tuple[int, str]]
    signature: str


Entry = Intent | Outcome | Boot | Act | Acted | Checkpoint

_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[Entry] = msgspec.json.Decoder(Entry)


def encode(entry: Entry) -> bytes:
    """The entry's bytes. UnicodeEncodeError or TypeError where a field can't be written as JSON."""
    return _ENCODER.encode(entry)


def decode(data: bytes | msgspec.Raw) -> Entry:
    """msgspec.ValidationError or DecodeError where the bytes are no entry."""
    return _DECODER.decode(data)


@lru_cache(maxsize=64)
def time_text(epoch_ms: int) -> str:
    """2026-01-31T12:00:00.000Z: how every time in the log is written."""
    seconds, ms = divmod(epoch_ms, 1000)
    return f"{_second(seconds)}.{ms:03d}Z"


@lru_cache(maxsize=8)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:-6]
