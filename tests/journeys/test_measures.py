"""Must show: what people take beside the policy holds at a running gateway, and whoever is to be told is told."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from gateway.audit.entry import Intent, Outcome
from gateway.stores.database import open_database
from gateway.stores.measures import Frozen, Raised, SqlMeasures
from tests.journeys.plays import breaks_off
from tests.journeys.provider import Provider
from tests.journeys.test_limits import budget, chat, policy
from tests.journeys.voices import VOICES
from tests.parts.gateway_inside import GatewayInside
from tests.parts.http_client import HttpClient
from tests.parts.redis_server import redis_server
from tests.parts.webhook import Said, Webhook

ADMIN: dict[str, Any] = {"admin_key": SecretStr("an-admin-key-for-tests-0123456789")}
EGRESS = {"allow": ["127.0.0.0/8"]}


async def elsewhere(gateway: GatewayInside, act: Callable[[SqlMeasures], object]) -> None:
    """Done by another process: a command beside the gateway, or another gateway."""

    def done() -> None:
        url = f"sqlite:///{gateway.settings.data / 'gateway.db'}"
        with closing(open_database(url, now_ms=lambda: 0, new_id=lambda: "")) as database:
            act(SqlMeasures(database.engine))

    await asyncio.to_thread(done)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def frozen(**match: tuple[str, ...]) -> Frozen:
    return Frozen("frz_1", match, "incident 7", "anna", now_ms())


def code(client: HttpClient) -> tuple[int | None, str]:
    return client.status, json.loads(client.body)["error"]["code"]


async def spend_all(gateway: GatewayInside) -> int:
    """Call until nothing is left. How much is spent then."""
    while (answer := await chat(gateway)).status == 200:
        pass
    assert code(answer) == (429, "budget_exceeded")
    return gateway.ledger.spent_nano_usd


async def administer(gateway: GatewayInside, path: str, body: dict[str, Any]) -> HttpClient:
    async with HttpClient(
        gateway.port, {"authorization": f"Bearer {ADMIN['admin_key'].get_secret_value()}"}
    ) as client:
        await client.call(f"/admin/v1{path}", body)
    return client


async def test_a_freeze_refuses_new_calls_and_ends_those_that_run_at_once_and_elsewhere_within_two_seconds(
    tmp_path: Path,
):
    voice = VOICES[0]
    async with Provider() as provider:
        said = policy()
        said["providers"]["acme"] = {"dialect": "openai", "base_url": provider.url, "price": "free"}
        said["models"]["plain-openai"] = {"targets": [{"to": "acme/m"}]}
        async with GatewayInside(tmp_path, said, team="home", **ADMIN) as gateway:
            for here in (True, False):
                provider.play(breaks_off("hangs")(voice, True))
                async with gateway.client() as stream:
                    stream.ask(voice.where("plain", stream=True), voice.request("plain", stream=True))
                    await stream.seen(b"two")
                    began = time.monotonic()
                    if here:
                        body = {"match": {"team": ["home"]}, "reason": "incident 7"}
                        assert (await administer(gateway, "/freezes", body)).status == 201
                        assert code(await chat(gateway)) == (403, "frozen"), "at once, before it answers"
                    else:
                        await elsewhere(gateway, lambda measures: measures.freeze(frozen(team=("home",))))
                    await stream.finished()
                    print(f"\na stream ended {time.monotonic() - began:.2f} s after", end="")
                    assert voice.last_event_is_problem(bytes(stream.body))
                    await gateway.until(lambda: gateway.runtime.measures.freezes)
                    assert code(await chat(gateway)) == (403, "frozen")
                await administer(gateway, "/freezes/end", {"match": {"team": ["home"]}})
                assert (await chat(gateway)).status == 200
            await gateway.quiet()
            assert gateway.ledger.open_holds == 0
            await gateway.stop()
    ended = [e for e in gateway.entries if isinstance(e, Outcome) and e.ending == "refused" and e.usage]
    assert len(ended) == 2 and all(e.usage is not None and e.usage.output_tokens for e in ended)


async def test_a_frozen_provider_is_gone_round_and_a_frozen_model_refused(tmp_path: Path):
    said = policy()
    said["models"]["dear"]["fallbacks"] = ["other"]
    said["providers"]["second"] = {"dialect": "echo"}
    said["models"]["other"] = {"targets": [{"to": "second/m"}]}
    async with GatewayInside(tmp_path, said) as gateway:
        await elsewhere(gateway, lambda measures: measures.freeze(frozen(provider=("echo",))))
        await gateway.until(lambda: gateway.runtime.measures.freezes)
        served = await chat(gateway)
        assert (served.status, served.headers["x-gateway-target"]) == (200, "second/m")
        assert code(await chat(gateway, "local")) == (403, "frozen")
        await gateway.stop()
    decisions = [d for e in gateway.entries if isinstance(e, Intent) for d in e.decisions]
    assert ("frz_1", "change") in {(d.rule, d.verdict) for d in decisions}


async def test_a_freeze_outlives_a_restart(tmp_path: Path):
    async with GatewayInside(tmp_path, policy(), team="home") as gateway:
        await elsewhere(gateway, lambda measures: measures.freeze(frozen(team=("home",))))
    async with GatewayInside(tmp_path, policy(), team="home") as again:
        assert code(await chat(again)) == (403, "frozen")


async def test_a_budget_that_is_spent_and_raised_lets_calls_through_until_it_is_spent_again(tmp_path: Path):
    async with GatewayInside(tmp_path, policy(budgets=budget("0.06 USD")), **ADMIN) as gateway:
        before = await spend_all(gateway)
        raised = Raised("inc_1", "small", None, 60_000_000, now_ms() + 60_000, "launch", "anna", now_ms())
        await elsewhere(gateway, lambda measures: measures.increase(raised))
        await gateway.until(lambda: gateway.runtime.measures.increases)
        assert await spend_all(gateway) > before
        assert 60_000_000 < gateway.ledger.spent_nano_usd <= 120_000_000
        await elsewhere(gateway, lambda measures: measures.withdraw("inc_1", now_ms()))
        await gateway.until(lambda: not gateway.runtime.measures.increases)
        assert (await chat(gateway)).status == 429


def what(said: Said) -> str:
    threshold: str = said.told["data"].get("threshold", said.told["type"])
    return threshold


@pytest.mark.parametrize("events", [["budget"], None])
async def test_who_is_told_of_budgets_hears_each_share_once_also_after_a_restart(
    tmp_path: Path, events: list[str] | None
):
    with Webhook() as told:
        said = policy(
            budgets=budget("0.06 USD", alert_at=["1%", "10%", "100%"]),
            alerts={"webhooks": [{"url": told.url, **({} if events is None else {"events": events})}]},
            egress=EGRESS,
        )
        said["models"]["mid"] = {"targets": [{"to": "echo/mid", "price": {"input": 1, "output": 1}}]}

        async with GatewayInside(tmp_path, said) as gateway:
            await spend_all(gateway)
            await gateway.until(lambda: len(told.said) >= 3)
        async with GatewayInside(tmp_path, said) as again:
            assert (await chat(again)).status == 429
            assert (await chat(again, "mid")).status == 200
            await again.quiet()
    assert sorted(map(what, told.said)) == ["1%", "10%", "budget.exceeded"]


async def test_two_gateways_that_share_a_budget_tell_of_each_share_once(
    tmp_path_factory: pytest.TempPathFactory,
):
    home = tmp_path_factory.mktemp("r")
    with Webhook() as told, redis_server(home) as redis:
        said = policy(
            budgets=budget("0.1 USD", alert_at=["1%", "5%", "10%"]),
            alerts={"webhooks": [{"url": told.url}]},
            egress=EGRESS,
        )
        shared: dict[str, Any] = {
            "redis_url": SecretStr(redis.url),
            "database_url": SecretStr(f"sqlite:///{home / 'shared.db'}"),
            "secret_key": SecretStr("c2hhcmVkLXNlY3JldC1zaGFyZWQtc2VjcmV0LXNoYXJlZA=="),
        }
        async with (
            GatewayInside(home / "a", said, **shared) as one,
            GatewayInside(home / "b", said, **shared) as two,
        ):
            for gateway in (one, two):
                await gateway.until(partial(getattr, gateway.runtime.ledger, "started"))
            while {(await chat(each)).status for each in (one, two)} != {429}:
                pass
            await one.until(lambda: len(told.said) >= 4)
    assert sorted(map(what, told.said)) == ["1%", "10%", "5%", "budget.exceeded"]
