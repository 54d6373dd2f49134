"""The server that both SDKs test themselves with: it answers as an API's description says, and refuses what it
does not.
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.clients.suites import Suite
from tests.parts.processes import eventually

_ARRAYS = [
    f"--validator-{where}-{what}-format=brackets"
    for where in ("query", "form")
    for what in ("array", "object")
]


@contextmanager
def mock_server(suite: Suite, spec: Path, home: Path) -> Iterator[str]:
    """Its address; it is installed under `home`."""
    home.mkdir(parents=True, exist_ok=True)
    command = home / "node_modules" / ".bin" / "steady"
    if not command.exists():
        subprocess.run(["npm", "install", "--silent", "@stdy/cli"], cwd=home, check=True, capture_output=True)
    described = home / f"described{spec.suffix}"
    described.write_text(_with_items(spec.read_text(encoding="utf-8"), suite.items), encoding="utf-8")
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    running = subprocess.Popen(
        [command, "--host", "127.0.0.1", "-p", str(port), "-q", *_ARRAYS, described],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        eventually(lambda: _is_up(f"{address}/_x-steady/health"), "the mock server answers", deadline_s=60)
        yield address
    finally:
        running.terminate()
        running.wait()


def _with_items(spec: str, items: Mapping[str, Mapping[str, object]]) -> str:
    """The description (YAML), with an example of each of these lists: an item called `after`, and one behind it."""
    for schema, item in items.items():
        example = json.dumps(
            {
                "object": "list",
                "data": [{**item, "id": "after"}, {**item, "id": "behind"}],
                "first_id": "after",
                "last_id": "behind",
                "has_more": False,
            }
        )
        answer = re.compile(rf"^( +)schema:\n +\$ref: '#/components/schemas/{schema}'\n", re.MULTILINE)
        spec, found = answer.subn(rf"\g<0>\g<1>example: {example}\n", spec)
        assert found == 1, f"{schema} is the answer of one operation"
    return spec


def _is_up(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
