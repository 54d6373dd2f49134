"""What docs/limits.md says people type does what it says, on this machine and over the admin API."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT
from tests.parts.gateway_process import GatewayProcess

PAGE = (ROOT / "docs/limits.md").read_text(encoding="utf-8")
EXAMPLES = [
    block for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL) if "gateway " in block
]
KEY = "an-admin-key-that-nobody-guesses-of-the-tests"
POLICY = """\
gateway: 1
providers: {echo: {dialect: echo}}
models: {echo: {targets: [{to: echo/echo}]}}
teams: {support: {}}
roles: {caller: {models: [echo]}}
budgets: [{name: month, per: [team], amount: 500 USD, period: month}]
"""


@pytest.mark.parametrize(
    "url", [False, pytest.param(True, marks=pytest.mark.long)], ids=["here", "elsewhere"]
)
def test_budgets_are_raised_and_calls_stopped_as_the_page_says(tmp_path: Path, url: bool):
    settings = {"GATEWAY_ADMIN_KEY": KEY}
    with GatewayProcess(tmp_path, POLICY, settings=settings).running() as running:
        folders = {"GATEWAY_DATA": str(tmp_path / "data"), "GATEWAY_POLICIES": str(tmp_path / "policies")}
        remote = {"GATEWAY_URL": running.url, "GATEWAY_TOKEN": KEY}
        here = f'gateway() {{ "{sys.executable}" -m gateway "$@"; }}\n'
        done = subprocess.run(
            ["bash", "-ec", here + "".join(EXAMPLES)],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), **(remote if url else folders)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "month has 50 USD more for team=support until" in done.stdout
        assert "frozen: team=support;" in done.stdout
        assert "no longer frozen: frz_" in done.stdout
