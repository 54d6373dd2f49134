"""`kill -9` at any moment: what was called durable is there, once, and the chain verifies."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from gateway.audit.boot import start
from gateway.audit.verify import Verifier
from gateway.stores.acts import SqlActs
from gateway.stores.calls import SqlCalls
from tests.audit.parts import Place

ROOT = Path(__file__).parents[2]


def append_until_killed(data: Path, prefix: str, after_lines: int) -> list[str]:
    """The ids that the process had called durable when it was killed."""
    command = [sys.executable, "-m", "tests.audit.appender", str(data), prefix]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(after_lines)]
        process.kill()
        told += process.stdout.readlines()
    return [line.strip() for line in told if line.endswith("\n")]


def outcomes(place: Place) -> Counter[str]:
    calls = SqlCalls(place.database().engine)
    found: Counter[str] = Counter()
    for writer in calls.writers():
        after = 0
        while rows := calls.entries(writer, after, 5_000):
            found.update(row.call_id for row in rows if row.kind == "outcome")
            after = rows[-1].seq
    return found


@pytest.mark.parametrize(
    ("lines", "kills"), [(1, 3), (5_000, 2), pytest.param(2_000, 30, marks=pytest.mark.long)]
)
def test_every_durable_call_survives_once(place: Place, lines: int, kills: int):
    told = [one for kill in range(kills) for one in append_until_killed(place.data, f"k{kill}", lines)]
    started = start(place.booting())
    start(place.booting()).recovered.lock.close()
    started.recovered.lock.close()
    start(place.booting()).recovered.lock.close()
    found = outcomes(place)
    assert not set(told) - set(found)
    assert set(found.values()) == {1}
    database = place.database()
    calls, acts = SqlCalls(database.engine), SqlActs(database.engine)
    report = Verifier(calls, acts, database.installation, place.data, lambda _: None).run()
    assert report.fault is None
