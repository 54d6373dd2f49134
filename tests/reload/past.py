"""A folder whose revisions are in a database."""

from __future__ import annotations

from pathlib import Path

from gateway.reload.history import History
from gateway.stores.revisions import Origin, SqlRevisions, Why
from tests.policy.folder import written
from tests.stores.parts import NOW_MS


class Past:
    """A folder, a database, and a gateway that puts in force what it is told to."""

    def __init__(self, folder: Path, revisions: SqlRevisions) -> None:
        self.folder = folder
        self.revisions = revisions
        self.history = History(revisions, folder, {})

    def write(self, text: str) -> None:
        written(self.folder, {"a.yaml": text})

    def enforce(self, text: str) -> str:
        self.write(text)
        now = self.history.now()
        self.revisions.record(now, Why("file", None, Origin(str(self.folder)), NOW_MS))
        return now.name
