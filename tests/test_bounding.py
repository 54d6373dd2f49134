"""The most a call can cost, before it is sent."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import Raw

from gateway.bounding import most_nano_usd
from gateway.call import Candidate, Grant, Plan
from gateway.dialects import openai_chat
from gateway.dialects.interface import Asked
from gateway.dialects.kept import Held
from gateway.dialects.openai_family import OPENAI
from gateway.dialects.speech import Speeches
from gateway.policy.snapshot import Model, Provider, Target
from gateway.rendering import changes_for, most_bytes
from gateway.upstream.rates import Rates
from tests.parts.calls import CHAT, ROLE, TARGET

MODEL = Model("fast", (TARGET,))
CLAUDE = Target("c/claude", Provider("c", "anthropic", "https://claude.test"), "claude")


def at(rates: Rates | None) -> Candidate:
    return Candidate(TARGET, "fast", rates, 0, CHAT)


def bound(*candidates: Candidate, granted: int | None = None, **ask: Any) -> int | None:
    cap = ask.get("max_output_tokens")
    fields = {} if cap is None else {"max_tokens": Raw(b"%d" % cap)}
    asked = Asked(**({"raw": b"x" * 100, "fields": fields, "model": "fast"} | ask))
    return most_nano_usd(Plan(candidates), asked, Grant(ROLE, MODEL, granted))


def test_the_bound_is_a_token_a_byte_and_the_output_cap_at_the_dearest_rates_of_the_plan():
    cheap, dear = at(Rates(input=1, output=9_000_000)), at(Rates(input=8_000_000, output=2))
    sent = most_bytes(dear, Asked(b"x" * 100, {}, "fast"), Grant(ROLE, MODEL, None))
    assert sent > 100
    assert bound(cheap, dear, max_output_tokens=10) == sent * 8 + 10 * 9


def test_the_largest_body_that_is_paid_for_is_bounded():
    hello = openai_chat.parse(b'{"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":9}')
    speech = Speeches(openai_chat.DIALECT, OPENAI, hello).to("anthropic")
    assert speech is not None and speech.translation is not None
    a_nano_a_token, free = Rates(input=1_000_000, output=0), Rates(input=0, output=0)
    claude = Candidate(CLAUDE, "fast", a_nano_a_token, 0, speech)
    body = speech.translation.render(changes_for(claude, Grant(ROLE, MODEL, None)))
    facts: dict[str, Any] = {"raw": hello.raw, "max_output_tokens": 9}
    assert bound(claude, at(free), **facts) == len(body)
    assert (bound(claude, at(a_nano_a_token), **facts) or 0) > len(body)


def test_what_a_provider_tells_its_model_of_tools_is_bounded_too():
    rates = at(Rates(input=1_000_000, output=0))
    plain, told = (bound(rates, max_output_tokens=1, functions=tools) for tools in ((), ("f",)))
    assert plain is not None and told is not None
    assert told - plain > 530


def test_every_choice_is_bounded():
    assert bound(at(Rates(input=0, output=1_000_000)), max_output_tokens=10, choices=3) == 30


@pytest.mark.parametrize(("granted", "sent", "cap"), [(5, 50, 5), (5, None, 5), (None, 7, 7), (5, 3, 3)])
def test_the_cap_is_the_one_that_will_be_sent(granted: int | None, sent: int | None, cap: int):
    assert bound(at(Rates(input=0, output=1_000_000)), granted=granted, max_output_tokens=sent) == cap


def test_a_cap_that_a_server_may_ignore_bounds_nothing_there_unless_it_costs_nothing():
    sent: dict[str, Any] = {"max_output_tokens": 1, "fields": {"max_completion_tokens": Raw(b"1")}}
    openai = Target("o/x", Provider("o", "openai", "https://api.openai.com/v1"), "x")
    priced, free = Rates(input=0, output=1_000_000), Rates(input=0, output=0, free=True)
    at_openai = Candidate(openai, "fast", priced, 0, CHAT)
    assert bound(at_openai, **sent) == 1
    assert bound(at_openai, at(priced), **sent) is None
    assert bound(at_openai, at(free), **sent) == 1
    assert bound(at(priced), granted=9, **sent) == 9


def test_what_nothing_bounds_has_no_bound():
    assert bound(at(Rates(input=1, output=1))) is None, "no cap on the output"
    assert bound(at(None), max_output_tokens=1) is None, "no known price"


@pytest.mark.parametrize(
    "ask",
    [
        {"raw": b'{"messages":[{"content":[{"type":"image_url"}]}]}'},
        {"raw": b'{"input":[{"type":"input_file"}]}'},
        {"raw": b'{"contents":[{"parts":[{"fileData":{}}]}]}'},
        {"raw": b'{"contents":[{"parts":[{"file_data":{}}]}]}'},
        {"raw": b'{"contents":[{"parts":[{"inline_data":{}}]}]}'},
        {"raw": b'{"messages":[{"content":[{"type":"video_url"}]}]}'},
        {"raw": b'{"messages":[{"content":[{"type":"im\\u0061ge"}]}]}'},
        {"hosted_tools": ("web_search",)},
        {"mcp_servers": ("https://tools.example",)},
        {"privileges": ("service_tier",)},
        {"held": (Held("response", "resp_1", "previous_response_id"),)},
    ],
)
def test_what_is_not_counted_by_its_bytes_has_no_bound(ask: dict[str, Any]):
    rates = at(Rates(input=1, output=1))
    assert bound(rates, max_output_tokens=5) is not None
    assert bound(rates, max_output_tokens=5, **ask) is None


def test_what_is_free_needs_no_cap():
    assert bound(at(Rates(input=0, output=0, free=True))) == 0


def test_what_an_image_may_cost_is_not_in_its_request():
    assert bound(at(Rates(input=1, output=1)), max_output_tokens=0, unbounded=True) is None
