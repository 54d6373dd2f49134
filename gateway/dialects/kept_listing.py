"""Lists of kept objects: a provider's pages hold those of all tenants, the caller's page only its own.

Pages are asked for until the caller's is full or the list is at its end, so `has_more` and the ids of
the first and last stay true. What is on a page is passed on byte by byte.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from msgspec import Raw, Struct
from msgspec.json import Decoder

from gateway.dialects.body import joined
from gateway.dialects.figures import UNREADABLE
from gateway.dialects.interface import BadBody
from gateway.dialects.kept_ids import Parameters, single
from gateway.errors import Broken

MOST_PAGES: Final = 50
_HIGHEST_LIMIT: Final = 10_000


@dataclass(frozen=True, slots=True)
class Shape:
    """How an API lists. `kind` None: items of one object, which belong to whoever has that. `default` is
    the limit where the caller sets none, `page` the one that providers are asked for at least."""

    kind: str | None
    after: str = "after"
    before: str | None = None
    default: int = 20
    page: int = 100


class _Item(Struct):
    id: Any = None


_FIELDS: Final = Decoder(dict[str, Raw])
_ITEMS: Final = Decoder(list[Raw])
_ITEM: Final = Decoder(_Item)
_FLAG: Final = Decoder(bool | None)


class OwnPages:
    """gateway.dialects.kept.Listing.

    A cursor that names an object is the caller's own: own (the stage) has seen to that. One that names
    an item of an object can't be looked up, so the list is read from its start until it comes. Two are
    the ends of what is listed.
    """

    def __init__(self, shape: Shape, parameters: Parameters) -> None:
        """BadBody for parameters that can't be."""
        self._shape = shape
        cursors = [name for name in (shape.after, shape.before) if name is not None]
        given = [(name, value) for name in cursors if (value := single(parameters, name))]
        self._steady = [pair for pair in parameters if pair[0] not in (*cursors, "limit")]
        self._limit = _limit(parameters, shape.default)
        self._given = tuple(given) if shape.kind is not None else ()
        self._way, self._cursor = given[0] if given else (shape.after, "")
        self._bound = given[1][1] if len(given) > 1 else ""
        self._from_start = not self._cursor
        self._until = ""
        if shape.kind is None:
            self._until, self._cursor = self._cursor, ""
        self._fields: dict[str, Raw] = {}
        self._page: list[tuple[str, Raw]] = []
        self._found: list[tuple[str, Raw]] = []
        self._pages = 0
        self._more_there = True
        self._all_found = False

    @property
    def kind(self) -> str | None:
        return self._shape.kind

    @property
    def cursors(self) -> Parameters:
        """The caller's: each names an object that must be its own."""
        return self._given

    @property
    def query(self) -> str:
        cursor = [(self._way, self._cursor)] if self._cursor else []
        return urlencode([*self._steady, ("limit", str(max(self._limit, self._shape.page))), *cursor])

    def read(self, page: bytes) -> Sequence[str]:
        try:
            fields = _FIELDS.decode(page)
            items = _ITEMS.decode(fields["data"])
            ids = [_ITEM.decode(item).id for item in items]
            more = "has_more" in fields and _FLAG.decode(fields["has_more"]) is True
        except (*UNREADABLE, KeyError):
            raise Broken("the provider's answer is not the list that was asked for") from None
        self._fields = self._fields or fields
        self._page = [
            (one if isinstance(one, str) else "", item) for one, item in zip(ids, items, strict=True)
        ]
        self._pages += 1
        self._cursor = self._page[0 if self._backwards else -1][0] if items else ""
        self._more_there = more and self._cursor != ""
        return [one for one, _ in self._page]

    def take(self, mine: Container[str], left: int | None) -> None:
        kept: list[tuple[str, Raw]] = []
        for one in self._page:
            if self._bound and one[0] == self._bound:
                self._more_there = False
                break
            if self._until:
                self._until = "" if one[0] == self._until else self._until
            elif self._shape.kind is None or one[0] in mine:
                kept.append(one)
        self._found = kept + self._found if self._backwards else self._found + kept
        self._all_found = self._from_start and left is not None and len(self._found) >= left

    @property
    def done(self) -> bool:
        full = len(self._found) > self._limit
        return full or self._all_found or not self._more_there or self._pages >= MOST_PAGES

    @property
    def astray(self) -> str | None:
        return self._way if self._until else None

    def written(self) -> bytes:
        found, limit = self._found, self._limit
        page = found[max(len(found) - limit, 0) :] if self._backwards else found[:limit]
        more = len(found) > limit or (self._more_there and not self._all_found)
        fields: dict[str, Raw | bytes] = {**self._fields}
        fields["data"] = b"[" + b",".join(bytes(item) for _, item in page) + b"]"
        fields["has_more"] = b"true" if more else b"false"
        for name, position in (("first_id", 0), ("last_id", -1)):
            if name in fields:
                fields[name] = msgspec.json.encode(page[position][0] if page else None)
        return joined(fields)

    @property
    def _backwards(self) -> bool:
        return self._way == self._shape.before


def _limit(parameters: Parameters, default: int) -> int:
    given = single(parameters, "limit")
    if given is None or given == "":
        return default
    if not (given.isascii() and given.isdigit() and 0 <= int(given[:9]) <= _HIGHEST_LIMIT):
        raise BadBody(f"'limit' must be a whole number up to {_HIGHEST_LIMIT}", param="limit")
    return int(given)
