"""What is committed runs anywhere: it names no machine and no package registry, and the locks are whole."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.house.tree import ROOT, listing, tracked

# Brackets, so that this file doesn't name what it looks for.
HOSTS = re.compile(
    r"p[y]thonhosted|p[y]pi\.org|n[p]mjs\.(org|com)|d[e]b\.debian\.org|[i]ndex-url\s*=|--[f]ind-links"
)
MACHINE = re.compile(r"/w[o]rk/|/f[a]rm|/r[o]ot/|/h[o]me/(?!nonroot)\w|\.l[i]brary/|f[a]rm-(bench|studio)")
LOCKS = ("requirements/runtime.txt", "requirements/dev.txt")
SCRIPTS = sorted((ROOT / "scripts").iterdir())


def _matches(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for name in tracked():
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # not text
        found += [
            f"{name}:{n}: {line.strip()[:100]}"
            for n, line in enumerate(text.splitlines(), 1)
            if pattern.search(line)
        ]
    return found


def test_no_committed_file_names_a_package_registry():
    found = _matches(HOSTS)
    assert not found, listing(found)


def test_no_committed_file_names_a_path_of_one_machine():
    found = _matches(MACHINE)
    assert not found, listing(found)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock: str):
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^-", text, re.MULTILINE), "an option: index, links or host"


def _pins(lock: str) -> dict[str, list[str]]:
    """Package and marker → its hashes."""
    pins: dict[str, list[str]] = {}
    for entry in re.split(r"\n(?=\S)", (ROOT / lock).read_text(encoding="utf-8").strip()):
        pins[entry.split("\\")[0].strip()] = re.findall(r"--hash=sha256:[0-9a-f]{64}\b", entry)
    return pins


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_one_version_and_hashes(lock: str):
    found = [pin for pin, hashes in _pins(lock).items() if "==" not in pin or not hashes]
    assert not found, listing(found)


def test_tests_run_on_the_versions_that_are_served():
    """Each pin of runtime.txt stands in dev.txt, so that one .venv does for both commands."""

    def versions(lock: str) -> set[str]:
        return {pin.split(";")[0].strip() for pin in _pins(lock)}

    assert versions("requirements/runtime.txt") <= versions("requirements/dev.txt")


def test_every_declared_dependency_is_locked():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*declared["project"]["dependencies"], *declared["dependency-groups"]["build"]]

    def names(requirements: list[str]) -> set[str]:
        return {re.split(r"[\s\[<>=!~;]", r)[0].lower().replace("_", "-") for r in requirements}

    assert names(wanted) <= names(list(_pins("requirements/runtime.txt")))
    assert names(declared["dependency-groups"]["dev"]) <= names(list(_pins("requirements/dev.txt")))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_portable_short_and_says_what_it_does(script: Path):
    first, second, *rest = script.read_text(encoding="utf-8").splitlines()
    assert first == "#!/bin/sh"
    assert second.startswith("# ")
    assert len(rest) < 80
    assert os.access(script, os.X_OK)
    assert subprocess.run(["sh", "-n", script], check=False).returncode == 0


def test_ci_runs_the_two_scripts_that_developers_run():
    lines = (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert lines[-2:] == ["scripts/check", "scripts/test"]
