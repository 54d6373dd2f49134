"""Judges a proposed policy in a process of its own, and for a bounded time.

Reading a policy is work for the processor, and who proposes one may make it long; calls must not pay for it. The
process gets no variable of this one's environment, and nothing that the proposal refers to is looked at.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from pydantic import BaseModel

import gateway
from gateway.admin.desk import invalid
from gateway.admin.policy_bodies import Judgement, PolicyFile, changes_told, faults_told
from gateway.policy.differences import as_text
from gateway.policy.faults import Fault, PolicyInvalid
from gateway.policy.load import judge, read
from gateway.policy.withheld import KeptFile
from gateway.reload.history import difference
from gateway.stores.revisions import Revision

MOST_S: Final = 20.0


class Asked(BaseModel):
    """What the process is given: the folder with the texts, and what they are compared with."""

    folder: Path
    old: str | None = None
    document: str = "{}"
    old_files: dict[str, PolicyFile] = {}


def judged_apart(files: Mapping[str, str], old: Revision | None, *, most_s: float = MOST_S) -> Judgement:
    """Blocks. Refuses with 400 what takes too long to judge."""
    with tempfile.TemporaryDirectory() as made:
        for name, text in files.items():
            (Path(made) / name).write_bytes(text.encode())
        asked = Asked(folder=Path(made))
        if old is not None:
            kept = {name: PolicyFile(text=one.text, withheld=one.withheld) for name, one in old.files.items()}
            asked = Asked(folder=Path(made), old=old.name, document=old.document, old_files=kept)
        try:
            done = subprocess.run(  # noqa: S603 (this interpreter, this module; the proposal is its input)
                [sys.executable, "-P", "-m", __name__],
                input=asked.model_dump_json().encode(),
                env={"PYTHONPATH": str(Path(gateway.__path__[0]).parent), "PYTHONUTF8": "1"},
                capture_output=True,
                timeout=most_s,
                check=True,
            )
        except subprocess.TimeoutExpired:
            raise invalid(f"this takes more than {most_s:g} s to judge: propose less", "files") from None
    return Judgement.model_validate_json(done.stdout)


def judged(asked: Asked) -> Judgement:
    """Here and now."""
    try:
        made = _read(asked.folder)
    except PolicyInvalid as invalid_policy:
        return Judgement(revision=None, faults=faults_told(nameless(invalid_policy)), changes=[], patch="")
    if asked.old is None:
        return Judgement(revision=made.name, faults=[], changes=[], patch=as_text({}, made.files))
    kept = {name: KeptFile(one.text, one.withheld) for name, one in asked.old_files.items()}
    changes, patch = difference(Revision(asked.old, asked.document, kept), made)
    return Judgement(revision=made.name, faults=[], changes=changes_told(changes), patch=patch)


def nameless(invalid_policy: PolicyInvalid) -> Iterator[Fault]:
    """Faults without the folder they were found in."""
    for fault in invalid_policy.faults:
        yield Fault(Path(fault.file).name, fault.line, fault.column, fault.message)


def _read(folder: Path) -> Revision:
    """Raises PolicyInvalid."""
    loaded = judge(read(folder), environment={}, secrets="skip")
    return Revision(loaded.policy.revision, loaded.document, loaded.files)


def main() -> None:
    """The process: calls come first."""
    os.nice(10)
    asked = Asked.model_validate_json(sys.stdin.buffer.read())
    sys.stdout.buffer.write(judged(asked).model_dump_json().encode())


if __name__ == "__main__":
    main()
