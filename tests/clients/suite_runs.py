"""Runs of the SDKs' own API tests, as they are released."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import NamedTuple

from tests.clients.suites import Suite

CACHE = Path(__file__).parents[2] / ".cache" / "clients"
_OPTIONS = ("-q", "-p", "as_if_kept", "-p", "no:cacheprovider", "-p", "no:xdist", "-o", "addopts=")


def installed(suite: Suite) -> tuple[Path, Path]:
    """The suite's folder with its tests, and a Python that has its SDK."""
    home = CACHE / f"suite-{suite.package}"
    python = home / "venv" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", home / "venv"], check=True)
    pip: list[str | Path] = [python, "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "-qq", "-U", f"{suite.package}[aiohttp]", *suite.needs], check=True)
    shown = subprocess.run([*pip, "show", suite.package], check=True, capture_output=True, text=True).stdout
    version = re.search(r"^Version: (\S+)", shown, re.MULTILINE)
    assert version is not None
    folder = home / f"{suite.package}-{version[1]}"
    if not folder.exists():
        wanted = f"{suite.package}=={version[1]}"
        subprocess.run(
            [*pip, "download", "-qq", "--no-deps", "--no-binary", ":all:", wanted], cwd=home, check=True
        )
        archive = f"{suite.package}-{version[1]}.tar.gz"
        subprocess.run(["tar", "-xzf", archive], cwd=home, check=True)
    return folder, python


_AGAIN = """
import json, os, sqlite3
import pytest

@pytest.fixture(autouse=True)
def _as_if_nothing_had_been_deleted():
    if "KEPT_IN" in os.environ:
        with sqlite3.connect(os.environ["KEPT_IN"], timeout=10) as database:
            database.executemany(
                "insert or ignore into objects (kind, id, provider, tenant, credential, created_at, call) "
                "values (?, ?, ?, 'team:suite', 0, 0, 'suite')",
                json.loads(os.environ["KEPT"]),
            )

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    error = call.excinfo.value if call.excinfo else None
    if report.failed and hasattr(error, "status_code") and hasattr(error, "request"):
        path = item.nodeid.replace(".py::", ".").replace("::", ".").replace("/", ".", item.nodeid.split("[")[0].count("/"))
        told = [path, f"{error.request.method} {error.request.url.path}", error.status_code, str(error.body)]
        with open(os.environ["TOLD"], "a") as file:
            file.write(json.dumps(told) + "\\n")
"""
"""A plugin for the suites. The mock server forgets nothing, but the gateway knows what was deleted; and it writes down
what a test was told that failed."""


class Outcome(NamedTuple):
    """`word` is passed, failed or skipped; the rest is of the answer by which it failed: what was asked for (method
    and path), its status and body."""

    word: str
    asked: str = ""
    status: int = 0
    body: str = ""


def outcomes(
    suite: Suite, folder: Path, python: Path, url: str, key: str, report: Path, kept_in: Path | None = None
) -> dict[str, Outcome]:
    """By test, of a run against `url`. `kept_in`: the gateway's database."""
    (report.parent / "as_if_kept.py").write_text(_AGAIN, encoding="utf-8")
    told = report.with_suffix(".told")
    told.touch()
    environment = {"PATH": os.environ["PATH"], "HOME": str(CACHE), "TEST_API_BASE_URL": url}
    environment |= {"PYTHONPATH": str(report.parent), "KEPT": json.dumps(suite.kept), "TOLD": str(told)}
    if kept_in is not None:
        environment["KEPT_IN"] = str(kept_in)
    conftest = folder / "tests" / "conftest.py"
    original = conftest.read_text(encoding="utf-8")
    conftest.write_text(original.replace(f'"{suite.key}"', f'"{key}"'), encoding="utf-8")
    files = [f"tests/api_resources/{name}" for name in suite.files]
    try:
        ran = subprocess.run(
            [python, "-m", "pytest", *_OPTIONS, f"--junitxml={report}", *files],
            cwd=folder,
            env=environment,
            check=False,
            capture_output=True,
            text=True,
        )
    finally:
        conftest.write_text(original, encoding="utf-8")
    assert report.exists(), ran.stdout + ran.stderr
    failures = {name: rest for name, *rest in map(json.loads, told.read_text().splitlines())}
    found = {}
    for case in ET.parse(report).iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        kinds = {child.tag for child in case}
        word = "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
        found[name] = Outcome(word, *failures.get(name, ()) if word == "failed" else ())
    return found
