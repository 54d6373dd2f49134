"""How long the questions of docs/rights.md take on a large audit log.

::

    python -m benchmarks.questions FOLDER [CALLS]     makes the log (benchmarks.big_log) where it is not there
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from benchmarks.big_log import CALLS, fill
from gateway.admin.actor import Actor
from gateway.admin.administration import Administration
from gateway.installation import open_installation
from gateway.policy.snapshot import Policy
from gateway.settings import Settings
from gateway.stores.act_rows import ActFilter
from gateway.stores.interfaces import CallFilter

_SINCE: Final = "2027-01-15T12:00:00.000Z"
_RUNS: Final = 3


class Unrecorded:
    """gateway.admin.acts.Acts, of which nothing is kept."""

    def record(self, act: object) -> None:
        pass

    def ended(self, act: object, ending: object, result: object) -> None:
        pass


def main() -> None:
    folder = Path(sys.argv[1])
    calls = int(sys.argv[2]) if len(sys.argv) > 2 else CALLS
    settings = Settings(data=folder)
    with open_installation(settings) as installation:
        to = Administration(installation, lambda: Policy("rev-1"), Unrecorded())
        if not to.audit.query(Actor("os"), CallFilter(limit=1)):
            fill(settings, installation, calls)
        found = to.audit.query(Actor("os"), CallFilter(limit=1))[0]
        for name, ask in questions(to, found["id"], found["who"]["user"]).items():
            print(f"{timed(ask) * 1000:8.1f} ms  {name}")


def timed(ask: Callable[[], object]) -> float:
    """Seconds, the least of a few."""
    took = []
    for _ in range(_RUNS):
        began = time.perf_counter()
        ask()
        took.append(time.perf_counter() - began)
    return min(took)


def questions(to: Administration, call_id: str, user: str) -> dict[str, Callable[[], object]]:
    """The ten of docs/rights.md, and what is rare."""
    me = Actor("os")

    def calls(**wanted: object) -> Callable[[], object]:
        return lambda: to.audit.query(me, CallFilter(**wanted))  # type: ignore[arg-type]

    return {
        "1 who sent what, when: the newest": calls(since=_SINCE),
        "2 one call": lambda: to.audit.show(me, call_id),
        "3 a person's calls": calls(user=user),
        "4 what went to a region": calls(region="us"),
        "4 what went to a region: nothing": calls(region="cn"),
        "5 what was refused, of a team": calls(decision="refused", team="legal"),
        "6 calls with personal data of a kind": calls(entity="IBAN"),
        "7 under which policy": calls(policy="rev-0"),
        "8 who administered": lambda: to.acts.query(me, ActFilter(act="keys")),
        "9 the dearest": calls(order="dearest"),
        "9 what all of a use case come to": lambda: to.audit.totals(me, CallFilter(use_case="faq")),
        "10 what is known of a person": lambda: to.privacy.find(me, f"user:{user}"),
    }


if __name__ == "__main__":
    main()
