"""A gateway of its own, without Redis: what it held when it was killed counts when it is back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from tests.faults.scene import Program
from tests.parts.gateway_process import GatewayProcess
from tests.parts.processes import eventually

BODY = {
    "model": "hard",
    "stream": True,
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "hello"}],
}


def policy(provider: str) -> dict[str, Any]:
    """A budget with room for two calls at once, and no more."""
    return {
        "gateway": 1,
        "providers": {"acme": {"dialect": "openai", "base_url": provider}},
        "models": {"hard": {"targets": [{"to": "acme/m", "price": {"input": 0, "output": 1000}}]}},
        "roles": {"caller": {"models": ["*"]}},
        "budgets": [{"name": "small", "period": "total", "amount": "0.25 USD"}],
    }


def test_a_call_that_was_cut_by_a_kill_is_charged_what_was_held_for_it(tmp_path: Path):
    with Program("tests.faults.provider", 3600, 3600).running() as provider:
        eventually(lambda: provider.output.stdout, "the provider listens")
        url = f"http://127.0.0.1:{provider.output.stdout[0]}/v1"
        with GatewayProcess(tmp_path, policy(url)).running() as gateway:
            key = gateway.make_key("anna", role="caller")
            with httpx.stream(
                "POST", gateway.url + "/v1/chat/completions", headers=key.bearer, json=BODY
            ) as answer:
                assert answer.status_code == 200
                gateway.kill()
            gateway.start()
            [record] = gateway.records()
            assert (record["ending"], record["cost"]["usd"]) == ("interrupted", "0.100000000")
            with (
                httpx.Client(base_url=gateway.url, headers=key.bearer) as client,
                client.stream("POST", "/v1/chat/completions", json=BODY) as second,
            ):
                assert second.status_code == 200
                refused = client.post("/v1/chat/completions", json=BODY)
                assert refused.status_code == 429
                assert "has 0.05 USD" in refused.json()["error"]["message"]
