"""What is asked of the names of people, which are kept apart from the log."""

from __future__ import annotations

from typing import Protocol


class Subjects(Protocol):
    """Names of people, kept apart from the log. `kind` is `user`, `end_user` or `os_user`."""

    def pseudonym(self, kind: str, name: str) -> str:
        """The name's pseudonym; a random new one for a new name."""
        ...

    def find(self, kind: str, name: str) -> str | None:
        """The name's pseudonym if it has one."""
        ...

    def name_of(self, pseudonym: str) -> str | None: ...
