"""The commit that a policy folder is at, by the real git."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from gateway.policy.checkout import commit_of

NAMED = ("-c", "user.name=Anna", "-c", "user.email=anna@acme.test", "-c", "commit.gpgsign=false")


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", *NAMED, "-C", str(folder), *words], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose folder `policies` is committed."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    folder = tmp_path / "repository"
    (folder / "policies").mkdir(parents=True)
    (folder / "policies" / "a.yaml").write_text("gateway: 1\n")
    git(tmp_path, "init", "-q", str(folder))
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "One")
    return folder


def test_a_clean_folder_is_at_its_commit_and_of_its_author(checkout: Path):
    found = commit_of(checkout / "policies")
    assert found is not None
    assert (found.id, found.author, found.dirty) == (
        git(checkout, "rev-parse", "HEAD"),
        "Anna <anna@acme.test>",
        False,
    )


@pytest.mark.parametrize("name", ["a.yaml", "new.yaml"])
def test_what_the_commit_does_not_hold_makes_it_dirty(checkout: Path, name: str):
    (checkout / "policies" / name).write_text("gateway: 1 # changed\n")
    found = commit_of(checkout / "policies")
    assert found is not None
    assert found.dirty


def test_what_changes_beside_the_folder_does_not(checkout: Path):
    (checkout / "README.md").write_text("new")
    found = commit_of(checkout / "policies")
    assert found is not None
    assert not found.dirty


def test_a_link_into_a_checkout_is_in_it(checkout: Path, tmp_path: Path):
    (tmp_path / "link").symlink_to(checkout / "policies")
    assert commit_of(tmp_path / "link") == commit_of(checkout / "policies")


def test_a_folder_outside_a_checkout_is_at_none(tmp_path: Path):
    assert commit_of(tmp_path) is None
    assert commit_of(tmp_path / "gone") is None


def test_a_checkout_without_a_commit_is_at_none(tmp_path: Path):
    git(tmp_path, "init", "-q", ".")
    assert commit_of(tmp_path) is None


def test_without_git_nobody_is_asked(checkout: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert commit_of(checkout / "policies") is None
