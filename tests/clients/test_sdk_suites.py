"""The SDKs' own API tests through the gateway, to a server that checks each request against the API's description.

`scripts/long SPECS` runs these: SPECS is a folder with `openai.yml` and `anthropic.yml`. Each suite runs
twice: straight to the mock server, and through the gateway. What passes there must pass here, but for paths
that are not offered: they are named, and nothing else is excused.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.clients.described_server import mock_server
from tests.clients.suite_runs import CACHE, Outcome, installed, outcomes
from tests.clients.suites import ANTHROPIC, OPENAI, PROVIDERS, Suite
from tests.parts.gateway_process import GatewayProcess

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]


@pytest.fixture
def specs(request) -> Path:
    folder = request.config.getoption("--specs")
    assert folder, "these tests need --specs FOLDER, with openai.yml and anthropic.yml"
    return Path(folder)


def _policy(suite: Suite, mock: str) -> dict[str, object]:
    apis = "chat responses completions embeddings moderations images audio files batches fine_tuning".split()
    offers = apis if suite.dialect == "openai" else ["messages", "batches"]
    return {
        "gateway": 1,
        "teams": {"suite": {"default_model": "gpt"}},
        "providers": {
            name: {
                "dialect": suite.dialect,
                "base_url": mock,
                "credentials": ["${MOCK_KEY}"],
                "price": "free",
                "apis": offers,
            }
            for name in PROVIDERS
        },
        "models": {"*": {"targets": [{"to": "mock/*"}]}},
        "roles": {
            "caller": {
                "models": ["*"],
                "tools": {"functions": ["*"], "hosted": ["*"], "mcp_servers": ["*"]},
                "allow": ["store", "background", "service_tier"],
            }
        },
    }


@pytest.mark.parametrize("suite", [OPENAI, ANTHROPIC], ids=lambda suite: suite.package)
def test_what_passes_against_the_mock_passes_through_the_gateway(suite: Suite, specs: Path, tmp_path: Path):
    folder, python = installed(suite)
    home = CACHE / f"suite-{suite.package}" / "mock"
    with mock_server(suite, specs / f"{suite.dialect}.yml", home) as mock:
        direct = outcomes(suite, folder, python, mock, suite.key, tmp_path / "direct.xml")
        gateway = GatewayProcess(tmp_path / "gateway", _policy(suite, mock), secrets={"MOCK_KEY": "sk-mock"})
        with gateway.running():
            key = gateway.make_key("suite", role="caller", team="suite").key
            database = gateway.data / "gateway.db"
            through = outcomes(suite, folder, python, gateway.url, key, tmp_path / "through.xml", database)
    passed = {name for name, one in direct.items() if one.word == "passed"}
    worse = {name: through[name] for name in sorted(passed) if through[name].word != "passed"}
    excused = {name: path for name, one in worse.items() if (path := not_offered(suite, one))}
    print(
        f"\n{suite.package}: {len(direct)} tests, {len(passed)} pass straight, "
        f"{len(passed) - len(worse)} through the gateway, {len(excused)} ask for what is not offered"
    )
    for path, count in sorted(Counter(excused.values()).items()):
        print(f"{suite.package}: not offered: {path} ({count} tests)")
    assert len(passed) > 50, "the suite did not run"
    assert {name: one for name, one in worse.items() if name not in excused} == {}
    assert set(excused.values()) == suite.not_offered


def not_offered(suite: Suite, one: Outcome) -> str | None:
    """The path for which the gateway said that there is none, or none for that method."""
    if one.status != 405 and not (one.status == 404 and "'unknown_path'" in one.body):
        return None
    for path in suite.not_offered:
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), one.asked):
            return path
    return None
