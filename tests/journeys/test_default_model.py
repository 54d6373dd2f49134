"""A request that names no model, on a real server: its team's is asked for, judged, and in the record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.audit.entry import Intent
from tests.parts.gateway_inside import GatewayInside

ASKS: dict[str, dict[str, Any]] = {
    "/v1/chat/completions": {"messages": [{"role": "user", "content": "hi"}]},
    "/v1/responses": {"input": "hi"},
    "/v1/messages": {"max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]},
}


def policy(allowed: str) -> dict[str, Any]:
    return {
        "gateway": 1,
        "teams": {"support": {"default_model": "fast"}},
        "providers": {"echo": {"dialect": "echo"}},
        "models": {name: {"targets": [{"to": f"echo/{name}"}]} for name in ("fast", "dear")},
        "roles": {"caller": {"models": [allowed]}},
    }


async def test_the_default_is_asked_for_and_recorded(tmp_path: Path):
    async with GatewayInside(tmp_path, policy("fast"), team="support") as gateway, gateway.client() as caller:
        for path, ask in ASKS.items():
            told = await caller.call(path, ask)
            assert (told.status, told.headers["x-gateway-model"]) == (200, "fast")
        await gateway.stop()
    intents = [entry for entry in gateway.entries if isinstance(entry, Intent)]
    assert len(intents) == len(ASKS)
    for entry in intents:
        noted = [(one.rule, one.verdict, one.reason) for one in entry.decisions if one.stage == "prompt"]
        assert noted == [("default_model", "change", "support: fast")]


@pytest.mark.parametrize(("team", "status"), [("support", 403), (None, 400)])
async def test_a_default_is_no_permission_and_who_has_none_must_name_a_model(
    tmp_path: Path, team: str | None, status: int
):
    async with GatewayInside(tmp_path, policy("dear"), team=team) as gateway, gateway.client() as caller:
        for path, ask in ASKS.items():
            assert (await caller.call(path, ask)).status == status
