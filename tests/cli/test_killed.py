"""`kill -9` of a command at any point: no change without its entry, and the chain verifies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.cli.killed import POINTS

ROOT = Path(__file__).parents[2]
CREATE = ("keys", "create", "app", "--role", "caller")
CAME_OF_IT = {
    "before": ([], 0),
    "inside": ([], 0),
    "begun": (["interrupted"], 0),
    "changed": (["interrupted"], 1),
    "inside the end": (["interrupted"], 1),
    "ended": (["done"], 1),
}


def lines(gateway: Run, *words: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gateway(*words, "--json").out.splitlines()]


@pytest.mark.parametrize("point", POINTS)
def test_a_command_that_is_killed_changes_nothing_that_is_not_in_the_log(gateway: Run, point: str):
    assert gateway("users", "disable", "somebody").status == 0
    done = subprocess.run(
        [sys.executable, "-m", "tests.cli.killed", point, *CREATE],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
    )
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, b""), done.stderr
    assert gateway("users", "enable", "somebody").status == 0
    made = [one["ending"] for one in lines(gateway, "audit", "query", "--act", "keys.create")]
    assert (made, len(lines(gateway, "keys", "list"))) == CAME_OF_IT[point]
    assert gateway("audit", "verify").status == 0
