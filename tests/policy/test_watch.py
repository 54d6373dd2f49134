"""A look sees every change of a policy folder, and nothing where there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.policy.watch import look


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """As an orchestrator mounts it: files are links through a link that is swapped."""
    made = tmp_path / "policies"
    (made / "..1").mkdir(parents=True)
    (made / "..1" / "a.yaml").write_text("a: 1\n")
    (made / "..data").symlink_to("..1")
    (made / "a.yaml").symlink_to("..data/a.yaml")
    (made / "b.yaml").write_text("b: 1\n")
    (made / "prompts").mkdir()
    (made / "prompts" / "p.yaml").write_text("p: 1\n")
    return made


def rename_over(folder: Path) -> None:
    (folder / ".b.tmp").write_text("b: 1\n")
    (folder / ".b.tmp").replace(folder / "b.yaml")


def keep_size_and_date(folder: Path) -> None:
    before = (folder / "b.yaml").stat()
    (folder / "b.yaml").write_text("b: 2\n")
    os.utime(folder / "b.yaml", ns=(before.st_atime_ns, before.st_mtime_ns))


def swap(folder: Path) -> None:
    (folder / "..2").mkdir()
    (folder / "..2" / "a.yaml").write_text("a: 2\n")
    (folder / "..data_tmp").symlink_to("..2")
    (folder / "..data_tmp").replace(folder / "..data")
    shutil.rmtree(folder / "..1")


def replace_folder(folder: Path) -> None:
    folder.rename(folder.parent / "old")
    folder.mkdir()
    (folder / "a.yaml").write_text("a: 1\n")
    (folder / "b.yaml").write_text("b: 1\n")


CHANGES: dict[str, Callable[[Path], object]] = {
    "written": lambda folder: (folder / "b.yaml").write_text("b: 20\n"),
    "written in place": keep_size_and_date,
    "renamed over, same bytes": rename_over,
    "added": lambda folder: (folder / "c.yaml").write_text(""),
    "added under a wrong name": lambda folder: (folder / "c.yml").write_text(""),
    "a prompt written in place": lambda folder: (folder / "prompts" / "p.yaml").write_text("p: 20\n"),
    "a prompt added": lambda folder: (folder / "prompts" / "q.yaml").write_text("q: 1\n"),
    "removed": lambda folder: (folder / "b.yaml").unlink(),
    "a link swapped below": swap,
    "the folder went": shutil.rmtree,
    "the folder is another": replace_folder,
    "a file that is named": lambda folder: (folder.parent / "secret").write_text("s"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_is_seen_and_then_is_no_change(folder: Path, change: Callable[[Path], object]):
    secret = folder.parent / "secret"
    before = look(folder, [secret])
    assert look(folder, [secret]) == before
    change(folder)
    assert look(folder, [secret]) != before
    assert look(folder, [secret]) == look(folder, [secret])


def test_a_folder_that_comes_back_is_seen(folder: Path):
    shutil.rmtree(folder)
    gone = look(folder)
    folder.mkdir()
    assert look(folder) != gone


def test_a_link_to_the_folder_that_leads_elsewhere_is_seen(folder: Path):
    (folder.parent / "release").symlink_to(folder)
    before = look(folder.parent / "release")
    shutil.copytree(folder, folder.parent / "next")
    (folder.parent / "link").symlink_to(folder.parent / "next")
    (folder.parent / "link").replace(folder.parent / "release")
    assert look(folder.parent / "release") != before


def test_what_is_no_policy_file_is_not_looked_at(folder: Path):
    before = look(folder)
    (folder / "README.md").write_text("read me")
    (folder / ".a.yaml.swp").write_text("an editor's")
    assert look(folder) == before
