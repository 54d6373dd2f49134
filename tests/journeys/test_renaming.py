"""Must show: who renames a budget or a limit in the middle of its period or window does not begin anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.parts.gateway_inside import GatewayInside

CHAT, ASK = "/v1/chat/completions", [{"role": "user", "content": "hello " * 40}]


def policy(name: str, amount: str) -> dict[str, Any]:
    """Every call costs, at the price of echo's tokens."""
    return {
        "gateway": 1,
        "providers": {"echo": {"dialect": "echo"}},
        "models": {"dear": {"targets": [{"to": "echo/dear", "price": {"input": 100, "output": 100}}]}},
        "roles": {"caller": {"models": ["*"], "max_output_tokens": 100}},
        "teams": {"home": {}},
        "budgets": [
            {
                "name": name,
                "per": ["team"],
                "amount": amount,
                "period": "month",
                "timezone": "Europe/Paris",
            }
        ],
        "limits": [{"name": f"{name}-calls", "per": ["team"], "requests": "60/day"}],
    }


async def chat(gateway: GatewayInside) -> tuple[int, str]:
    async with gateway.client() as client:
        await client.call(CHAT, {"model": "dear", "messages": ASK})
        await gateway.quiet()
        return client.status or 0, client.body.decode()


async def renamed(gateway: GatewayInside, said: dict[str, Any]) -> None:
    (gateway.settings.policies / "gateway.yaml").write_text(json.dumps(said))
    name = said["budgets"][0]["name"]
    await gateway.until(lambda: gateway.runtime.policies.current.entries[-1].name == name)


async def test_a_budget_that_is_renamed_goes_on_from_what_was_spent_and_so_does_a_limit(tmp_path: Path):
    async with GatewayInside(tmp_path, policy("old", "1 USD"), team="home") as gateway:
        while (spent := gateway.ledger.spent_nano_usd) < 80_000_000:
            assert (await chat(gateway))[0] == 200
        await renamed(gateway, policy("new", "1 USD"))
        assert (await chat(gateway))[0] == 200
        now = gateway.ledger.spent_nano_usd
        assert spent < now < spent + 80_000_000
        await renamed(gateway, policy("newer", f"0.{now + 1000:09d} USD"))
        status, told = await chat(gateway)
        assert status == 429
        assert "the budget 'newer' has 0.000001 USD left" in told


async def test_a_limit_that_is_renamed_still_counts_its_window(tmp_path: Path):
    async with GatewayInside(tmp_path, policy("old", "9 USD"), team="home") as gateway:
        for _ in range(50):
            assert (await chat(gateway))[0] == 200
        await renamed(gateway, policy("new", "9 USD"))
        statuses = [(await chat(gateway))[0] for _ in range(11)]
        assert statuses == [200] * 10 + [429]
