"""Files of an earlier revision are written back all together, or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from gateway.policy.restore import (
    NotRestorable,
    Restoration,
    restoration,
    restore,
    set_aside,
    why_not_writable,
)
from gateway.policy.withheld import KeptFile
from tests.policy.folder import written

WANTED = Restoration({"a.yaml": "a: new\n", "c.yaml": "c: new\n"}, ("b.yaml",))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path, {"a.yaml": "a: old\n", "b.yaml": "b: old\n", "README.md": "read me"})


def held(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def kept(**texts: str) -> dict[str, KeptFile]:
    return {f"{name}.yaml": KeptFile(text) for name, text in texts.items()}


def test_only_what_differs_is_touched():
    wanted = restoration(kept(a="1", b="1", c="1"), kept(a="1", b="2", d="1"))
    assert wanted == Restoration({"b.yaml": "2", "d.yaml": "1"}, ("c.yaml",))


def test_a_file_that_held_a_secret_cannot_be_written_again():
    then = {"a.yaml": KeptFile("key: ***\n", withheld=True)}
    with pytest.raises(NotRestorable, match=r"a\.yaml held a secret that was written out"):
        restoration(kept(a="key: other\n"), then)
    assert restoration(then, then).names == (), "but it may stay as it is"


def test_the_folder_holds_what_was_wanted_and_nothing_else_of_ours(folder: Path):
    restore(folder, WANTED)
    assert held(folder) == {"a.yaml": "a: new\n", "c.yaml": "c: new\n", "README.md": "read me"}


def test_prompts_are_written_into_their_folder(folder: Path):
    wanted = Restoration({"prompts/p.yaml": "p: 1\n"}, ())
    restore(folder, wanted)
    assert held(folder / "prompts") == {"p.yaml": "p: 1\n"}
    restore(folder, Restoration({}, ("prompts/p.yaml",)))
    assert held(folder / "prompts") == {}


def test_prompts_are_set_aside_beside_themselves(folder: Path):
    restore(folder, Restoration({"prompts/p.yaml": "p: 1\n"}, ()))
    aside = set_aside(folder, Restoration({}, ("prompts/p.yaml",)))
    assert aside == (folder / "prompts" / ".p.yaml.replaced",)


def test_no_copy_is_open_to_more_than_the_file_itself(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """Not even while it is written: a policy may hold a secret."""
    (folder / "a.yaml").chmod(0o600)
    seen, sync = list[int](), os.fsync

    def fsync(descriptor: int) -> None:
        seen.append(os.fstat(descriptor).st_mode & 0o777)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    wanted = Restoration({"a.yaml": "a: new\n"}, ())
    set_aside(folder, wanted)
    restore(folder, wanted)
    assert seen[:2] == [0o600, 0o600]
    assert (folder / ".a.yaml.replaced").stat().st_mode & 0o777 == 0o600


def test_a_file_keeps_its_mode(folder: Path):
    (folder / "a.yaml").chmod(0o640)
    restore(folder, WANTED)
    assert (folder / "a.yaml").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("fails_at", range(3))
def test_where_one_file_cannot_be_written_all_stay_as_they_were(
    folder: Path, fails_at: int, monkeypatch: pytest.MonkeyPatch
):
    """The disk is full at the first, or the second, file that is put in place, or at the one that is removed."""
    before, done = held(folder), 0

    def full(self: Path, *arguments: Any, **options: Any) -> Any:
        nonlocal done
        done += 1
        if done == fails_at + 1:
            raise OSError(28, "No space left on device", str(self))
        return real[self.suffix == ".new"](self, *arguments, **options)

    real: Any = {True: Path.replace, False: Path.unlink}
    monkeypatch.setattr(Path, "replace", full)
    monkeypatch.setattr(
        Path, "unlink", lambda self, **o: full(self, **o) if self.name == "b.yaml" else real[False](self, **o)
    )
    with pytest.raises(NotRestorable, match="No space left on device"):
        restore(folder, WANTED)
    monkeypatch.undo()
    assert held(folder) == before


def test_what_will_be_lost_is_copied_where_no_policy_reads_it(folder: Path):
    aside = set_aside(folder, WANTED)
    assert [path.name for path in aside] == [".a.yaml.replaced", ".b.yaml.replaced"]
    assert aside[0].read_text() == "a: old\n"


def test_links_and_folders_that_others_keep_are_not_written_to(folder: Path):
    assert why_not_writable(folder, WANTED) is None
    (folder / "a.yaml").unlink()
    (folder / "a.yaml").symlink_to(folder / "b.yaml")
    why = why_not_writable(folder, WANTED)
    assert why is not None
    assert "is a link" in why


def test_a_folder_without_leave_to_write_is_left_alone(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert why_not_writable(folder, WANTED) == f"{folder} can't be written to"
