"""Claims: what a request says of itself. They are accepted within what key and role allow, and prove nothing.

They stand in headers of ours, in those of gateways that others come from, and in the body's metadata. Whatever
else those headers of others ask for (routes, retries, caches, redaction, logging) is not even looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

import msgspec
from msgspec import Struct

from gateway.errors import Kind, Problem, Refused

USE_CASE: Final = b"x-gateway-use-case"
TAGS: Final = b"x-gateway-tags"
END_USER: Final = b"x-gateway-end-user"

_USE_CASE_MEMBER: Final = "use_case"
"""Of the body's metadata."""

TAG_LISTS: Final = (b"x-litellm-tags",)
TAG_OBJECTS: Final = (b"x-portkey-metadata",)
TAG_PREFIX: Final = b"helicone-property-"
_PREFIXES: Final = (b"x-gateway-", b"x-litellm-", b"x-portkey-", b"helicone-")
"""Of all headers that claim something."""
END_USERS: Final = (b"x-litellm-end-user-id", b"x-litellm-customer-id", b"helicone-user-id")
_END_USER_MEMBER: Final = "_user"
"""Of Portkey's metadata."""

_MAX_TAGS: Final = 16
_MAX_TAG_LENGTH: Final = 64
_MAX_USE_CASE: Final = 256
_MAX_END_USER: Final = 4096
_MAX_OBJECT_BYTES: Final = 8192

_OBJECT: Final = msgspec.json.Decoder(dict[str, str | int | float | bool | None])


class Claims(Struct, frozen=True):
    """`end_user` only where a header says it; `tags` are few, short and printable."""

    use_case: str | None
    tags: dict[str, str]
    end_user: str | None


def read_claims(headers: Mapping[bytes, bytes], metadata: Mapping[str, str]) -> Claims | None:
    """What headers (names in lower case; of several of one name the last) and the body's metadata claim.
    None: nothing. Refused where they name two use cases."""
    if not metadata and not _may_claim(tuple(headers)):
        return None
    objects = [_object(headers[name]) for name in TAG_OBJECTS if name in headers]
    tags = dict[str, str]()
    for key, value in _pairs(headers, metadata, objects):
        name = _printable(key.strip())
        if name and name not in tags and len(tags) < _MAX_TAGS:
            tags[name] = _printable(value.strip())
    return Claims(_use_case(headers, metadata), tags, _end_user(headers, objects))


@lru_cache(maxsize=128)
def _may_claim(names: tuple[bytes, ...]) -> bool:
    """Remembered: the calls of one client have headers of the same names."""
    return any(name.startswith(_PREFIXES) for name in names)


def accepted_use_case(claimed: str | None, *, proven: str | None) -> str | None:
    """What of a claim is left to be judged by the roles: nothing where it repeats what the key proves. Refused
    where the key proves another."""
    if claimed is None or claimed == proven:
        return None
    if proven is not None or not 0 < len(claimed) <= _MAX_USE_CASE or not claimed.isprintable():
        message = f"this key may not call for the use case '{_printable(claimed)}'"
        problem = Problem(Kind.FORBIDDEN, message, code="use_case_forbidden")
        raise Refused(problem, stage="prompt", rule="use_case")
    return claimed


def as_tag(pair: tuple[str, str]) -> str:
    """As policies name it: name=value, or the name where there is no value."""
    name, value = pair
    return f"{name}={value}" if value else name


def _use_case(headers: Mapping[bytes, bytes], metadata: Mapping[str, str]) -> str | None:
    header, member = headers.get(USE_CASE), metadata.get(_USE_CASE_MEMBER)
    if header is None:
        return member
    said = _text(header).strip()
    if member is not None and member != said:
        message = f"the header {USE_CASE.decode()} and 'metadata.{_USE_CASE_MEMBER}' name different use cases: send one"
        problem = Problem(Kind.INVALID_REQUEST, message, code="ambiguous_use_case", param="metadata")
        raise Refused(problem, stage="prompt", rule="use_case")
    return said


def _pairs(
    headers: Mapping[bytes, bytes],
    metadata: Mapping[str, str],
    objects: list[Mapping[str, object]],
) -> Iterator[tuple[str, str]]:
    """In the order of precedence: where a name comes twice, and where there are too many, the first count."""
    for name in (TAGS, *TAG_LISTS):
        if name in headers:
            yield from _listed(_text(headers[name]))
    for members in objects:
        for key, value in members.items():
            if isinstance(value, str) and key != _END_USER_MEMBER:
                yield key, value
    for header, content in headers.items():
        if header.startswith(TAG_PREFIX):
            yield _text(header.removeprefix(TAG_PREFIX)), _text(content)
    for key, value in metadata.items():
        if key != _USE_CASE_MEMBER:
            yield key, value


def _listed(text: str) -> list[tuple[str, str]]:
    """`k=v, k=v`: of one name the last."""
    pairs = (part.partition("=") for part in text.split(",")[:_MAX_TAGS])
    return list({key.strip(): value for key, _, value in pairs}.items())


def _end_user(headers: Mapping[bytes, bytes], objects: list[Mapping[str, object]]) -> str | None:
    for name in (END_USER, *END_USERS):
        said = _text(headers.get(name, b"")).strip()
        if said:
            return said[:_MAX_END_USER]
    for members in objects:
        member = members.get(_END_USER_MEMBER)
        if isinstance(member, str) and member:
            return member[:_MAX_END_USER]
    return None


def _object(content: bytes) -> Mapping[str, object]:
    """What is no object of plain values claims nothing."""
    try:
        return _OBJECT.decode(content[:_MAX_OBJECT_BYTES])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _printable(text: str) -> str:
    return "".join(c for c in text if c.isprintable())[:_MAX_TAG_LENGTH]
