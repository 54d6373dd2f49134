"""Whom an administrator means: by name, or by pseudonym."""

from __future__ import annotations

import re
from typing import Final

from gateway.admin.desk import missing
from gateway.installation import Installation
from gateway.stores.people import Person

_PSEUDONYM: Final = re.compile(r"[uek]-[0-9a-f]{24}\Z")


def known_person(installation: Installation, subject: str) -> Person | None:
    """`user:anna`, `end_user:4711`, `key:key_1`, or a pseudonym behind the colon. None: nobody of this name is known; of a
    pseudonym that is not told."""
    kind, _, name = subject.partition(":")
    if _PSEUDONYM.match(name):
        told = installation.subjects.name_of(name)
        return Person(kind, name, _without_prefix(kind, told))
    found = installation.subjects.find(kind, f"key:{name}" if kind == "key" else name)
    return None if found is None else Person(kind, found, name)


def person_of(installation: Installation, subject: str) -> Person:
    """Refuses with 404 where nobody of this name is known."""
    person = known_person(installation, subject)
    if person is None:
        raise missing("nothing is known of such a person here")
    return person


def _without_prefix(kind: str, name: str | None) -> str | None:
    return name.removeprefix("key:") if name is not None and kind == "key" else name
