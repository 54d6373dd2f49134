"""`gateway check`: exit 0 and a summary, or 1 and where each error is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_a_valid_folder_is_exit_code_0_and_a_summary(gateway: Run, folder: Path):
    done = gateway("check", str(folder / "policies"))
    assert (done.status, done.err) == (0, "")
    assert re.search(r"revision \w+, 1 models, 1 providers on, 3? ?\d+ roles, 1 teams\n$", done.out)


def test_the_folder_of_the_settings_is_the_default(gateway: Run, folder: Path):
    assert str(folder / "policies") in gateway("check").out


def test_a_provider_that_is_off_is_a_note(gateway: Run):
    done = gateway("check")
    assert done.status == 0
    assert "note: the provider 'acme' is off: " in done.out


def test_a_secret_is_looked_for_and_never_shown(gateway: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ACME", "sk-very-secret")
    done = gateway("check")
    assert "acme" not in done.out.lower()
    assert "2 providers on" in done.out
    assert "sk-very-secret" not in done.out + done.err


def test_each_error_is_a_line_with_file_line_and_column_and_exit_code_1(gateway: Run, folder: Path):
    bad = folder / "policies" / "more.yaml"
    bad.write_text("models:\n  slow:\n    target: [{to: ecko/x}]\nroles: {caller2: {modles: [slow]}}\n")
    done = gateway("check")
    assert (done.status, done.err) == (1, "")
    lines = done.out.splitlines()
    assert all(re.match(rf"{re.escape(str(bad))}:\d+:\d+: ", line) for line in lines), done.out
    assert any(line.startswith(f"{bad}:3:5: ") and "targets" in line for line in lines), "did you mean"
    assert any(line.startswith(f"{bad}:4:") and "models" in line for line in lines)


def test_a_missing_secret_is_an_error_unless_the_provider_is_optional(gateway: Run, folder: Path):
    text = (folder / "policies" / "gateway.yaml").read_text().replace("\n  optional: true", "")
    (folder / "policies" / "gateway.yaml").write_text(text)
    done = gateway("check")
    assert done.status == 1
    assert "ACME" in done.out


def test_a_credential_written_out_that_no_header_can_carry_is_an_error_that_does_not_show_it(
    gateway: Run, folder: Path
):
    policy = folder / "policies" / "gateway.yaml"
    policy.write_text(policy.read_text().replace("${ACME}", "sk-very secret"))
    done = gateway("check")
    assert done.status == 1
    assert "expected a key without spaces" in done.out
    assert "sk-very" not in done.out


def test_a_folder_that_is_not_there_is_exit_code_1(gateway: Run, folder: Path):
    done = gateway("check", str(folder / "nowhere"))
    assert done.status == 1
    assert "nowhere" in done.out
