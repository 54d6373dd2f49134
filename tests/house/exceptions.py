"""Every exception to a house rule, by name and with its reason. An entry that no longer applies fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# File → why one subject needs more than 250 lines.
LONG_FILES: Final[Mapping[str, str]] = {}

# file::scope → why everything must be caught (and not raised again) there. Only the pipeline's edge, settling, worker loops.
CATCH_ALLS: Final[Mapping[str, str]] = {
    "gateway/pipeline.py::serve": "the edge: our own mistakes get an answer and a record too",
    "gateway/audit/shipping.py::Shipper._run": "the shipper's loop: what fails now is tried again, nothing is lost",
    "gateway/audit/spool.py::Pace.write": "whatever a write ran into, the callers of its batch must hear of it",
    "gateway/pipeline.py::settle": "one failing step does not stop the next",
}

# file::scope → who keeps the task, and when it is awaited or cancelled.
TASK_OWNERS: Final[Mapping[str, str]] = {
    "gateway/stores/keybook.py::KeyBook._look_again": "KeyBook._look; awaited, shielded, by all who ask at once",
}

# file::scope → why the import can't stand at the top: an optional extra.
LATE_IMPORTS: Final[Mapping[str, str]] = {}

# gateway file or folder/ → "tests/file: why" its behaviour is tested there instead of in its mirror.
COVERED_ELSEWHERE: Final[Mapping[str, str]] = {
    "gateway/stores/migrations/": "run whole by the tests of the database",
    "gateway/dialects/interface.py": "protocols; every dialect's tests",
    "gateway/ledger/interface.py": "protocols; every ledger's tests",
    "gateway/stores/interfaces.py": "protocols; the conformance suite of the stores",
    "gateway/upstream/interface.py": "protocols; the behaviour suite of the upstreams",
    "gateway/runtime.py": "protocols; the stages' tests",
}

# file::test → why it can't run everywhere. CI must not rely on it.
SKIPS: Final[Mapping[str, str]] = {}

# file::scope → why a test must let time pass: a fake that is slow on purpose, never a wait for something.
PAUSES: Final[Mapping[str, str]] = {}
