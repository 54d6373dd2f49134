"""Where a person is in the database, store by store: to find, to count, and to say what erasing leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Engine, FromClause, func, or_, select

from gateway.stores.contents import sealed_for
from gateway.stores.database import reading
from gateway.stores.rights_tables import contents, subjects
from gateway.stores.tables import acts, calls, keys, objects, users
from gateway.stores.vault import of_person, vault


@dataclass(frozen=True, slots=True)
class Person:
    """`kind` is user, end_user or key; `name` is None where only the pseudonym is known."""

    kind: str
    pseudonym: str
    name: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """How much one store holds of a person. `stays`: what erasing leaves of it, and why; None: nothing."""

    store: str
    count: int
    what: str
    stays: str | None


_LOG: Final = "entries of the log stay, under a pseudonym that leads to nobody any more"
_BLOCK: Final = "the name stays among those who may not sign in: without it their tokens were good again"
_PROVIDERS: Final = "what providers keep has to be deleted there: `objects` of the export name it"


class SqlPeople:
    """Blocks; raises StoreUnavailable."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def found(self, person: Person) -> list[Found]:
        """Only stores that hold something."""
        return [one for one in self._counted(person) if one.count]

    def span(self, person: Person) -> tuple[str | None, str | None]:
        """When their oldest and their newest call began."""
        wanted = select(func.min(calls.c.at), func.max(calls.c.at)).where(_of_calls(person))
        with reading(self._engine) as connection:
            first, last = connection.execute(wanted).one()
        return first, last

    def keys_of(self, person: Person) -> tuple[str, ...]:
        """The ids of the keys that name them, revoked ones too."""
        if person.name is None or person.kind != "user":
            return ()
        with reading(self._engine) as connection:
            return tuple(connection.scalars(select(keys.c.id).where(keys.c.user == person.name)))

    def objects_of(self, person: Person) -> list[dict[str, str]]:
        """What providers keep of their calls."""
        wanted = select(objects.c.provider, objects.c.kind, objects.c.id).where(_of_objects(person))
        with reading(self._engine) as connection:
            return [dict(row._mapping) for row in connection.execute(wanted.limit(1_000))]

    def calls_by(self, person: Person) -> tuple[dict[str, int], dict[str, int]]:
        """How many of their calls were for each use case, and were served by each provider."""
        found = []
        with reading(self._engine) as connection:
            for column in (calls.c.use_case, calls.c.provider):
                wanted = select(column, func.count()).where(_of_calls(person), column.is_not(None))
                found.append({row[0]: int(row[1]) for row in connection.execute(wanted.group_by(column))})
        return found[0], found[1]

    def _counted(self, person: Person) -> Iterator[Found]:
        mine = person.pseudonym
        yield self._count("calls", calls, _of_calls(person), "records of calls", _LOG)
        yield self._count("contents", contents, sealed_for(mine), "prompts and answers, encrypted", None)
        yield self._count(
            "vault", vault, of_person(mine), "values that placeholders stand for, encrypted", None
        )
        said = or_(acts.c.user == mine, acts.c.about.contains(f'"{mine}"', autoescape=True))
        yield self._count("acts", acts, said, "what they did or was done to them as administrators", _LOG)
        yield self._count(
            "names", subjects, subjects.c.pseudonym == mine, "the name, encrypted, and its key", None
        )
        yield self._count(
            "objects", objects, _of_objects(person), "what providers keep of their calls", _PROVIDERS
        )
        if person.name is not None and person.kind == "user":
            yield self._count("keys", keys, keys.c.user == person.name, "keys that name them", None)
            yield self._count(
                "sign-in", users, users.c.name == person.name, "the block of their sign-in", _BLOCK
            )

    def _count(
        self, store: str, table: FromClause, mine: ColumnElement[bool], what: str, stays: str | None
    ) -> Found:
        wanted: Any = select(func.count()).select_from(table).where(mine)
        with reading(self._engine) as connection:
            return Found(store, int(connection.execute(wanted).scalar_one()), what, stays)


def _of_calls(person: Person) -> ColumnElement[bool]:
    if person.kind == "key":
        return calls.c.key == person.name
    return calls.c.user == person.pseudonym if person.kind == "user" else calls.c.end_user == person.pseudonym


def _of_objects(person: Person) -> ColumnElement[bool]:
    return objects.c.call.in_(select(calls.c.id).where(_of_calls(person)))
