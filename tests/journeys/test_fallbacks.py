"""Tries and fallbacks on a real server: what follows a failed try, what the record says, and that
nothing is sent outside the plan."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.entry import Outcome
from tests.journeys.plays import Play, answers, begins_with_an_error, breaks_off, completes, says
from tests.journeys.provider import Provider
from tests.journeys.voices import VOICES
from tests.parts.gateway_inside import GatewayInside
from tests.parts.ledgers import ROOMY
from tests.parts.scripted_upstream import STREAM_END, STREAM_HEAD, Ask, Script

SOON = "retry-after: 0\r\n"

hangs = says(b"", then="hangs")
empty = says(STREAM_HEAD + STREAM_END)


@dataclass(frozen=True)
class Ladder:
    """A model with `retries` on a first provider, and fallbacks to a second and to a third that the
    role or the team's regions keep out of the plan."""

    name: str
    first: tuple[Play, ...]
    """What the first provider does, try after try."""
    results: tuple[str, ...]
    status: int
    ending: str
    second: Play = completes
    retries: int = 0
    limits: tuple[tuple[str, str], ...] = ()
    forms: tuple[str, ...] = ("json", "stream")


LADDERS = (
    Ladder("503_then_the_next", (answers("503 No", SOON),), ("503", "ok"), 200, "complete"),
    Ladder("our_key_is_refused_then_the_next", (answers("401 No"),), ("401", "ok"), 200, "complete"),
    Ladder("an_unknown_model_then_the_next", (answers("404 No"),), ("404", "ok"), 200, "complete"),
    Ladder(
        "a_reset_then_the_next_whatever_the_retries",
        (says(b"", then="resets"),),
        ("broken", "ok"),
        200,
        "complete",
        retries=2,
    ),
    Ladder("an_empty_stream_then_the_next", (empty,), ("broken", "ok"), 200, "complete", forms=("stream",)),
    Ladder(
        "a_time_limit_then_the_next_whatever_the_retries",
        (hangs,),
        ("timeout:total", "ok"),
        200,
        "complete",
        retries=2,
        limits=(("total", "100ms"),),
    ),
    Ladder(
        "two_tries_fail_and_the_third_serves",
        (answers("503 No", SOON), answers("500 No", SOON), completes),
        ("503", "500", "ok"),
        200,
        "complete",
        retries=2,
    ),
    Ladder(
        "an_error_event_first_then_again_then_the_next",
        (begins_with_an_error, begins_with_an_error),
        ("error_event:502", "error_event:502", "ok"),
        200,
        "complete",
        retries=1,
        forms=("stream",),
    ),
    Ladder(
        "every_try_fails_then_the_next",
        (answers("529 No", SOON), answers("529 No", SOON)),
        ("529", "529", "ok"),
        200,
        "complete",
        retries=1,
    ),
    Ladder(
        "a_mistake_of_the_caller_ends_it",
        (answers("400 Bad"),),
        ("400",),
        400,
        "upstream_error",
        retries=2,
    ),
    Ladder(
        "the_last_fault_is_told",
        (answers("503 No", SOON),),
        ("503", "529"),
        529,
        "upstream_error",
        second=answers("529 Busy"),
    ),
    Ladder(
        "a_begun_stream_is_never_tried_again",
        (breaks_off("closes"),),
        ("ok",),
        200,
        "upstream_error_midstream",
        retries=2,
        forms=("stream",),
    ),
)


def ladder_policy(ladder: Ladder, urls: dict[str, str]) -> dict[str, Any]:
    providers: dict[str, Any] = {}
    models: dict[str, Any] = {}
    for voice in VOICES:
        family = voice.family
        for kind, url in urls.items():
            region = "us" if kind == "abroad" else "eu"
            name = f"{kind}-{family}"
            providers[name] = {"dialect": family, "base_url": url, "region": region}
            if family == "openai":
                providers[name]["apis"] = ["chat", "responses"]
            models[name] = {"targets": [{"to": f"{name}/test", "price": {"input": 1, "output": 2}}]}
        providers[f"plain-{family}"]["timeouts"] = dict(ladder.limits)
        models[f"plain-{family}"]["retries"] = ladder.retries
        models[f"plain-{family}"]["fallbacks"] = [f"{k}-{family}" for k in ("denied", "abroad", "second")]
    allowed = ["plain-*", "abroad-*", "second-*"]
    return {
        "gateway": 1,
        "providers": providers,
        "models": models,
        "roles": {"caller": {"models": allowed}},
        "teams": {"home": {"regions": ["eu"]}},
        **ROOMY,
    }


def one_after_the_other(scripts: Iterator[Script]) -> Script:
    async def script(ask: Ask) -> None:
        await next(scripts)(ask)

    return script


@pytest.mark.parametrize("ladder", LADDERS, ids=lambda ladder: ladder.name)
async def test_what_follows_a_failed_try(ladder: Ladder, tmp_path: Path):
    """The answer, the attempts in the record, and what each provider was asked."""
    async with AsyncExitStack() as stack:
        parts = {kind: Provider() for kind in ("plain", "denied", "abroad", "second")}
        for part in parts.values():
            await stack.enter_async_context(part)
        policy = ladder_policy(ladder, {kind: part.url for kind, part in parts.items()})
        gateway = await stack.enter_async_context(GatewayInside(tmp_path, policy, team="home"))
        calls = 0
        for voice in VOICES:
            for form in ladder.forms:
                stream = form == "stream"
                parts["plain"].play(one_after_the_other(iter([p(voice, stream) for p in ladder.first])))
                parts["second"].play(ladder.second(voice, stream))
                async with gateway.client() as client:
                    await client.call(
                        voice.where("plain", stream=stream), voice.request("plain", stream=stream)
                    )
                    assert client.status == ladder.status
                await gateway.quiet()
                calls += 1
        assert gateway.ledger.open_holds == 0
        assert gateway.ledger.settled == calls
        await gateway.stop()
    tried = len(ladder.results)
    by_second = 1 if tried > len(ladder.first) else 0
    asked = {kind: len(part.asks) for kind, part in parts.items()}
    assert asked == {
        "plain": calls * len(ladder.first),
        "second": calls * by_second,
        "denied": 0,
        "abroad": 0,
    }
    outcomes = [entry for entry in gateway.entries if isinstance(entry, Outcome)]
    assert len(gateway.entries) == 2 * calls == 2 * len(outcomes)
    for outcome in outcomes:
        assert tuple(attempt.result for attempt in outcome.served.attempts) == ladder.results
        assert outcome.ending == ladder.ending
        targets = [attempt.target.partition("-")[0] for attempt in outcome.served.attempts]
        assert targets == ["plain"] * (tried - by_second) + ["second"] * by_second


async def test_the_caller_is_told_which_model_served(tmp_path: Path):
    ladder = LADDERS[0]
    async with Provider() as failing, Provider() as serving:
        urls = {
            "plain": failing.url,
            "second": serving.url,
            "denied": failing.url,
            "abroad": failing.url,
        }
        voice = VOICES[0]
        failing.play(ladder.first[0](voice, False))
        serving.play(completes(voice, False))
        inside = GatewayInside(tmp_path, ladder_policy(ladder, urls), team="home")
        async with inside as gateway, gateway.client() as client:
            await client.call(voice.where("plain", stream=False), voice.request("plain", stream=False))
    assert client.headers["x-gateway-model"] == "second-openai"
    assert client.headers["x-gateway-target"] == "second-openai/test"
