"""Schemathesis, from the admin API's own description: no 5xx, answers as described, nothing without permission.

`scripts/long` runs this: it installs schemathesis, in an environment of its own. It asks as nobody, with a key
without permissions, with each permission alone, within one's own team, and with all.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.policy.models.permissions import PERMISSIONS
from tests.admin.fuzz.relay import relay
from tests.parts.gateway_process import GatewayProcess
from tests.parts.processes import eventually

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

HERE = Path(__file__).parent / "fuzz"
CACHE = Path(__file__).parents[2] / ".cache" / "clients" / "schemathesis"
ADMIN_KEY = "an-admin-key-for-tests-0123456789"
WITHIN = tuple(one for one in PERMISSIONS if one not in ("policy:approve", "audit:content"))
POLICY: dict[str, Any] = {
    "gateway": 1,
    "providers": {"echo": {"dialect": "echo"}},
    "models": {"m": {"targets": [{"to": "echo/m"}]}},
    "budgets": [{"name": "month", "amount": "10 USD", "period": "month"}],
    "teams": {"support": {}, "legal": {}},
    "roles": {
        "analyst": {"models": ["*"]},
        "lead": {"permissions": WITHIN, "within": "own_team"},
        **{one.replace(":", " "): {"permissions": [one]} for one in PERMISSIONS},
    },
}
OF_WHAT_IS_SENT = (
    *("positive_data_acceptance", "negative_data_rejection", "missing_required_header"),
    *("ignored_auth", "ensure_resource_availability"),
)
WHOLE = ("--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "60")
SHORT = ("--phases", "examples,coverage,fuzzing", "--max-examples", "10")


@pytest.fixture(scope="module")
def schemathesis() -> Path:
    """Its command, in the newest release."""
    command = CACHE / "bin" / "schemathesis"
    if not command.exists():
        subprocess.run([sys.executable, "-m", "venv", CACHE], check=True)
    install = [str(CACHE / "bin" / "python"), "-m", "pip", "install", "-qq", "--upgrade", "schemathesis"]
    subprocess.run(install, check=True, capture_output=True, timeout=500)
    return command


@pytest.fixture(scope="module")
def gateway(tmp_path_factory) -> Iterator[GatewayProcess]:
    settings = {
        "GATEWAY_ADMIN_PORT": "0",
        "GATEWAY_ADMIN_KEY": ADMIN_KEY,
        "GATEWAY_TRUSTED_PROXIES": "127.0.0.1",
    }
    made = GatewayProcess(tmp_path_factory.mktemp("fuzzed"), POLICY, settings=settings)
    with made.running() as running:
        yield running


def admin_port(gateway: GatewayProcess) -> int:
    found = eventually(
        lambda: re.search(r"admin side on http://127\.0\.0\.1:(\d+)", gateway.told), "the admin side listens"
    )
    return int(found[1])


@dataclass(frozen=True)
class Fuzzed:
    """How it ended, what was said, and how many requests were made."""

    status: int
    said: str
    requests: int


def fuzzed(
    command: Path, gateway: GatewayProcess, folder: Path, key: str | None, permitted: Iterable[str], *how: str
) -> Fuzzed:
    whole = set(permitted) == set(PERMISSIONS)
    arguments = [
        "--checks",
        "all",
        "--continue-on-failure",
        "--no-color",
        "--generation-database",
        "none",
        *how,
    ]
    if key is not None:
        arguments += ["-H", f"Authorization: Bearer {key}"]
    if not whole:  # who may not is refused before it is looked at what was sent
        arguments += ["--exclude-checks", ",".join(OF_WHAT_IS_SENT)]
    with relay(admin_port(gateway)) as (between, port):
        ran = subprocess.run(
            [str(command), "run", f"http://127.0.0.1:{port}/admin/v1/openapi.json", *arguments],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(CACHE),
                "SCHEMATHESIS_HOOKS": "hooks",
                "PYTHONPATH": str(HERE),
                "PERMITTED": " ".join(permitted),
            },
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=1500,
            check=False,
        )
    return Fuzzed(ran.returncode, ran.stdout + ran.stderr, between.connections)


def test_who_may_all_is_answered_as_described(schemathesis: Path, gateway: GatewayProcess, tmp_path: Path):
    found = fuzzed(schemathesis, gateway, tmp_path, ADMIN_KEY, PERMISSIONS, *WHOLE)
    print(
        f"all permissions: {found.requests} requests, {'none' if found.status == 0 else 'some'} answered wrongly"
    )
    assert found.status == 0, found.said[-6000:]


@pytest.mark.parametrize(
    ("who", "roles"),
    [
        ("nobody", None),
        ("no permission", ("analyst",)),
        ("all permissions within one's own team", ("lead",)),
        *((one, (one.replace(":", " "),)) for one in PERMISSIONS),
    ],
)
def test_nothing_is_answered_without_permission(
    schemathesis: Path, gateway: GatewayProcess, tmp_path: Path, who: str, roles: tuple[str, ...] | None
):
    facts = {"team": "support"} if roles == ("lead",) else {}
    key = None if roles is None else gateway.make_key("fuzzed", role=roles[0], **facts).key
    permitted = WITHIN if roles == ("lead",) else {who} & set(PERMISSIONS)
    found = fuzzed(schemathesis, gateway, tmp_path, key, permitted, *SHORT)
    print(f"{who}: {found.requests} requests, {'none' if found.status == 0 else 'some'} answered wrongly")
    assert found.status == 0, found.said[-6000:]
