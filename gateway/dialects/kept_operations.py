"""Operations on objects that providers keep: each is a dialect of its own, made for one request.

Which exist stands in tables (kept_openai, kept_anthropic); all else is denied. An operation's model is
empty: where it goes is decided by what it refers to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, NoReturn
from urllib.parse import quote, urlencode

from gateway.dialects.interface import ANY, Answer, Asked, BadBody, Changes, Dialect, Keeping, StreamReader
from gateway.dialects.kept import Held
from gateway.dialects.kept_answers import MadeIn, nothing
from gateway.dialects.kept_ids import Parameters, id_in_path, read_query, single
from gateway.dialects.kept_listing import OwnPages, Shape
from gateway.form import Form, FormBody
from gateway.streams.passing import Passing
from gateway.usage import Usage

_NO_IDS: Final = frozenset({"compact", "input_tokens"})
"""Operations that are not offered and stand where an id may."""
_FLAGS: Final[Mapping[str | None, bool]] = {None: False, "": False, "false": False, "true": True}


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of a table. `path` names the kind of each id in braces; `query` are the parameters that
    may come (`x[]`: with an index). `shape`: it lists. `read` parses a body, `render` writes it; without
    them there is none. `passes`: its answer is a file. `events`: its answer may be a stream, if the query
    says `stream`."""

    deed: str
    method: str
    path: str
    api: str
    query: frozenset[str] = frozenset()
    shape: Shape | None = None
    made: MadeIn = nothing
    removed: Callable[[str], bytes] | None = None
    retold: Callable[[bytes], bytes] | None = None
    read: Callable[[bytes], Asked] | None = None
    read_form: Callable[[Form], Asked] | None = None
    render: Callable[[Asked, Changes], bytes | FormBody] = lambda asked, changes: asked.raw
    passes: bool = False
    events: Callable[[Asked], StreamReader] | None = None
    billed_later: bool = False


def found(
    operations: Iterable[Operation], method: str, path: str
) -> tuple[Operation, Mapping[str, str]] | list[str]:
    """The operation at `path` (percent-encoded, without a prefix) and the ids in it by their kind; else
    the methods that the path takes."""
    methods: list[str] = []
    segments = path.split("/")
    for one in operations:
        ids = _ids(one.path.split("/"), segments)
        if ids is not None and one.method == method:
            return one, ids
        if ids is not None:
            methods.append(one.method)
    return methods


def kept_dialect(
    operation: Operation, family: str, prefix: str, ids: Mapping[str, str], query: bytes
) -> Dialect:
    """The dialect of one request. `prefix` stands before the provider's path."""
    held = tuple(Held(kind, one, f"{kind}_id") for kind, one in ids.items())
    listing: OwnPages | None = None
    parameters: Parameters = ()
    parse: Callable[[bytes], Asked]
    parse_form: Callable[[Form, str | None], Asked] | None = None
    try:
        parameters = read_query(query, operation.query)
        listing = _listing(operation.shape, parameters)
        stream = operation.passes or (operation.events is not None and _flag(parameters, "stream"))
        parse = partial(
            _parse, operation=operation, held=held, parameters=parameters, listing=listing, stream=stream
        )
        if operation.read_form is not None:
            parse_form = partial(_parse_form, read=operation.read_form)
    except BadBody as bad:
        parse = partial(_refuse, bad=bad)
    path = prefix + operation.path
    for kind, one in ids.items():
        path = path.replace(f"{{{kind}}}", quote(one, safe=""))
    return Dialect(
        api=operation.api,
        family=family,
        provider_path=path,
        parse=parse,
        render=operation.render,
        read_answer=_used_nothing,
        read_stream=operation.events or _pass,
        billed=False,
        operation="keep",
        method=operation.method,
        keeping=Keeping(
            deed=operation.deed,
            made=operation.made,
            removed=operation.removed,
            listing=listing,
            retold=operation.retold,
            billed_later=operation.billed_later,
        ),
        parse_form=parse_form,
        passing=_pass if operation.passes else None,
        accept=ANY if operation.passes else "application/json",
    )


def _ids(template: list[str], segments: list[str]) -> dict[str, str] | None:
    """By kind; None: another path. A segment that can't be an id is one of nobody's."""
    if len(template) != len(segments):
        return None
    ids: dict[str, str] = {}
    for wanted, segment in zip(template, segments, strict=True):
        if wanted.startswith("{"):
            if not segment or segment in _NO_IDS:
                return None
            ids[wanted[1:-1]] = id_in_path(segment)
        elif wanted != segment:
            return None
    return ids


def _listing(shape: Shape | None, parameters: Parameters) -> OwnPages | None:
    """Items of one's own object need no filter; a cursor among them is looked for."""
    if shape is None or (shape.kind is None and not single(parameters, shape.after)):
        return None
    return OwnPages(shape, parameters)


def _parse(
    body: bytes,
    *,
    operation: Operation,
    held: tuple[Held, ...],
    parameters: Parameters,
    listing: OwnPages | None,
    stream: bool,
) -> Asked:
    asked = _bare(body) if operation.read is None else operation.read(body)
    asked.held = held + asked.held
    asked.stream = stream
    asked.query = urlencode(parameters)
    if listing is not None:
        asked.query = listing.query
        asked.held += tuple([Held(listing.kind or "", one, way) for way, one in listing.cursors])
    return asked


def _parse_form(form: Form, model: str | None, *, read: Callable[[Form], Asked]) -> Asked:
    return read(form)


def _bare(body: bytes) -> Asked:
    """Nothing is asked but what the path says. Some clients send an empty object."""
    if body.strip() not in (b"", b"{}"):
        raise BadBody("this operation takes no body")
    return Asked(raw=b"", fields={}, model="")


def _refuse(body: bytes, *, bad: BadBody) -> NoReturn:
    raise bad


def _flag(parameters: Parameters, name: str) -> bool:
    value = _FLAGS.get(single(parameters, name))
    if value is None:
        raise BadBody(f"'{name}' must be true or false", param=name)
    return value


def _used_nothing(body: bytes) -> Answer:
    """Keeping is not generating. What a batch or a job comes to is not known when it is made."""
    return Answer(usage=Usage())


def _pass(asked: Asked) -> StreamReader:
    return Passing(Usage())
