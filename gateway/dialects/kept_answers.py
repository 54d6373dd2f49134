"""Which objects an answer tells of. Each becomes the caller's before the caller hears of it.

An answer about a batch or a job names others that the provider made for it: files of results, a tuned
model. Ids that no id can be are not claimed, so nobody can ever use them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.json import Decoder

from gateway.dialects.body import joined
from gateway.dialects.figures import UNREADABLE
from gateway.dialects.interface import Asked
from gateway.dialects.kept import Made
from gateway.dialects.kept_ids import is_id
from gateway.errors import Broken

MadeIn = Callable[[Asked, bytes], tuple[Made, ...]]


class _Told(Struct):
    """Any value may stand where an id should."""

    id: Any = None
    output_file_id: Any = None
    error_file_id: Any = None
    result_files: Any = None
    fine_tuned_model: Any = None
    fine_tuned_model_checkpoint: Any = None
    data: Any = None


_TOLD: Final = Decoder(_Told)
_FIELDS: Final = Decoder(dict[str, msgspec.Raw])
_ITEMS: Final = Decoder(list[msgspec.Raw])
_NAME: Final = Decoder(str | None)


def nothing(asked: Asked, body: bytes) -> tuple[Made, ...]:
    return ()


def created(kind: str) -> MadeIn:
    """The answer is a new object of this kind, perhaps with others. Broken: it names none, so nobody
    could ever use it."""

    def made(asked: Asked, body: bytes) -> tuple[Made, ...]:
        told = _read(body)
        if not isinstance(told.id, str) or not is_id(told.id, kind):
            raise Broken("the provider's answer names no object")
        return (Made(kind, told.id), *_beside(told))

    return made


def named(kind: str) -> MadeIn:
    """As `created`, of an answer that need not have been kept."""

    def made(asked: Asked, body: bytes) -> tuple[Made, ...]:
        try:
            told = _TOLD.decode(body)
        except UNREADABLE:
            return ()
        return (Made(kind, told.id),) if isinstance(told.id, str) and is_id(told.id, kind) else ()

    return made


def beside(asked: Asked, body: bytes) -> tuple[Made, ...]:
    """What an answer about a known object, or a list of them, names besides."""
    told = _read(body)
    listed = told.data if isinstance(told.data, list) else []
    inner = [msgspec.convert(item, _Told) for item in listed if isinstance(item, dict)]
    return tuple(dict.fromkeys(one for each in (told, *inner) for one in _beside(each)))


def _beside(told: _Told) -> tuple[Made, ...]:
    results = told.result_files if isinstance(told.result_files, list) else []
    files = (told.output_file_id, told.error_file_id, *results)
    models = (told.fine_tuned_model, told.fine_tuned_model_checkpoint)
    named = [("file", each) for each in files] + [("model", each) for each in models]
    return tuple(Made(kind, each) for kind, each in named if isinstance(each, str) and is_id(each, kind))


def _read(body: bytes) -> _Told:
    try:
        return _TOLD.decode(body)
    except UNREADABLE:
        raise Broken("the provider's answer is not the object that was asked for") from None


def deleted(kind: str) -> Callable[[str], bytes]:
    """What OpenAI says of an object that is gone."""
    return lambda name: msgspec.json.encode({"id": name, "object": kind, "deleted": True})


def batch_deleted(name: str) -> bytes:
    """What Anthropic says of a batch that is gone."""
    return msgspec.json.encode({"id": name, "type": "message_batch_deleted"})


def results_here(body: bytes) -> bytes:
    """A message batch, or a page of them, whose results are fetched from here and not from the provider:
    clients follow `results_url` with the key they have. Broken for what is neither."""
    try:
        fields = _FIELDS.decode(body)
        if "data" not in fields:
            return _with_results_here(fields, body)
        told = [
            _with_results_here(_FIELDS.decode(item), bytes(item)) for item in _ITEMS.decode(fields["data"])
        ]
    except UNREADABLE:
        raise Broken("the provider's answer is not the object that was asked for") from None
    return joined({**fields, "data": b"[" + b",".join(told) + b"]"})


def _with_results_here(fields: dict[str, msgspec.Raw], body: bytes) -> bytes:
    """ValueError for a batch whose id is none."""
    batch = _NAME.decode(fields.get("id", b"null"))
    if bytes(fields.get("results_url", b"null")) == b"null" or batch is None:
        return body
    if not is_id(batch):
        raise ValueError
    path = f"/v1/messages/batches/{batch}/results"
    return joined({**fields, "results_url": msgspec.json.encode(path)})
