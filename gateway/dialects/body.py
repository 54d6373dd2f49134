"""JSON request bodies as their top-level members, and typed reads of single members.

A body is decoded once, into raw slices; that also proves that it is valid JSON. Two parsers may
disagree on which of two equal names counts, and some servers ignore the case of names or take
`maxTokens` for `max_tokens`: what policies judge must be what the provider acts on, so both are
refused and never forwarded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

import msgspec
from msgspec import DecodeError, Raw, ValidationError
from msgspec.json import Decoder

from gateway.dialects.body_repeats import repeats
from gateway.dialects.body_size import (
    LONGEST_LIST_BYTES,
    LONGEST_NUMBER,
    LONGEST_VALUE_BYTES,
    MOST_ITEMS,
    MOST_MEMBERS,
    has_long_number,
    has_more_members,
    holds_few_objects,
)
from gateway.dialects.interface import BadBody, ModelMissing

_MEMBERS: Final = Decoder(dict[str, Raw])
_JOINER: Final = msgspec.json.Encoder()
_ITEMS: Final = Decoder(list[Raw] | None)
_TEXT: Final = Decoder(str | None)
_FLAG: Final = Decoder(bool | None)
_COUNT: Final = Decoder(int | None)

_SMALL_BYTES: Final = 1024 * 1024
"""The members of such a body may all be decoded before they are counted."""

MOST_COUNTED: Final = 2**53
LONGEST_TEXT: Final = 1024

T = TypeVar("T")
Members = dict[str, Raw]


class Names:
    """The member names of one object: `governed` are acted on, `usual` are known to be harmless."""

    __slots__ = ("_folded", "_known")

    def __init__(self, governed: Iterable[str], usual: Iterable[str] = ()) -> None:
        governed = tuple(governed)
        self._known = frozenset((*governed, *usual))
        self._folded = {folded(name): name for name in governed}

    def look_alike(self, members: Mapping[str, object]) -> tuple[str, str] | None:
        """A member that a careless parser would take for a governed one, and which."""
        if members.keys() <= self._known:
            return None
        for name in members:
            if name not in self._known and (meant := self._folded.get(folded(name))):
                return name, meant
        return None


def members(raw: bytes, names: Names, where: str | None = None, *, most: int = MOST_MEMBERS) -> Members:
    """The members of the JSON object `raw`, in order. BadBody if it is none, is ambiguous or has more
    than `most` members.

    `where` is the name of the field it stands in; None is the whole body.
    """
    found = distinct_members(raw, where, most=most)
    require_known(raw, found, names, where)
    return found


def require_known(raw: bytes, found: Members, names: Names, where: str | None = None) -> None:
    """BadBody where `raw`, whose members are `found`, is no UTF-8 or has a name that may be mistaken."""
    if not raw.isascii():
        _check_utf8(raw)
    alike = names.look_alike(found)
    if alike is not None:
        raise BadBody(f"unknown member '{alike[0][:100]}': did you mean '{alike[1]}'?", param=alike[1])


def distinct_members(raw: bytes, where: str | None = None, *, most: int = MOST_MEMBERS) -> Members:
    """The members, each named once. Neither their letters nor their names have been looked at."""
    what = "the body" if where is None else f"'{where}'"
    if len(raw) > LONGEST_NUMBER and has_long_number(raw):
        raise BadBody(f"{what} has a number of more than {LONGEST_NUMBER} digits", param=where)
    if len(raw) > _SMALL_BYTES and has_more_members(raw, most):
        raise _too_many(most, what, where)
    try:
        found = _MEMBERS.decode(raw)
    except RecursionError:
        raise BadBody(f"{what} is nested too deeply", param=where) from None
    except ValidationError:
        raise BadBody(f"{what} must be a JSON object", param=where) from None
    except UnicodeDecodeError:
        raise BadBody(f"{what} is not valid UTF-8", param=where) from None
    except DecodeError as error:
        raise BadBody(f"{what} is not valid JSON: {error}", param=where) from None
    if len(found) > most:
        raise _too_many(most, what, where)
    if repeats(raw, found):
        raise BadBody(f"{what} names a member twice", param=where)
    return found


def joined(fields: Mapping[str, Raw | bytes]) -> bytes:
    """One compact JSON object of these members, each value byte by byte as it is."""
    return _JOINER.encode(
        {name: value if value.__class__ is Raw else Raw(value) for name, value in fields.items()}
    )


def replaced(fields: Members, edits: Mapping[str, Raw | bytes]) -> bytes:
    """The same of members that were read, with `edits` in their places or behind them."""
    written: Members = {**fields}
    for name, value in edits.items():
        written[name] = value if value.__class__ is Raw else Raw(value)
    return _JOINER.encode(written)


def text(fields: Members, name: str, *, longest: int = LONGEST_TEXT) -> str | None:
    """A string, or None where it is absent, null or empty."""
    raw = fields.get(name)
    if raw is None:
        return None
    value = _decoded(_TEXT, raw, name, "a string")
    if value is not None and len(value) > longest:
        raise BadBody(f"'{name}' is longer than {longest} characters", param=name)
    return value or None


def required_text(fields: Members, name: str, *, longest: int = LONGEST_TEXT) -> str:
    value = text(fields, name, longest=longest)
    if value is None:
        raise BadBody(f"'{name}' is missing", param=name)
    return value


def required_model(fields: Members) -> str:
    value = text(fields, "model")
    if value is None:
        raise ModelMissing(fields)
    return value


def with_model(raw: bytes, fields: Members, model: str) -> bytes:
    """The body `raw` of these members, which name no model, naming this one. Every other byte stays."""
    value = msgspec.json.encode(model)
    if "model" in fields:  # null, or empty
        return replaced(fields, {"model": value})
    begin = raw.index(b"{") + 1
    return b'%b"model":%b%b%b' % (raw[:begin], value, b"," if fields else b"", raw[begin:])


def flag(fields: Members, name: str) -> bool:
    """true or false; absent and null are false."""
    raw = fields.get(name)
    return raw is not None and _decoded(_FLAG, raw, name, "true or false") is True


def count(fields: Members, name: str, *, least: int) -> int | None:
    """A whole number, at least `least`; None where it is absent or null."""
    raw = fields.get(name)
    if raw is None:
        return None
    value: int | None = _decoded(_COUNT, raw, name, "a whole number")
    if value is not None and not least <= value <= MOST_COUNTED:
        raise BadBody(f"'{name}' must be at least {least} and at most {MOST_COUNTED}", param=name)
    return value


def items(raw: Raw, name: str) -> list[Raw]:
    """The items of a list, raw; null is the empty list."""
    return _decoded(_ITEMS, raw, name, "a list") or []


def few_items(raw: Raw, name: str, *, most: int = MOST_ITEMS) -> list[Raw]:
    """The items of a list that is walked here, item by item: BadBody if it is long."""
    found = items(short(raw, name, longest_bytes=LONGEST_LIST_BYTES), name)
    if len(found) > most:
        raise BadBody(f"'{name}' has more than {most} items", param=name)
    return found


def few_objects(raw: Raw, name: str, *, most: int = MOST_ITEMS) -> list[Raw]:
    """The items of a list of objects, however long in bytes. A long list is counted before they are made."""
    few = len(raw) <= LONGEST_VALUE_BYTES or holds_few_objects(raw, most)
    if not few or len(found := items(raw, name)) > most:
        raise BadBody(f"'{name}' must be a list of at most {most} objects", param=name)
    return found


def short(raw: Raw, name: str, *, longest_bytes: int = LONGEST_VALUE_BYTES) -> Raw:
    """`raw` as it is, where it is fit to be decoded as a whole; BadBody if it is longer."""
    if len(raw) > longest_bytes:
        raise BadBody(f"'{name}' is longer than {longest_bytes} bytes", param=name)
    return raw


def require_list(fields: Members, name: str) -> None:
    """BadBody unless the member is there and a list. Its items are the provider's business."""
    raw = fields.get(name)
    if raw is None or bytes(memoryview(raw)[:1]) != b"[":
        raise BadBody(f"'{name}' must be a list" if raw else f"'{name}' is missing", param=name)


def is_null(raw: Raw | None) -> bool:
    """Absent or null."""
    return raw is None or (len(raw) == 4 and bytes(raw) == b"null")


def anything(raw: Raw) -> Any:
    """The decoded value: for members whose type says what to do with them. BadBody for a number that
    nothing can hold."""
    try:
        return msgspec.json.decode(raw)
    except (DecodeError, RecursionError) as error:
        raise BadBody(f"a value can't be read: {error}") from None


def _decoded(decoder: Decoder[T], raw: Raw, name: str, what: str) -> T:
    try:
        return decoder.decode(raw)
    except DecodeError:
        raise BadBody(f"'{name}' must be {what}", param=name) from None


def folded(name: str) -> str:
    """A name as careless parsers compare it."""
    return name.casefold().replace("_", "").replace("-", "")


def _too_many(most: int, what: str, where: str | None) -> BadBody:
    return BadBody(f"{what} has more than {most} members", param=where)


def _check_utf8(raw: bytes) -> None:
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        raise BadBody(f"the body is not valid UTF-8 (byte {error.start})") from None
