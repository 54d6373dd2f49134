"""Writing the files of an earlier revision back into the policy folder: all of them, or none.

The folder is the only source of a policy. Only files of the language are touched, each by renaming a new one
over it, and what was there is put back where one of them can't be.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gateway.errors import GatewayError
from gateway.policy.withheld import KeptFile


class NotRestorable(GatewayError):
    """The folder can't be made what a revision was. One sentence."""


@dataclass(frozen=True, slots=True)
class Restoration:
    """Files to write, by name, and files to take away."""

    writes: Mapping[str, str]
    removes: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return (*sorted(self.writes), *self.removes)


def restoration(now: Mapping[str, KeptFile], then: Mapping[str, KeptFile]) -> Restoration:
    """What makes a folder with the files `now` hold those of `then`. A file with a secret that was written out
    can't be written again: NotRestorable, unless it is still the same but for that."""
    writes = {name: kept for name, kept in then.items() if now.get(name) != kept}
    for name, kept in writes.items():
        if kept.withheld:
            raise NotRestorable(
                f"{name} held a secret that was written out, which is not kept: write this file back yourself"
            )
    removes = tuple(sorted(now.keys() - then.keys()))
    return Restoration({name: kept.text for name, kept in writes.items()}, removes)


def why_not_writable(folder: Path, wanted: Restoration) -> str | None:
    """Why files can't be written here; None: they can."""
    for within in sorted({folder, *((folder / name).parent for name in wanted.names)}):
        if within.exists() and not os.access(within, os.W_OK):
            return f"{within} can't be written to"
    for name in wanted.names:
        if (folder / name).is_symlink():
            return f"{folder / name} is a link: what it leads to is somebody else's to change"
    return None


def restore(folder: Path, wanted: Restoration) -> None:
    """Blocks. NotRestorable: the folder is as it was."""
    marked = secrets.token_hex(4)
    fresh = {name: _hidden(folder / name, f"{marked}.new") for name in wanted.writes}
    before = {name: _bytes(folder / name) for name in wanted.names}
    try:
        for name, path in fresh.items():
            path.parent.mkdir(exist_ok=True)
            _write(path, wanted.writes[name].encode(), like=folder / name)
        for name, path in fresh.items():
            path.replace(folder / name)
        for name in wanted.removes:
            (folder / name).unlink(missing_ok=True)
        _sync(folder)
    except OSError as error:
        _put_back(folder, before)
        raise NotRestorable(f"{error.filename or folder} can't be written: {error.strerror}") from error
    finally:
        for path in fresh.values():
            with suppress(OSError):
                path.unlink(missing_ok=True)


def set_aside(folder: Path, wanted: Restoration) -> tuple[Path, ...]:
    """Copies of what will be written over or taken away: hidden, so that no policy reads them. Raises
    NotRestorable."""
    aside = list[Path]()
    for name in wanted.names:
        content = _bytes(folder / name)
        if content is not None:
            path = _hidden(folder / name, "replaced")
            try:
                _write(path, content, like=folder / name)
            except OSError as error:
                raise NotRestorable(f"{path} can't be written: {error.strerror}") from error
            aside.append(path)
    return tuple(aside)


def _hidden(path: Path, ending: str) -> Path:
    """A name beside it that no policy reads."""
    return path.with_name(f".{path.name}.{ending}")


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _write(path: Path, content: bytes, *, like: Path) -> None:
    """With the mode of the file whose place it takes, before anything is in it."""
    with path.open("wb") as file:
        with suppress(OSError):
            os.fchmod(file.fileno(), like.stat().st_mode & 0o7777)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _put_back(folder: Path, before: Mapping[str, bytes | None]) -> None:
    for name, content in before.items():
        path = folder / name
        with suppress(OSError):
            if content is None:
                path.unlink(missing_ok=True)
            elif _bytes(path) != content:
                path.write_bytes(content)


def _sync(folder: Path) -> None:
    """Names survive a power loss, where the file system can."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
