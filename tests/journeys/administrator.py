"""An administrator at work: `python -m tests.journeys.administrator ROUNDS` makes, rotates and revokes so many keys,
by the commands, and prints each key's id and secrets once it has been told them."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

from gateway.cli import main


def command(*words: str) -> dict[str, Any]:
    sys.argv = ["gateway", *words, "--json"]
    said = StringIO()
    try:
        with redirect_stdout(said):
            main()
    except SystemExit as ended:
        if ended.code:
            raise
    told = json.loads(said.getvalue())
    assert isinstance(told, dict)
    return told


def run(rounds: int) -> None:
    for _ in range(rounds):
        made = command("keys", "create", "app", "--role", "caller")
        print(json.dumps({"made": made["id"], "secret": made["key"]}), flush=True)
        again = command("keys", "rotate", made["id"])
        print(json.dumps({"rotated": made["id"], "secret": again["key"]}), flush=True)
        command("keys", "revoke", made["id"])
        print(json.dumps({"revoked": made["id"]}), flush=True)


if __name__ == "__main__":
    run(int(sys.argv[1]))
