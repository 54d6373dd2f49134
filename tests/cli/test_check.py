"""`gateway check`: exit 0 and a summary, or 1 and where each error is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.parts.certificates import make_authority


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


def test_what_is_declared_and_not_in_force_is_said_in_plain_words(gateway: Run, folder: Path):
    more = "monitors: [{name: a, kind: groundedness, sample: 2%}]\n"
    (folder / "policies" / "more.yaml").write_text(more)
    done = gateway("check")
    assert done.status == 0
    assert done.out.count("not yet in force: monitors: nothing is measured\n") == 1


def test_a_rule_that_is_about_no_call_is_a_warning(gateway: Run, folder: Path):
    more = "shadows: [{name: s, to: echo/x, sample: 1%}]\n"
    (folder / "policies" / "more.yaml").write_text(more)
    done = gateway("check")
    assert done.status == 0
    assert f"warning: {folder / 'policies' / 'more.yaml'}:1:18: no call can reach the shadow `s`" in done.out


def test_a_model_that_is_not_installed_is_a_warning(gateway: Run, folder: Path):
    (folder / "policies" / "more.yaml").write_text(
        "privacy: {default: p, profiles: {p: {ner: {en: xx_absent}}}}\n"
    )
    done = gateway("check")
    assert done.status == 0
    assert "warning: the model `xx_absent`, which finds names, is not installed here" in done.out


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


PROVIDER = "providers:\n  x: {dialect: openai, base_url: 'https://x/v1', HERE}\n"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("apis: [chat, message]", "did you mean `messages`"),
        ("apis: [messages]", "can't offer `messages`"),
        ("headers: {Host: x}", "the gateway writes this header itself"),
        ("headers: {X-Team: '${TEAM_TOKEN}'}", "the environment variable TEAM_TOKEN is not set"),
        ("proxy: 'ftp://proxy'", "expected a proxy such as http://proxy.example.com:3128"),
        ("proxy: 'http://u:${PROXY_PASSWORD}@proxy'", "the environment variable PROXY_PASSWORD is not set"),
        ("ca_file: ca.pem", "expected the absolute path of a file"),
        ("ca_file: /nowhere/ca.pem", "the file /nowhere/ca.pem is not there"),
        ("ca_file: /etc/passwd", "expected certificates in PEM"),
        ("api_version: 2024-10-21", "`api_version` belongs to the dialect azure"),
    ],
)
def test_what_is_wrong_with_the_way_to_a_provider_is_said_at_its_line(
    gateway: Run, folder: Path, written: str, said: str
):
    policy = folder / "policies" / "more.yaml"
    policy.write_text(PROVIDER.replace("HERE", written))
    done = gateway("check")
    assert done.status == 1
    [line] = done.out.splitlines()
    assert line.startswith(f"{policy}:2:")
    assert said in line


def test_a_provider_of_azure_with_all_its_keys_is_a_valid_one(
    gateway: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AZURE_KEY", "x")
    (folder / "ca.pem").write_text(make_authority(folder).pem)
    (folder / "policies" / "more.yaml").write_text(
        "providers:\n  azure:\n    dialect: azure\n    base_url: https://n.openai.azure.com\n"
        "    credentials: ['${AZURE_KEY}']\n    api_version: 2024-10-21\n    apis: [chat]\n"
        f"    headers: {{x-team: blue}}\n    proxy: http://proxy:3128\n    ca_file: {folder}/ca.pem\n"
    )
    done = gateway("check")
    assert (done.status, done.err) == (0, "")
    assert "2 providers on" in done.out
