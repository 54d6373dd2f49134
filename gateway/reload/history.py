"""What was in force when, and what differs between two revisions: for the command line and the admin API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from gateway.errors import GatewayError
from gateway.policy.differences import Change, as_text, by_meaning
from gateway.policy.faults import PolicyInvalid
from gateway.policy.load import judge, read
from gateway.stores.revisions import Enforcement, Revision, Revisions

FOLDER: Final = "folder"
"""In place of a revision's name: what stands in the policy folder now."""


class UnknownRevision(GatewayError):
    """A name that no revision has, or the beginning of several."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that changed what is in force. `changes` None: what was before is not known. Changes at run
    time (a ramp's step, a stop, a raise) will be further kinds."""

    kind: Literal["revision"]
    enforcement: Enforcement
    changes: tuple[Change, ...] | None


class History:
    """Blocks, and raises StoreUnavailable. `environment` is for what the folder refers to: no value is read."""

    def __init__(self, revisions: Revisions, folder: Path, environment: Mapping[str, str]) -> None:
        self._revisions = revisions
        self._folder = folder
        self._environment = environment

    def events(self, limit: int = 50, before: int | None = None) -> Sequence[Event]:
        """Newest first. `before` is the cursor: the `seq` of the last one that was seen."""
        found, held = self._revisions.list(limit, before), dict[str, Revision | None]()
        return [Event("revision", one, self._changes(one, held)) for one in found]

    def revision(self, name: str) -> Revision:
        """By the beginning of its name, or `folder`. Raises UnknownRevision, and PolicyInvalid where the folder
        is no policy."""
        if name == FOLDER:
            return self.now()
        found = self._revisions.get(name)
        if found is None:
            raise UnknownRevision(f"no revision, or more than one, begins with '{name}'")
        return found

    def newest(self) -> Enforcement | None:
        """What came into force last, at whichever process."""
        found = self._revisions.list(1)
        return found[0] if found else None

    def now(self) -> Revision:
        """What the folder holds now. Raises PolicyInvalid."""
        loaded = judge(read(self._folder), environment=self._environment, secrets="find")
        return Revision(loaded.policy.revision, loaded.document, loaded.files)

    def unheld(self) -> str | None:
        """Why what the folder holds would be lost if it were written over; None: a revision holds it."""
        try:
            now = self.now()
        except PolicyInvalid as invalid:
            return f"{self._folder} is not a valid policy ({invalid.faults[0]})"
        held = self._revisions.get(now.name)
        if held is None or held.name != now.name:
            return f"{self._folder} holds changes that were never in force"
        if held.files != now.files:
            return f"{self._folder} holds other comments, or another layout, than the revision {now.name} was read from"
        return None

    def _changes(self, one: Enforcement, held: dict[str, Revision | None]) -> tuple[Change, ...] | None:
        for name in (one.previous, one.revision):
            if name is not None and name not in held:
                held[name] = self._revisions.get(name)
        old, new = held.get(one.previous or ""), held.get(one.revision)
        return None if old is None or new is None else by_meaning(old.document, new.document)


def difference(old: Revision, new: Revision) -> tuple[tuple[Change, ...], str]:
    """By meaning, and as a patch."""
    return by_meaning(old.document, new.document), as_text(old.files, new.files)
