"""What keeps a gateway from starting is said in a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.parts.gateway_process import GatewayProcess

POLICY = {
    "providers": {"echo": {"dialect": "echo"}},
    "models": {"echo": {"targets": [{"to": "echo/echo"}]}},
    "roles": {"all": {"models": ["*"]}},
}


def test_a_spool_that_was_tampered_with_stops_the_start_with_a_sentence(tmp_path: Path):
    gateway = GatewayProcess(tmp_path, POLICY)
    with gateway.running():
        pass
    [segment] = gateway.data.glob("spool/*/*.log")
    segment.write_text("not an entry\n" + segment.read_text())
    done = gateway.command("serve")
    said = done.stderr.strip().splitlines()
    assert done.returncode == 2
    assert said[-1].startswith("gateway: ")
    assert "entry 1 is unreadable" in said[-1]
    assert "Traceback" not in done.stderr + done.stdout


def test_a_second_start_finds_what_the_first_one_left(tmp_path: Path):
    gateway = GatewayProcess(tmp_path, POLICY)
    with gateway.running():
        key = gateway.make_key("app", role="all")
    with gateway.running():
        assert key.id in gateway.asked("keys", "list", "--json")
        told = gateway.asked("audit", "verify", "--json")
        report = json.loads(told)
        assert report["ok"]
        # A key that was made: its writer's boot, and two. The gateways': a boot each, and checkpoints.
        assert min(one["seq"] for one in report["writers"]) == 3


@pytest.mark.parametrize("words", [("serve",), ("keys", "list"), ("audit", "query")], ids=" ".join)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GATEWAY_SECRET_KEY", "short"),
        ("GATEWAY_DATABASE_URL", "sqlite:////nowhere/at/all/gateway.db"),
        ("GATEWAY_DATA", "/proc/gateway"),
    ],
)
def test_a_setting_that_can_not_be_used_is_one_sentence_that_names_it(
    tmp_path: Path, name: str, value: str, words: tuple[str, ...]
):
    done = GatewayProcess(tmp_path, POLICY, settings={name: value}).command(*words)
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1].startswith(f"gateway: {name}")
    assert "Traceback" not in done.stderr + done.stdout
