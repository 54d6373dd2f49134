"""Which keys and words the models know at a path: for `expected one of …` and `did you mean …?`."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from gateway.policy.models.document import PolicyDocument
from gateway.policy.nodes import Path


def keys_at(path: Path, document: type[BaseModel] = PolicyDocument) -> tuple[str, ...]:
    """The keys of the block at a path; none where the path leads to no block."""
    for kind in _kinds_at(path, document):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return tuple(field.alias or name for name, field in kind.model_fields.items())
    return ()


def words_at(path: Path, document: type[BaseModel] = PolicyDocument) -> tuple[str, ...]:
    """The words that may stand at a path; none where any text may."""
    return tuple(
        str(word)
        for kind in _kinds_at(path, document)
        if get_origin(kind) is Literal
        for word in get_args(kind)
    )


def needed_at(path: Path, document: type[BaseModel] = PolicyDocument) -> tuple[str, ...]:
    """The keys that the block at a path can't do without."""
    for kind in _kinds_at(path, document):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return tuple(
                field.alias or name for name, field in kind.model_fields.items() if field.is_required()
            )
    return ()


def title_at(path: Path, document: type[BaseModel] = PolicyDocument) -> str:
    """What the block at a path is called: a provider, a policy …"""
    for kind in _kinds_at(path, document):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return str(kind.model_config.get("title", kind.__name__)).lower()
    return "map"


def _kinds_at(path: Path, document: type[BaseModel]) -> list[Any]:
    kinds: list[Any] = [document]
    for step in path:
        kinds = [inner for kind in kinds for inner in _step(kind, step)]
    return kinds


def _step(kind: Any, step: str | int) -> list[Any]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        known = {field.alias or name: field for name, field in kind.model_fields.items()}
        field = known.get(str(step))
        return _plain(field.annotation) if field is not None else []
    if get_origin(kind) in (dict, tuple):
        arguments = get_args(kind)
        return _plain(arguments[1] if get_origin(kind) is dict else arguments[0])
    return []


def _plain(kind: Any) -> list[Any]:
    """A type without its annotations; a union as its members, without None."""
    if get_origin(kind) is Annotated:
        return _plain(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return [inner for member in get_args(kind) if member is not NoneType for inner in _plain(member)]
    return [kind]
