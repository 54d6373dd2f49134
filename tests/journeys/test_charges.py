"""Must show: however a call goes, it is charged by the rule, and its record says the same. docs/limits.md has the table."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openai
import pytest

from gateway.audit.entry import Outcome
from gateway.usage import nano_of
from tests.journeys.charges import (
    ALL,
    CAP,
    CASES,
    FIRST,
    HELD,
    REFUSED,
    SDK_GIVES_UP,
    SDK_TRIES_AGAIN,
    SECOND,
    SOON,
    Case,
    Seen,
    hangs,
    policy,
)
from tests.journeys.plays import answers, completes
from tests.journeys.provider import Provider
from tests.journeys.test_fallbacks import one_after_the_other
from tests.journeys.voices import OPENAI
from tests.parts.gateway_inside import GatewayInside

PAGE = Path(__file__).parents[2] / "docs/limits.md"
ASK: dict[str, Any] = {"messages": [{"role": "user", "content": "Say something."}]}


@pytest.fixture
def dead_url() -> Iterator[str]:
    """An address that refuses connections: bound, and nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


@dataclass(frozen=True)
class Played:
    case: Case
    form: str
    id: str | None
    charged: int
    body_bytes: int


def held_for(body_bytes: int, *, dearest: dict[str, int]) -> int:
    """By hand: a token for each byte that is sent, and the cap."""
    sent = body_bytes + 4 * len("m") + 256  # which the gateway may write into a body
    return 1000 * (sent * dearest["input"] + CAP * dearest["output"])


async def play(case: Case, form: str, gateway: GatewayInside, first: Provider, second: Provider) -> Played:
    stream = form == "stream"
    first.play(one_after_the_other(iter([each(OPENAI, stream) for each in case.first])))
    second.play(case.second(OPENAI, stream))
    before = gateway.ledger.spent_nano_usd
    body = json.dumps(OPENAI.request(case.kind, stream=stream)).encode()
    async with gateway.client() as client:
        client.ask(OPENAI.where(case.kind, stream=stream), body)
        if case.act == "leaves before the answer":
            await first.next_ask()
            client.leave()
        elif case.act == "leaves the stream":
            await client.seen(b"two")
            client.leave()
        else:
            await client.finished()
        await gateway.quiet()
    assert gateway.ledger.open_holds == 0
    charged = gateway.ledger.spent_nano_usd - before
    return Played(case, form, client.headers.get("x-request-id"), charged, len(body))


async def test_every_call_is_charged_by_the_rule(tmp_path: Path, dead_url: str):
    async with Provider() as first, Provider() as second:
        async with GatewayInside(tmp_path, policy(first.url, second.url, dead_url)) as gateway:
            played = [await play(case, form, gateway, first, second) for case in CASES for form in case.forms]
        outcomes = [entry for entry in gateway.entries if isinstance(entry, Outcome)]
    wrong = [
        f"{each.case.what} ({each.form}): {fault}"
        for each, outcome in zip(played, outcomes, strict=True)
        for fault in faults(each, outcome)
    ]
    assert not wrong, "\n".join(wrong)


def faults(played: Played, outcome: Outcome) -> Iterator[str]:
    """What is not as the rule says."""
    case, usage = played.case, outcome.usage
    goes_on = "backed" in case.kind
    held = held_for(played.body_bytes, dearest=SECOND if goes_on else FIRST)
    expected = case.rule(Seen(held, 0 if usage is None else usage.input_tokens))
    recorded = nano_of(outcome.cost.usd or "0")
    if played.id not in (None, outcome.id):
        yield "another call's record"
    if played.charged != expected:
        yield f"charged {played.charged}, not {expected}"
    if recorded != played.charged:
        yield f"recorded {recorded}, charged {played.charged}"
    if nano_of(outcome.cost.reserved_usd or "0") != case.reserved * held:
        yield f"reserved {outcome.cost.reserved_usd}, not {case.reserved} times {held}"
    whose = "none" if usage is None else "estimated" if usage.estimated else "told"
    if whose != case.usage:
        yield f"usage is {whose}"
    version = None if usage is None else "policy + held" if case.charged.startswith(HELD) else "policy"
    if outcome.cost.price_version != version:
        yield f"price version {outcome.cost.price_version}"
    flags = tuple([each.rule for each in outcome.decisions if each.verdict == "flag"])
    if flags != case.flags:
        yield f"flags {flags}"


def sdk(gateway: GatewayInside, **options: Any) -> openai.AsyncOpenAI:
    base = f"http://127.0.0.1:{gateway.port}/v1"
    return openai.AsyncOpenAI(base_url=base, api_key=gateway.key, max_retries=2, **options)


@pytest.mark.parametrize("case", [SDK_TRIES_AGAIN, SDK_GIVES_UP], ids=["tries-again", "gives-up"])
async def test_each_try_of_an_sdk_is_a_call_of_its_own(case: Case, tmp_path: Path, dead_url: str):
    gives_up = case is SDK_GIVES_UP
    fails = hangs if gives_up else answers("429 Slow", SOON)
    async with Provider() as first:
        first.play(one_after_the_other(iter([fails(OPENAI, False), completes(OPENAI, False)])))
        async with GatewayInside(tmp_path, policy(first.url, first.url, dead_url)) as gateway:
            async with sdk(gateway, timeout=0.5 if gives_up else 20) as client:
                answer = await client.chat.completions.create(model="plain-openai", **ASK)
            assert answer.choices[0].message.content == "one"
            await gateway.quiet()
            charged = gateway.ledger.spent_nano_usd
            assert gateway.ledger.open_holds == 0
    failed, served = [entry for entry in gateway.entries if isinstance(entry, Outcome)]
    assert failed.ending == ("client_gone" if gives_up else "upstream_error")
    assert served.ending == "complete"
    assert sum(nano_of(entry.cost.usd or "0") for entry in (failed, served)) == charged
    reserved = nano_of(failed.cost.reserved_usd or "0")
    assert reserved > 1000 * CAP * FIRST["output"]
    assert charged == case.rule(Seen(reserved, 0))
    assert (failed.usage is not None and failed.usage.estimated) is gives_up


async def test_what_is_refused_holds_and_costs_nothing(tmp_path: Path, dead_url: str):
    async with Provider() as first:
        inside = GatewayInside(tmp_path, policy(first.url, first.url, dead_url))
        async with inside as gateway:
            played = await play(REFUSED, "json", gateway, first, first)
    [outcome] = [entry for entry in gateway.entries if isinstance(entry, Outcome)]
    assert outcome.ending == "refused"
    assert (played.charged, outcome.cost.usd, outcome.cost.reserved_usd) == (0, None, None)


def test_the_page_has_the_table():
    listed = re.findall(r"^\| (.*?) \| (.*?) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    rows = [(case.what, case.charged) for case in ALL]
    start = listed.index(rows[0])
    assert listed[start : start + len(rows)] == rows
