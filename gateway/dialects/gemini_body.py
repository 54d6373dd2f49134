"""What Gemini's request bodies have in common: two spellings of each name, models, files of a provider.

The API's JSON is that of protocol buffers: each name may be written `maxOutputTokens` or
`max_output_tokens`. Both spellings are governed; both at once are refused, for nobody knows which
of them counts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Raw

from gateway.dialects.body import Members, Names, is_null, joined, members, text
from gateway.dialects.interface import BadBody, NotOffered

_SEGMENT: Final = re.compile(r"(?<=[a-z0-9])([A-Z])")
_MAY_NAME_A_FILE: Final = re.compile(rb"(?i)file_?uri|\\u")
"""Members that name a file, as they are or behind an escape: only a body with one is looked through."""

_PREFIX: Final = "models/"


def snake(name: str) -> str:
    """`googleSearch` → `google_search`."""
    return _SEGMENT.sub(lambda found: "_" + found[1].lower(), name)


def both(names: Iterable[str]) -> list[str]:
    """Camel case names, and each as it is in snake case."""
    return sorted({spelling for name in names for spelling in (name, snake(name))})


def names(governed: Iterable[str], usual: Iterable[str] = ()) -> Names:
    """The members of an object, in both spellings."""
    return Names(both(governed), both(usual))


def spelling(fields: Mapping[str, Raw], name: str) -> str:
    """How the camel case `name` is written in `fields`; where it is absent, as given."""
    other = snake(name)
    if other == name or other not in fields:
        return name
    if name in fields:
        raise BadBody(f"'{name}' is there twice, as '{other}' too: send one", param=name)
    return other


def member(fields: Members, name: str) -> Raw | None:
    """The member of that name in either spelling; None where it is absent or null."""
    raw = fields.get(spelling(fields, name))
    return None if is_null(raw) else raw


def check_model(fields: Members, model: str) -> None:
    """A body may repeat the model of its path, with or without `models/`, and name no other."""
    named = text(fields, "model")
    if named is not None and named.removeprefix(_PREFIX) != model:
        raise BadBody("'model' in the body is not the model of the path", param="model")


def model_edits(fields: Members, model: str) -> dict[str, Raw | bytes]:
    """`model`, where the body repeats it, as the target calls it."""
    named = text(fields, "model")
    if named is None:
        return {}
    prefix = _PREFIX if named.startswith(_PREFIX) else ""
    return {"model": msgspec.json.encode(prefix + model)}


def edited(raw: Raw, fields: Members, edits: Mapping[str, Raw | bytes]) -> Raw | bytes:
    """The object with its edits; the very bytes where there are none."""
    return joined({**fields, **edits}) if edits else raw


def inner(raw: Raw, known: Names, where: str) -> Members:
    """The members of an object inside the body."""
    return members(bytes(raw), known, where)


def refuse_held_files(body: bytes) -> None:
    """NotOffered where a part names a file that a provider keeps: whose it is can't be checked yet.

    A file anywhere on the web may be named by its address. Arguments of functions and what they
    returned are the caller's own data and are not looked at.
    """
    if _MAY_NAME_A_FILE.search(body) is None:
        return
    try:
        _walk(json.loads(body, object_pairs_hook=_Pairs, parse_int=_unread, parse_float=_unread))
    except RecursionError:
        raise BadBody("the body is nested too deeply") from None


def _unread(number: str) -> int:
    """What a number is, is nobody's business; it may be too long for Python."""
    return 0


class _Pairs(tuple[tuple[str, Any], ...]):
    """An object's members, those that come twice too."""

    __slots__ = ()


def _walk(value: object, within: str = "") -> None:
    if isinstance(value, _Pairs):
        for name, item in value:
            folded = name.casefold().replace("_", "")
            if folded == "fileuri":
                _check_file(item)
            elif (within, folded) not in _CALLERS_OWN:
                _walk(item, folded)
    elif isinstance(value, list):
        for item in value:
            _walk(item, within)


_CALLERS_OWN: Final = frozenset({("functioncall", "args"), ("functionresponse", "response")})


def _check_file(address: object) -> None:
    if address is None or address == "":
        return
    try:
        parts = urlsplit(address) if isinstance(address, str) else None
        host = "" if parts is None else (parts.hostname or "").rstrip(".")
    except ValueError:
        parts, host = None, ""
    of_google = host in _OF_GOOGLE or host.endswith(tuple("." + known for known in _OF_GOOGLE))
    if parts is None or parts.scheme not in ("https", "http") or not host or of_google:
        raise NotOffered(
            "'fileUri' is not supported for files that the provider keeps: whose they are can't be checked; "
            "send the file as 'inlineData', or name an https address",
            param="fileUri",
        )


_OF_GOOGLE: Final = ("googleapis.com", "storage.cloud.google.com", "drive.google.com", "docs.google.com")
"""Where Google keeps files that its API may open with a key's or a project's own rights."""
