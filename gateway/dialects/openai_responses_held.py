"""What a provider keeps, and a request refers to: files, containers, earlier items of a conversation.

One account at a provider serves all tenants of a gateway. Whose such an object is can't be checked in
this version, so a request that refers to one is refused, wherever in it the reference stands. What a
caller sends whole is nobody else's.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from msgspec import Raw

from gateway.dialects.body import Names, folded
from gateway.dialects.body_size import marks
from gateway.dialects.interface import BadBody, NotOffered

_REFERENCES: Final = frozenset({"fileid", "fileids", "containerid", "vectorstoreids", "skillid"})
"""Members that hold the id of a kept object, folded: a careless server may read `fileId` too."""

_ITEM: Final = Names(
    "type id role content tools encrypted_content result results approval_request_id".split(),
)

MOST_MARKS: Final = 2**18
"""Of objects, lists, commas and quotes in one member, taken together: each costs time here."""
_SMALL_BYTES: Final = 256 * 1024

Pairs = list[tuple[str, Any]]


def without_references(raw: Raw, name: str) -> Any:
    """The value of the member `name`, numbers as text. NotOffered if an object anywhere in it refers to
    what a provider keeps; BadBody if one names a member twice, for two servers may then differ, and if
    it has too many parts to look at each."""
    if len(raw) > _SMALL_BYTES and marks(bytes(raw), MOST_MARKS) > MOST_MARKS:
        raise BadBody(f"'{name}' has too many objects, lists and texts in it", param=name)
    try:
        return json.loads(bytes(raw), object_pairs_hook=_checked(name), parse_int=str, parse_float=str)
    except BadBody:
        raise
    except RecursionError:
        raise BadBody(f"'{name}' is nested too deeply", param=name) from None
    except ValueError:
        raise BadBody(f"'{name}' is not valid JSON", param=name) from None


def refuse_kept_items(items: list[Any]) -> None:
    """NotOffered for an item of `input` that is only named there, or whose rest the provider has."""
    requests = _requested_approvals(items)
    for item in items:
        if not isinstance(item, dict):
            raise BadBody("'input' must be a text or a list of objects", param="input")
        alike = _ITEM.look_alike(item)
        if alike is not None:
            raise BadBody(f"unknown member '{alike[0][:100]}': did you mean '{alike[1]}'?", param="input")
        kind = item.get("type")
        if kind is None and not (item.get("role") and item.get("content") is not None):
            raise _not_offered("an item without a type and a role", "input")
        if kind == "mcp_approval_response" and str(item.get("approval_request_id")) not in requests:
            raise _not_offered("an approval whose request is not in the input", "input")
        if isinstance(kind, str) and kind in _WHOLE and not _WHOLE[kind](item):
            raise NotOffered(_HINTS[kind], param="input")


def _requested_approvals(items: list[Any]) -> set[str]:
    of_requests = (
        item for item in items if isinstance(item, dict) and item.get("type") == "mcp_approval_request"
    )
    return {item["id"] for item in of_requests if isinstance(item.get("id"), str)}


def _reasoning_is_whole(item: dict[str, Any]) -> bool:
    """Open models tell their reasoning as content; without an id there is nothing to look up."""
    return bool(not item.get("id") or item.get("encrypted_content") or item.get("content"))


_WHOLE: Final[dict[str, Callable[[dict[str, Any]], bool]]] = {
    "reasoning": _reasoning_is_whole,
    "image_generation_call": lambda item: bool(item.get("result")),
    "file_search_call": lambda item: isinstance(item.get("results"), list),
}
_HINTS: Final = {
    "reasoning": (
        "a reasoning item without its 'encrypted_content' is not offered: the provider would have to have kept "
        'it; ask for it with "include": ["reasoning.encrypted_content"]'
    ),
    "image_generation_call": "an image_generation_call without its 'result' is not offered: send the image",
    "file_search_call": (
        "a file_search_call without its 'results' is not offered: "
        'ask for them with "include": ["file_search_call.results"]'
    ),
}


def _checked(name: str) -> Callable[[Pairs], dict[str, Any]]:
    """Looks at each object as it is read. Names come again and again, so each is folded once."""
    known: dict[str, bool] = {}

    def check(pairs: Pairs) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise BadBody(f"'{name}' names a member twice", param=name)
        for key, value in pairs:
            refers = known.get(key)
            if refers is None:
                refers = known[key] = folded(key) in _REFERENCES
            if refers and _is_id(value):
                raise _not_offered(f"'{key[:100]}'", name)
        kind = found.get("type")
        if isinstance(kind, str) and folded(kind) == "itemreference":
            raise _not_offered("an item_reference", name)
        return found

    return check


def _is_id(value: object) -> bool:
    """A text, or a list with one: in a schema a member of that name has an object."""
    if isinstance(value, list):
        return any(isinstance(one, str) and one for one in value)
    return isinstance(value, str) and value != ""


def _not_offered(what: str, name: str) -> NotOffered:
    return NotOffered(
        f"{what} in '{name}' is not offered: whose it is at the provider can't be checked yet", param=name
    )
