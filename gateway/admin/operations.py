"""What the admin API offers: each operation as data, from which it is served and described."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel

from gateway.admin.actor import Actor
from gateway.admin.administration import Administration
from gateway.admin.words import Asked
from gateway.policy.models.permissions import Permission

ROOT: Final = "/admin/v1"


@dataclass(frozen=True, slots=True)
class Given:
    """What came with a request, already judged: `query` and `body` are of the operation's models."""

    path: Mapping[str, str]
    query: Any
    body: Any


@dataclass(frozen=True, slots=True)
class Parameter:
    """A part of a path. What doesn't match `pattern` is not there: 404."""

    pattern: str
    description: str
    example: str


@dataclass(frozen=True, slots=True)
class Link:
    """Where what was told leads: to an operation, with a field of the answer as its parameter."""

    to: str
    parameter: str
    field: str


@dataclass(frozen=True, slots=True)
class Operation:
    """`name` is its object and verb; `act` the name of the act it is recorded as, None: it changes nothing.
    `do` blocks. `refusals` are the statuses that it answers with besides those of every operation."""

    name: str
    method: str
    path: str
    permission: Permission
    summary: str
    told: type[BaseModel]
    do: Callable[[Administration, Actor, Given], BaseModel]
    status: int = 200
    query: type[Asked] | None = None
    body: type[Asked] | None = None
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    act: str | None = None
    refusals: tuple[int, ...] = ()
    links: tuple[Link, ...] = ()
