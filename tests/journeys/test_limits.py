"""Must show: limits and budgets hold, and callers are told in their own SDK's words."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest
from pydantic import SecretStr

from gateway.audit.entry import Outcome
from gateway.ledger.shared import SharedLedger
from gateway.usage import nano_of
from tests.journeys.plays import breaks_off, completes, says
from tests.journeys.provider import Provider
from tests.journeys.voices import VOICES
from tests.parts.gateway_inside import GatewayInside
from tests.parts.http_client import HttpClient
from tests.parts.redis_server import redis_server

CHAT, ASK = "/v1/chat/completions", [{"role": "user", "content": "hello"}]


def policy(**more: Any) -> dict[str, Any]:
    price = {"input": 100, "output": 100}
    return {
        "gateway": 1,
        "providers": {"echo": {"dialect": "echo"}},
        "models": {
            "dear": {"targets": [{"to": "echo/dear", "price": price}]},
            "local": {"targets": [{"to": "echo/local"}]},
        },
        "roles": {"caller": {"models": ["*"], "max_output_tokens": 100}},
        "teams": {"home": {}},
        **more,
    }


def limit(**says: Any) -> list[dict[str, Any]]:
    return [{"name": "per-key", "per": ["key"], **says}]


def budget(amount: str, **says: Any) -> list[dict[str, Any]]:
    return [{"name": "small", "period": "total", "amount": amount, **says}]


async def chat(gateway: GatewayInside, model: str = "dear", **more: Any) -> HttpClient:
    async with gateway.client() as client:
        await client.call(CHAT, {"model": model, "messages": ASK, **more})
    return client


def openai_client(gateway: GatewayInside) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(
        base_url=f"http://127.0.0.1:{gateway.port}/v1", api_key=gateway.key, max_retries=0
    )


async def test_sixty_a_minute_refuses_the_sixty_first_in_the_words_of_each_sdk(tmp_path: Path):
    said = policy(limits=limit(requests="60/minute"))
    async with GatewayInside(tmp_path, said) as gateway, openai_client(gateway) as asks:
        for _ in range(60):
            await asks.chat.completions.create(model="dear", messages=ASK)  # type: ignore[arg-type]
        with pytest.raises(openai.RateLimitError) as refused:
            await asks.chat.completions.create(model="dear", messages=ASK)  # type: ignore[arg-type]
        told = refused.value.response.headers
        assert refused.value.code == "rate_limit_exceeded"
        assert (told["x-ratelimit-limit-requests"], told["x-ratelimit-remaining-requests"]) == ("60", "0")
        assert told["x-ratelimit-reset-requests"].endswith("s")
        assert 0 < int(told["retry-after"]) <= 62
        assert "'per-key' of 60 requests a minute" in str(refused.value)
        base = f"http://127.0.0.1:{gateway.port}"
        async with anthropic.AsyncAnthropic(base_url=base, api_key=gateway.key, max_retries=0) as claude:
            with pytest.raises(anthropic.RateLimitError) as told_claude:
                await claude.messages.create(model="dear", messages=ASK, max_tokens=9)  # type: ignore[arg-type]
        told = told_claude.value.response.headers
        assert told["anthropic-ratelimit-requests-remaining"] == "0"
        assert told["anthropic-ratelimit-requests-reset"].endswith("Z")
        assert int(told["retry-after"]) > 0
        async with gateway.client() as gemini:
            await gemini.call(
                "/v1beta/models/dear:generateContent", {"contents": [{"parts": [{"text": "hi"}]}]}
            )
            assert (gemini.status, json.loads(gemini.body)["error"]["status"]) == (429, "RESOURCE_EXHAUSTED")
            assert int(gemini.headers["retry-after"]) > 0
        await gateway.quiet()
        assert gateway.ledger.open_holds == 0, "what was refused took nothing"


async def test_a_spent_budget_is_a_quota_that_no_sdk_tries_again(tmp_path: Path):
    async with GatewayInside(tmp_path, policy(budgets=budget("0.06 USD"))) as gateway:
        answers = [await chat(gateway) for _ in range(60)]
        assert answers[0].status == 200
        last = answers[-1]
        assert last.status == 429
        error = json.loads(last.body)["error"]
        assert (error["type"], error["code"]) == ("insufficient_quota", "budget_exceeded")
        assert last.headers["x-should-retry"] == "false"
        assert "the budget 'small' has " in error["message"]
        async with openai_client(gateway) as asks:
            with pytest.raises(openai.RateLimitError):
                for _ in range(60):
                    await asks.chat.completions.create(model="dear", messages=ASK)  # type: ignore[arg-type]
        assert (await chat(gateway, "local")).status == 200, "what is free is affordable"
        assert gateway.ledger.spent_nano_usd <= 60_000_000
        await gateway.stop()
    spent = [e.cost.usd for e in gateway.entries if isinstance(e, Outcome) and e.cost.usd is not None]
    assert sum(map(nano_of, spent)) == gateway.ledger.spent_nano_usd, "what is charged is what is recorded"


async def test_a_call_that_can_never_be_afforded_is_a_mistake_of_the_caller(tmp_path: Path):
    async with GatewayInside(tmp_path, policy(budgets=budget("0.000001 USD"))) as gateway:
        answer = await chat(gateway)
        assert (answer.status, json.loads(answer.body)["error"]["code"]) == (400, "exceeds_limit")


async def test_a_budget_that_is_spent_may_lead_to_another_model_or_only_be_noted(tmp_path: Path):
    other = budget("0.06 USD", on_exceeded={"downgrade": "local"})
    noted = [{**budget("0.06 USD", on_exceeded="warn")[0], "name": "noted"}]
    async with GatewayInside(tmp_path, policy(budgets=other + noted)) as gateway:
        served = [await chat(gateway) for _ in range(40)]
        assert {each.status for each in served} == {200}
        assert (served[0].headers["x-gateway-model"], served[-1].headers["x-gateway-model"]) == (
            "dear",
            "local",
        )
        assert gateway.ledger.spent_nano_usd <= 60_000_000
        await gateway.stop()
    decisions = [d for e in gateway.entries if isinstance(e, Outcome) for d in e.decisions]
    intents = [d for e in gateway.entries if not isinstance(e, Outcome) for d in e.decisions]
    assert ("downgrade", "change") in {(d.rule, d.verdict) for d in (*decisions, *intents)}


async def test_calls_at_once_are_counted_until_they_end(tmp_path: Path):
    voice = VOICES[0]
    async with Provider() as provider:
        said = policy(limits=limit(concurrent=2))
        said["providers"]["acme"] = {"dialect": "openai", "base_url": provider.url, "price": "free"}
        said["models"]["plain-openai"] = {"targets": [{"to": "acme/m"}]}
        async with GatewayInside(tmp_path, said) as gateway:
            for ends in ("answer", "leave"):
                provider.play(says(b"", then="hangs")(voice, False))
                first, second = gateway.client(), gateway.client()
                async with first, second, gateway.client() as third:
                    for client in (first, second):
                        client.ask(voice.where("plain", stream=False), voice.request("plain", stream=False))
                        await provider.next_ask()
                    assert (await chat(gateway)).status == 429
                    first.leave()
                    await provider.gone(0 if ends == "answer" else -2)
                    await gateway.until(lambda: gateway.ledger.open_holds <= 1)
                    await third.call(CHAT, {"model": "local", "messages": ASK})
                    assert third.status == 200
                    second.leave()
                await gateway.quiet()
                assert gateway.ledger.open_holds == 0


async def test_two_hundred_streams_at_once_never_overshoot_a_small_budget(tmp_path: Path):
    async with GatewayInside(tmp_path, policy(budgets=budget("0.5 USD"))) as gateway:
        answers = await asyncio.gather(*(chat(gateway, stream=True) for _ in range(200)))
        assert {each.status for each in answers} == {200, 429}
        await gateway.quiet()
        assert gateway.ledger.open_holds == 0
        assert 0 < gateway.ledger.spent_nano_usd <= 500_000_000
        await gateway.stop()
    spent = [e.cost.usd for e in gateway.entries if isinstance(e, Outcome) and e.cost.usd is not None]
    assert sum(map(nano_of, spent)) <= 500_000_000


async def test_what_was_spent_before_a_restart_counts(tmp_path: Path):
    said = policy(budgets=budget("0.06 USD"), limits=limit(requests="1000/hour"))
    async with GatewayInside(tmp_path, said) as gateway:
        while (await chat(gateway)).status == 200:
            pass
    async with GatewayInside(tmp_path, said) as again:
        answer = await chat(again)
        assert (answer.status, json.loads(answer.body)["error"]["code"]) == (429, "budget_exceeded")


@pytest.mark.parametrize("adds", [True, False])
async def test_a_budget_may_come_and_go_while_a_call_runs(adds: bool, tmp_path: Path):
    """A call keeps the policy that it took at the door; what it held is settled, and those after it obey the new one."""
    voice = VOICES[0]
    async with Provider() as provider:
        without = policy()
        without["providers"]["acme"] = {"dialect": "openai", "base_url": provider.url}
        without["models"]["plain-openai"] = {
            "targets": [{"to": "acme/m", "price": {"input": 100, "output": 100}}]
        }
        limited = {**without, "budgets": budget("0.000001 USD"), "limits": limit(concurrent=1)}
        roomy = {**without, "budgets": budget("9 USD"), "limits": limit(concurrent=2)}
        before, after = (without, limited) if adds else (roomy, without)
        async with GatewayInside(tmp_path, before) as gateway, gateway.client() as client:
            provider.play(breaks_off("hangs")(voice, True))
            client.ask(voice.where("plain", stream=True), voice.request("plain", stream=True))
            await client.seen(b"two")
            assert gateway.ledger.open_holds == (0 if adds else 1)
            (gateway.settings.policies / "gateway.yaml").write_text(json.dumps(after))
            await gateway.until(lambda: bool(gateway.runtime.policies.current.entries) is adds)
            assert (await chat(gateway)).status == (400 if adds else 200)
            client.leave()
            await gateway.quiet()
            assert gateway.ledger.open_holds == 0


async def test_a_fallback_is_counted_where_it_goes_and_does_not_escape(tmp_path: Path):
    voice = VOICES[0]
    async with Provider() as first, Provider() as second:
        said = policy(limits=[{"name": "second-only", "match": {"provider": "second"}, "requests": "1/hour"}])
        for name, part in (("first", first), ("second", second)):
            said["providers"][name] = {"dialect": "openai", "base_url": part.url, "price": "free"}
        said["models"]["plain-openai"] = {"targets": [{"to": "first/m"}], "fallbacks": ["other"]}
        said["models"]["other"] = {"targets": [{"to": "second/m"}]}
        async with GatewayInside(tmp_path, said) as gateway:
            statuses = []
            for _ in range(2):
                first.play(breaks_off("closes")(voice, False))
                second.play(completes(voice, False))
                async with gateway.client() as client:
                    await client.call(
                        voice.where("plain", stream=False), voice.request("plain", stream=False)
                    )
                    statuses.append(client.status)
            assert statuses == [200, 502]
            assert len(second.asks) == 1
            await gateway.quiet()
            assert gateway.ledger.open_holds == 0


async def test_two_gateways_share_a_limit_in_redis(tmp_path_factory: pytest.TempPathFactory):
    home = tmp_path_factory.mktemp("r")
    said = policy(limits=limit(requests="5/hour", on_store_failure="block"))
    said["limits"][0]["per"] = []
    with redis_server(home) as redis:
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
                assert isinstance(gateway.runtime.ledger, SharedLedger)
                await gateway.until(partial(getattr, gateway.runtime.ledger, "started"))
            statuses = [(await chat(gateway)).status for _ in range(4) for gateway in (one, two)]
            assert statuses == [200] * 5 + [429] * 3
            redis.kill()
            answer = await chat(one)
            while answer.status == 429:  # what was refused just now is known for up to a second
                answer = await chat(one)
            assert answer.status == 503
