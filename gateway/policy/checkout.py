"""The git commit that a policy folder is at, if it is in a checkout and git is there to ask."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TIMEOUT_S: Final = 5.0
_GIT: Final = ("--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
"""It only looks: no lock is taken, no program of the checkout is run."""


@dataclass(frozen=True, slots=True)
class Commit:
    """`author` is the commit's. `dirty`: the folder holds what the commit does not."""

    id: str
    author: str
    dirty: bool


def commit_of(folder: Path) -> Commit | None:
    """Blocks, a few milliseconds; not at all where there is no checkout."""
    try:
        meant = folder.resolve()
        if not any((above / ".git").exists() for above in (meant, *meant.parents)):
            return None
    except (OSError, RuntimeError):
        return None
    git = shutil.which("git")
    if git is None:
        return None
    head = _asked(git, meant, "log", "-1", "--no-show-signature", "--format=%H%n%an <%ae>")
    changed = _asked(git, meant, "status", "--porcelain", "--untracked-files=normal", "--", ".")
    if head is None or changed is None:
        return None
    commit, _, author = head.strip().partition("\n")
    return Commit(commit, author.strip()[:320], dirty=bool(changed.strip()))


def _asked(git: str, folder: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 (git's own path, our words, and a folder behind -C)
            [git, *_GIT, "-C", str(folder), *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode(errors="replace") if done.returncode == 0 else None
