"""The files of a policy folder, as text. What can't be read as text is a fault at its place."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.policy.faults import Fault

MAX_FILE_BYTES = 1024 * 1024
PROMPTS = "prompts"

# What YAML calls unprintable; line ends that only some programs see; marks that reorder text on a
# screen, so that a reviewer reads another policy than the gateway does.
_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]"
)
_LINE_END = re.compile("\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Source:
    """One file. `name` begins with the folder as the user wrote it. `prompt`: it holds the prompt of this
    name, and no more."""

    name: str
    text: str
    prompt: str | None = None

    @property
    def within(self) -> str:
        """Its name within the folder."""
        name = Path(self.name).name
        return name if self.prompt is None else f"{PROMPTS}/{name}"


def read_folder(folder: Path) -> tuple[list[Source], list[Fault]]:
    """Every *.yaml directly under the folder, in the order of their names, then those under its prompts/.

    Hidden files (editors and mounts leave some) are passed over.
    """
    try:
        paths = _seen(folder)
    except NotADirectoryError:
        return [], [Fault(str(folder), 1, 1, "expected a folder with *.yaml files, found a file")]
    except FileNotFoundError:
        return [], [Fault(str(folder), 1, 1, "this folder does not exist; expected one with *.yaml files")]
    except OSError as error:
        return [], [Fault(str(folder), 1, 1, f"this folder can't be read: {error.strerror}")]
    sources, faults = list[Source](), list(_unread(paths))
    wanted = [path for path in paths if path.suffix == ".yaml"]
    for path in wanted:
        read = _read_file(path)
        if isinstance(read, Fault):
            faults.append(read)
        else:
            sources.append(read)
    if not wanted and not faults:
        faults.append(Fault(str(folder), 1, 1, "no *.yaml file in this folder: a policy is at least one"))
    _read_prompts(folder / PROMPTS, sources, faults)
    return sources, faults


def _read_prompts(folder: Path, sources: list[Source], faults: list[Fault]) -> None:
    """One prompt a file."""
    if not folder.is_dir():
        return
    try:
        paths = _seen(folder)
    except OSError as error:
        faults.append(Fault(str(folder), 1, 1, f"this folder can't be read: {error.strerror}"))
        return
    faults.extend(_unread(paths))
    for path in paths:
        if path.suffix == ".yaml":
            read = _read_file(path)
            if isinstance(read, Fault):
                faults.append(read)
            else:
                sources.append(Source(read.name, read.text, path.stem))


def _seen(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _unread(paths: list[Path]) -> Iterator[Fault]:
    """Files that look as if they were part of the policy and are not."""
    for path in paths:
        if path.suffix != ".yaml" and path.suffix.lower() in {".yml", ".yaml"}:
            message = f"only *.yaml is read: rename this file to {path.stem}.yaml, or remove it"
            yield Fault(str(path), 1, 1, message)


def _read_file(path: Path) -> Source | Fault:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return Fault(str(path), 1, 1, "expected a file, found something else of that name")
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        return Fault(str(path), 1, 1, f"this file can't be read: {error.strerror}")
    return decode(str(path), content)


def decode(name: str, content: bytes) -> Source | Fault:
    """The text of a file, without a byte order mark; or what keeps it from being text."""
    if len(content) > MAX_FILE_BYTES:
        return Fault(name, 1, 1, "this file is larger than 1 MiB: split it, a policy may be many files")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Fault(name, 1, 1, "this file is UTF-16: save it as UTF-8")
    try:
        text = content.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line, column = position(content[: error.start].decode(errors="replace"))
        binary = "this file is binary" if b"\0" in content else "this is not UTF-8"
        return Fault(
            name, line, column, f"{binary} (byte 0x{content[error.start]:02x}): save it as UTF-8 text"
        )
    forbidden = _FORBIDDEN.search(text)
    if forbidden is None:
        return Source(name, text)
    line, column = position(text[: forbidden.start()])
    char = ord(forbidden[0])
    if char == 0:
        return Fault(name, line, column, "this file is binary: expected YAML, saved as UTF-8 text")
    return Fault(name, line, column, f"an invisible character (U+{char:04X}): remove it")


def position(before: str) -> tuple[int, int]:
    """Line and column, from 1, of what follows `before`."""
    lines = _LINE_END.split(before)
    return len(lines), len(lines[-1]) + 1
