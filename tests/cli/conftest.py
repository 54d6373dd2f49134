"""The command line in this process, on a folder of the test's own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.cli import main

POLICY = """\
gateway: 1
providers: {echo: {dialect: echo}, acme: {dialect: openai, base_url: "https://acme.test", credentials: ["${ACME}"],
  optional: true}}
models: {echo: {targets: [{to: echo/echo}]}}
teams: {home: {}}
roles: {caller: {models: [echo]}, auditor: {}}
"""


@dataclass(frozen=True)
class Done:
    """What a command left."""

    status: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings that lead to `policies` and `data` in here, and nowhere else."""
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "gateway.yaml").write_text(POLICY)
    monkeypatch.setenv("GATEWAY_POLICIES", str(tmp_path / "policies"))
    monkeypatch.setenv("GATEWAY_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "250")
    return tmp_path


@pytest.fixture
def gateway(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`gateway("keys", "list")` runs `gateway keys list`."""

    def run(*words: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["gateway", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        code = ended.value.code
        assert code is None or isinstance(code, int)
        return Done(code or 0, out, err)

    return run
