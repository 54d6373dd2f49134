"""Going back to an earlier revision: its files are written into the folder, or shown as a patch.

The running gateways notice as they notice any change. Nothing is put in force from the database: the folder
stays the only source.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.policy.differences import as_text
from gateway.policy.faults import Fault, PolicyInvalid
from gateway.policy.load import judge, read
from gateway.policy.restore import (
    NotRestorable,
    Restoration,
    restoration,
    restore,
    set_aside,
    why_not_writable,
)
from gateway.policy.sources import PROMPTS
from gateway.policy.withheld import KeptFile
from gateway.reload.history import History
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.revisions import Origin, Revision, Revisions, Why


@dataclass(frozen=True, slots=True)
class RolledBack:
    """The folder holds the revision. `aside` are copies of what no revision held."""

    revision: str
    written: tuple[str, ...]
    removed: tuple[str, ...]
    aside: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class ByHand:
    """The folder was left as it is: `why`, and the patch that makes it the revision."""

    revision: str
    why: str
    patch: str


@dataclass(frozen=True, slots=True)
class Rollback:
    """Where to, by whom and when (milliseconds since 1970). `force`: also where something would be lost or
    the revision is no valid policy any more."""

    revision: Revision
    author: str | None
    at: int
    force: bool = False
    dry_run: bool = False


def roll_back(
    wanted: Rollback, folder: Path, environment: Mapping[str, str], revisions: Revisions
) -> RolledBack | ByHand:
    """Blocks. NotRestorable says in one sentence why it was not done; PolicyInvalid that the revision is no valid
    policy now, and why."""
    target, history = wanted.revision, History(revisions, folder, environment)
    reading = read(folder)
    files = {**reading.files, **_unread(folder, reading.files)}
    change = restoration(files, target.files)
    patch = as_text(files, target.files)
    faults = _faults(target, change, folder, environment)
    if faults and not wanted.force:
        raise PolicyInvalid(faults)
    if not change.names:
        return RolledBack(target.name, (), ())
    fixed = why_not_writable(folder, change)
    if fixed is not None or wanted.dry_run:
        return ByHand(target.name, fixed or "nothing was written: that was asked for", patch)
    lost = history.unheld()
    if lost is not None and not wanted.force:
        raise NotRestorable(f"{lost}: let a gateway load it first, or lose it with --force")
    aside = set_aside(folder, change) if lost is not None else ()
    restore(folder, change)
    _record(wanted, folder, revisions)
    return RolledBack(target.name, tuple(sorted(change.writes)), change.removes, aside)


def _unread(folder: Path, known: Mapping[str, KeptFile]) -> dict[str, KeptFile]:
    """Files of the language that are not valid enough to be read as such: there all the same."""
    found = dict[str, KeptFile]()
    for path in (*folder.glob("*.yaml"), *(folder / PROMPTS).glob("*.yaml")):
        name = path.relative_to(folder).as_posix()
        if name not in known and not path.name.startswith("."):
            try:
                found[name] = KeptFile(path.read_text(errors="replace"))
            except OSError as error:
                raise NotRestorable(f"{path} can't be read: {error.strerror}") from error
    return found


def _faults(
    target: Revision, change: Restoration, folder: Path, environment: Mapping[str, str]
) -> tuple[Fault, ...]:
    """What is wrong with the revision by today's language and this machine's secrets. Files that stay are
    judged as they are: of them something may be withheld."""
    with tempfile.TemporaryDirectory() as made:
        for name in target.files:
            text = change.writes.get(name)
            content = (folder / name).read_bytes() if text is None else text.encode()
            path = Path(made) / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        try:
            judge(read(Path(made)), environment=environment, secrets="find")
        except PolicyInvalid as invalid:
            return tuple(
                Fault(Path(fault.file).relative_to(made).as_posix(), fault.line, fault.column, fault.message)
                for fault in invalid.faults
            )
    return ()


def _record(wanted: Rollback, folder: Path, revisions: Revisions) -> None:
    """So that it is known who did it: the gateways only see that files changed."""
    why = Why("rollback", wanted.author, Origin(str(folder)), wanted.at)
    try:
        revisions.record(wanted.revision, why)
    except StoreUnavailable:
        return
