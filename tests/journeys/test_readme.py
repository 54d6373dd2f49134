"""What README.md tells a new user is true: each of its examples is run against a fresh gateway."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from gateway.policy.load import load_policy
from tests.parts.gateway_process import GatewayProcess

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
ADDRESS = "http://127.0.0.1:8080"


def blocks(language: str) -> list[str]:
    return [code for found, code in BLOCK.findall(README) if found == language]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """A first start with the shipped policies."""
    policies = {path.name: path.read_text() for path in (ROOT / "policies").glob("*.yaml")}
    process = GatewayProcess(tmp_path_factory.mktemp("fresh"), "")
    (process.policies / "gateway.yaml").unlink()
    for name, text in policies.items():
        (process.policies / name).write_text(text)
    with process.running() as running:
        yield running


@pytest.fixture(scope="module")
def trial_key(gateway: GatewayProcess) -> str:
    return (gateway.data / "trial.key").read_text().strip()


def run(command: list[str], **variables: str) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")} | variables
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_curl_with_the_trial_key_gets_an_answer(
    gateway: GatewayProcess, trial_key: str, stream: bool
) -> None:
    [call] = [code for code in blocks("sh") if code.startswith("curl")]
    call = call.replace(ADDRESS, gateway.url)
    if stream:
        call = call.replace('{"model"', '{"stream": true, "model"')
    answer = run(["sh", "-c", call], GATEWAY_TRIAL_KEY=trial_key)
    assert "echo:" in answer
    assert answer.rstrip().endswith("data: [DONE]") == stream


@pytest.mark.parametrize("code", blocks("python"), ids=["openai", "anthropic", "google"])
def test_the_sdk_examples_print_an_answer(gateway: GatewayProcess, trial_key: str, code: str) -> None:
    code = code.replace(ADDRESS, gateway.url).replace("gw-…", trial_key)
    assert run([sys.executable, "-c", code]).strip() == "echo: Hello"


def test_the_first_call_that_serve_prints_can_be_pasted(gateway: GatewayProcess) -> None:
    printed = gateway.told.partition("first call:")[2]
    call = printed[printed.index("curl") : printed.rindex("}'") + 2]
    assert "echo: Hello" in run(["sh", "-c", call])


def test_the_policy_example_is_valid(tmp_path: Path) -> None:
    [example] = blocks("yaml")
    (tmp_path / "policy.yaml").write_text(example)
    assert load_policy(tmp_path, environment={}).model_for("fast") is not None
    assert set(yaml.safe_load(example)) >= {"teams", "providers", "models", "roles"}


def test_the_commands_work_as_written(gateway: GatewayProcess, trial_key: str) -> None:
    [commands] = [code for code in blocks("sh") if code.startswith("scripts/gateway check")]
    for line in commands.splitlines():
        words = line.partition("#")[0].split()
        assert os.access(ROOT / words[0], os.X_OK)
        gateway.asked(*[str(gateway.policies) if word == "policies" else word for word in words[1:]])
