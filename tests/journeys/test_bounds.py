"""Must show: what a budget holds for a call before it is sent, and what callers are told where nothing bounds it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.entry import Outcome
from gateway.usage import nano_of
from tests.parts.gateway_inside import GatewayInside

CHAT, RESPONSES = "/v1/chat/completions", "/v1/responses"
WORDS = [{"role": "user", "content": "hello"}]
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
SEEN = [{"role": "user", "content": [{"type": "text", "text": "what is it?"}, PICTURE]}]
PRICE = {"input": 1, "output": 2, "tiers": {"priority": {"input": 3, "output": 4}}}
SEARCH = [{"type": "web_search"}]


def policy(**budget: str) -> dict[str, Any]:
    """A model of which all is said, one of which only the price is, and one that has none."""
    known = {"context_window": 100_000, "max_output": 1000, "hosted_tools": {"web_search*": "0.25 USD"}}
    no_price = {"dialect": "openai", "base_url": "http://127.0.0.1:9/v1"}
    return {
        "gateway": 1,
        "providers": {"echo": {"dialect": "echo"}, "acme": no_price},
        "models": {
            "known": {"targets": [{"to": "echo/known", "price": PRICE, **known}]},
            "bare": {"targets": [{"to": "echo/bare", "price": PRICE}]},
            "unpriced": {"targets": [{"to": "acme/m"}]},
        },
        "roles": {
            "caller": {"models": ["*"], "tools": {"hosted": ["*"]}, "allow": ["service_tier", "store"]}
        },
        "teams": {"home": {}},
        "budgets": [{"name": "month", "amount": "5 USD", "period": "month", **budget}],
    }


def held(read: int, written: int, *, input_usd: int = 1, output_usd: int = 2, tools: int = 0) -> int:
    """By hand, in nano-dollars: USD per million tokens are thousands of nano-dollars a token."""
    return 1000 * (read * input_usd + written * output_usd) + tools


def sent(ask: dict[str, Any]) -> int:
    """A token for each byte, with what the gateway may write into the body."""
    return len(json.dumps(ask).encode()) + 4 * len(ask["model"]) + 256


CAPPED = {"model": "bare", "messages": WORDS, "max_tokens": 50}
UNCAPPED = {"model": "known", "messages": WORDS}
CASES: dict[str, tuple[str, dict[str, Any], int]] = {
    "words-and-a-cap": (CHAT, CAPPED, held(sent(CAPPED), 50)),
    "no-cap": (CHAT, UNCAPPED, held(sent(UNCAPPED), 1000)),
    "three-answers": (CHAT, UNCAPPED | {"n": 3}, held(sent(UNCAPPED | {"n": 3}), 3000)),
    "an-image": (
        CHAT,
        {"model": "known", "messages": SEEN, "max_tokens": 50},
        held(100_000, 50),
    ),
    "another-tier": (
        CHAT,
        UNCAPPED | {"service_tier": "priority", "max_tokens": 50},
        held(
            sent(UNCAPPED | {"service_tier": "priority", "max_tokens": 50}),
            50,
            input_usd=3,
            output_usd=4,
        ),
    ),
    "a-tool": (
        RESPONSES,
        {"model": "known", "input": "hello", "tools": SEARCH, "max_output_tokens": 50},
        held(100_000, 50, tools=250_000_000),
    ),
}


async def test_what_is_held_for_a_call_is_what_its_record_says(tmp_path: Path):
    async with GatewayInside(tmp_path, policy()) as gateway:
        for path, ask, _ in CASES.values():
            async with gateway.client() as client:
                await client.call(path, ask)
                assert client.status == 200, client.body
        await gateway.stop()
    outcomes = [entry for entry in gateway.entries if isinstance(entry, Outcome)]
    found = [nano_of(entry.cost.reserved_usd or "0") for entry in outcomes]
    assert dict(zip(CASES, found, strict=True)) == {name: case[2] for name, case in CASES.items()}


async def refused(gateway: GatewayInside, path: str, ask: dict[str, Any]) -> str:
    async with gateway.client() as client:
        await client.call(path, ask)
    error = json.loads(client.body)["error"]
    assert (client.status, error["code"]) == (400, "exceeds_limit")
    assert client.headers["x-should-retry"] == "false"
    return str(error["message"])


@pytest.mark.parametrize(
    ("path", "ask", "advice"),
    [
        (CHAT, {"model": "bare", "messages": WORDS}, "send a cap on its output, such as 'max_tokens'"),
        (CHAT, {"model": "bare", "messages": SEEN, "max_tokens": 50}, "the policy must say"),
        (RESPONSES, {"model": "bare", "input": "hi", "tools": SEARCH, "max_output_tokens": 50}, "tools"),
        (CHAT, {"model": "unpriced", "messages": WORDS, "max_tokens": 50}, "the policy can give it one"),
    ],
    ids=["no-cap", "an-image", "a-tool", "no-price"],
)
async def test_who_asks_for_what_nothing_bounds_is_told_what_to_do(
    path: str, ask: dict[str, Any], advice: str, tmp_path: Path
):
    async with GatewayInside(tmp_path, policy()) as gateway:
        message = await refused(gateway, path, ask)
    assert "the budget 'month' refuses this call" in message
    assert advice in message


async def test_an_estimate_is_held_and_recorded_where_the_budget_says_so(tmp_path: Path):
    ask = {"model": "bare", "messages": WORDS}
    async with GatewayInside(tmp_path, policy(on_unbounded="estimate")) as gateway:
        async with gateway.client() as client:
            await client.call(CHAT, ask)
        assert client.status == 200
        await gateway.stop()
    [outcome] = [entry for entry in gateway.entries if isinstance(entry, Outcome)]
    assert nano_of(outcome.cost.reserved_usd or "0") == held(sent(ask), 4096)
