"""The most a call can cost, before it is sent."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw
from msgspec.structs import replace as with_changes

from gateway.bounding import bound_of
from gateway.call import Candidate, Grant, Plan
from gateway.dialects import openai_chat, openai_completions, openai_embeddings, openai_images, openai_speech
from gateway.dialects.interface import Asked, Dialect
from gateway.dialects.kept import Held
from gateway.dialects.openai_family import OPENAI
from gateway.dialects.speech import Speech, Speeches
from gateway.ledger.demands import Bound
from gateway.policy.snapshot import Model, Provider, Target
from gateway.rendering import changes_for, most_bytes
from gateway.upstream.rates import Rates, Step, cost
from gateway.usage import Usage
from tests.parts.calls import ROLE, TARGET

MODEL = Model("fast", (TARGET,))
CLAUDE = Target("c/claude", Provider("c", "anthropic", "https://claude.test"), "claude")
NANO = 1_000_000
"""A rate: a nano-dollar a token."""
DEAR = Rates(input=NANO, output=5 * NANO)
SEES = replace(TARGET, context_window=1000, max_output=100)


def at(rates: Rates | None, target: Target = TARGET, dialect: Dialect = openai_chat.DIALECT) -> Candidate:
    return Candidate(target, "fast", rates, 0, Speech(dialect, OPENAI))


def whole(*candidates: Candidate, granted: int | None = None, **ask: Any) -> Bound:
    cap = ask.get("max_output_tokens")
    fields = {} if cap is None else {"max_tokens": Raw(b"%d" % cap)}
    asked = Asked(**({"raw": b"x" * 100, "fields": fields, "model": "fast"} | ask))
    return bound_of(Plan(candidates), asked, Grant(ROLE, MODEL, granted))


def bound(*candidates: Candidate, granted: int | None = None, **ask: Any) -> int | None:
    return whole(*candidates, granted=granted, **ask).nano_usd


def sent(candidate: Candidate) -> int:
    return most_bytes(candidate, Asked(b"x" * 100, {}, "fast"), Grant(ROLE, MODEL, None))


def test_the_bound_is_a_token_a_byte_and_the_output_cap_at_the_dearest_candidate():
    cheap, dear = at(Rates(input=1, output=9 * NANO)), at(Rates(input=8 * NANO, output=2))
    assert sent(dear) > 100
    assert bound(cheap, dear, max_output_tokens=10) == sent(dear) * 8 + 1, "rounded up"
    assert bound(cheap, dear, max_output_tokens=10_000) == 9 * 10_000 + 1


def test_the_largest_body_that_is_paid_for_is_bounded():
    hello = openai_chat.parse(b'{"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":9}')
    speech = Speeches(openai_chat.DIALECT, OPENAI, hello).to("anthropic")
    assert speech is not None and speech.translation is not None
    a_nano_a_token, free = Rates(input=NANO, output=0), Rates(input=0, output=0)
    claude = Candidate(CLAUDE, "fast", a_nano_a_token, 0, speech)
    body = speech.translation.render(changes_for(claude, Grant(ROLE, MODEL, None)))
    facts: dict[str, Any] = {"raw": hello.raw, "max_output_tokens": 9}
    assert bound(claude, at(free), **facts) == len(body)
    assert (bound(claude, at(a_nano_a_token), **facts) or 0) > len(body)


def test_what_a_provider_tells_its_model_of_tools_is_bounded_too():
    rates = at(Rates(input=NANO, output=0))
    plain, told = (bound(rates, max_output_tokens=1, functions=tools) for tools in ((), ("f",)))
    assert plain is not None and told is not None
    assert told - plain > 530


def test_every_choice_is_bounded():
    assert bound(at(Rates(input=0, output=NANO)), max_output_tokens=10, choices=3) == 30


@pytest.mark.parametrize(("granted", "said", "cap"), [(5, 50, 5), (5, None, 5), (None, 7, 7), (5, 3, 3)])
def test_the_cap_is_the_one_that_will_be_sent(granted: int | None, said: int | None, cap: int):
    assert bound(at(Rates(input=0, output=NANO)), granted=granted, max_output_tokens=said) == cap


def test_a_cap_that_a_server_may_ignore_bounds_nothing_there_unless_it_costs_nothing():
    said: dict[str, Any] = {"max_output_tokens": 1, "fields": {"max_completion_tokens": Raw(b"1")}}
    openai = Target("o/x", Provider("o", "openai", "https://api.openai.com/v1"), "x")
    priced, free = Rates(input=0, output=NANO), Rates(input=0, output=0, free=True)
    at_openai = at(priced, openai)
    assert bound(at_openai, **said) == 1
    assert bound(at_openai, at(priced), **said) is None
    assert bound(at_openai, at(free), **said) == 1
    assert bound(at(priced), granted=9, **said) == 9


def test_what_nothing_bounds_has_no_bound():
    assert bound(at(DEAR)) is None, "no cap on the output"
    assert whole(at(DEAR)).priced
    assert bound(at(None), max_output_tokens=1) is None, "no known price"
    assert not whole(at(DEAR), at(None), max_output_tokens=1).priced
    assert whole(at(DEAR)).estimate_nano_usd == sent(at(DEAR)) + 4096 * 5


# ---------------------------------------------------------------- what the model can hold


@pytest.mark.parametrize(
    ("target", "listed", "output"),
    [
        (replace(TARGET, max_output=100), None, 100),
        (replace(TARGET, context_window=1000), None, 1000),
        (SEES, 9, 100),
        (TARGET, 9000, 9000),
        (replace(TARGET, context_window=1000), 9000, 1000),
    ],
    ids=["said", "window-said", "both-said", "window-listed", "said-before-listed"],
)
def test_without_a_cap_the_longest_answer_of_the_model_bounds_it(
    target: Target, listed: int | None, output: int
):
    rates = Rates(input=0, output=NANO, context_window=listed)
    assert bound(at(rates, target)) == output
    assert bound(at(rates, target), choices=3) == 3 * output


def test_a_cap_above_the_longest_answer_is_that():
    assert bound(at(Rates(input=0, output=NANO), SEES), max_output_tokens=5000) == 100


def test_no_more_is_read_than_the_window():
    rates = Rates(input=NANO, output=0)
    assert bound(at(rates, SEES), raw=b"x" * 5000) == 1000
    assert whole(at(rates, SEES), raw=b"x" * 5000, max_output_tokens=7).tokens == 1007
    assert bound(at(replace(rates, context_window=2000)), raw=b"x" * 5000) == 2000


@pytest.mark.parametrize("dialect", [openai_embeddings.DIALECT, openai_completions.DIALECT])
def test_of_several_texts_each_has_a_window_of_its_own(dialect: Dialect):
    rates = Rates(input=NANO, output=0, context_window=10)
    assert (bound(at(rates, SEES, dialect), raw=b"x" * 5000) or 0) > 5000


SEEN: tuple[dict[str, Any], ...] = (
    {"raw": b'{"messages":[{"content":[{"type":"image_url"}]}]}'},
    {"raw": b'{"input":[{"type":"input_file"}]}'},
    {"raw": b'{"contents":[{"parts":[{"fileData":{}}]}]}'},
    {"raw": b'{"contents":[{"parts":[{"file_data":{}}]}]}'},
    {"raw": b'{"contents":[{"parts":[{"inline_data":{}}]}]}'},
    {"raw": b'{"messages":[{"content":[{"type":"video_url"}]}]}'},
    {"raw": b'{"messages":[{"content":[{"type":"im\\u0061ge"}]}]}'},
    {"held": (Held("response", "resp_1", "previous_response_id"),)},
)


@pytest.mark.parametrize("ask", SEEN, ids=lambda ask: str(ask)[:40])
def test_what_is_not_counted_by_its_bytes_counts_as_the_window(ask: dict[str, Any]):
    assert bound(at(DEAR), max_output_tokens=5, **ask) is None, "nothing says how large that is"
    assert bound(at(DEAR, SEES), max_output_tokens=5, **ask) == 1000 + 25
    assert bound(at(replace(DEAR, context_window=2000)), max_output_tokens=5, **ask) == 2000 + 25
    assert bound(at(DEAR, SEES), at(DEAR), max_output_tokens=5, **ask) is None, "of one of two"
    assert bound(at(Rates(input=0, output=NANO)), max_output_tokens=5, **ask) == 5, "nothing is paid for it"


def test_what_is_kept_at_the_provider_costs_no_more():
    plain = bound(at(DEAR), max_output_tokens=5)
    assert plain is not None
    assert bound(at(DEAR), max_output_tokens=5, privileges=("store", "background")) == plain


# ---------------------------------------------------------------- tools that the provider runs

SEARCH = replace(SEES, hosted_tools=(("web_*", 700), ("web_search*", 900), ("mcp", 50)))


@pytest.mark.parametrize(
    ("ask", "more"),
    [
        ({"hosted_tools": ("web_search",)}, 900),
        ({"hosted_tools": ("web_fetch", "web_fetch")}, 700),
        ({"mcp_servers": ("https://one.example", "https://two.example")}, 50),
        ({"hosted_tools": ("web_fetch",), "mcp_servers": ("https://one.example",)}, 750),
    ],
)
def test_tools_of_the_provider_add_what_the_policy_says_of_them(ask: dict[str, Any], more: int):
    assert bound(at(DEAR, SEARCH), max_output_tokens=5, **ask) == 1025 + more
    assert bound(at(DEAR, SEES), max_output_tokens=5, **ask) is None


def test_a_tool_that_nothing_is_said_of_has_no_bound():
    ask: dict[str, Any] = {"hosted_tools": ("web_search", "code_interpreter")}
    assert bound(at(DEAR, SEARCH), max_output_tokens=5, **ask) is None


# ---------------------------------------------------------------- tiers

TIERED = replace(
    DEAR,
    tiers={"priority": Rates(input=2 * NANO, output=9 * NANO), "flex": Rates(input=1, output=1)},
)


@pytest.mark.parametrize(
    ("field", "tier", "rate"),
    [
        ("service_tier", "priority", 9),
        ("service_tier", "flex", 5),
        ("serviceTier", "SERVICE_TIER_PRIORITY", 9),
        ("service_tier", "scale", None),
        ("speed", "fast", None),
        ("service_tier", 7, None),
    ],
)
def test_a_tier_is_bounded_by_its_price_and_by_the_standard_one(field: str, tier: object, rate: int | None):
    ask: dict[str, Any] = {
        "fields": {"max_tokens": Raw(b"1000000"), field: Raw(json.dumps(tier).encode())},
        "max_output_tokens": 1_000_000,
        "privileges": ("service_tier",),
    }
    found = bound(at(TIERED), **ask)
    assert (found is None) if rate is None else (found is not None and found // 1_000_000 == rate)


def test_a_tier_that_is_said_in_a_form_has_no_bound():
    assert bound(at(TIERED), max_output_tokens=1, fields={}, privileges=("service_tier",)) is None


# ---------------------------------------------------------------- images and sound


def test_images_are_bounded_by_their_number_and_the_longest_answer_that_is_said():
    asked = openai_images.parse_generation(b'{"model":"m","prompt":"a cat","n":3}')
    by_image = Rates(input=0, output=0, image=40)
    facts: dict[str, Any] = {
        "raw": asked.raw,
        "unbounded": True,
        "max_output_tokens": 0,
        "choices": asked.choices,
    }
    drawn = openai_images.GENERATIONS
    assert bound(at(by_image, dialect=drawn), **facts) == 120
    by_token = Rates(input=0, output=NANO, image=40, context_window=9)
    assert bound(at(by_token, dialect=drawn), **facts) is None, "the list's window is that of a text"
    assert bound(at(by_token, SEES, drawn), **facts) == 3 * 100 + 120


def test_sound_that_is_made_is_bounded_by_what_is_said_of_the_model():
    facts: dict[str, Any] = {"unbounded": True, "max_output_tokens": 0}
    assert bound(at(DEAR, dialect=openai_speech.DIALECT), **facts) is None
    assert bound(at(Rates(input=0, output=NANO), SEES, openai_speech.DIALECT), **facts) == 100


def test_what_is_free_needs_no_cap():
    assert bound(at(Rates(input=0, output=0, free=True))) == 0
    assert whole(at(Rates(input=0, output=0, free=True))).tokens == sent(at(None)) + 4096


# ---------------------------------------------------------------- no call costs more

RATE = st.integers(0, 10**12)
PARTS = ["cache_read", "cache_write", "cache_write_1h", "audio_input", "audio_output"]


@st.composite
def some_rates(draw: st.DrawFn) -> Rates:
    def flat() -> Rates:
        parts: dict[str, Any] = {name: draw(st.none() | RATE) for name in PARTS}
        return Rates(input=draw(RATE), output=draw(RATE), **parts)

    return replace(flat(), steps=(Step(draw(st.integers(0, 500)), flat()),), tiers={"priority": flat()})


@given(
    st.lists(some_rates(), min_size=1, max_size=3),
    st.integers(1, 5000),
    st.integers(1, 4),
    st.booleans(),
    st.booleans(),
    st.data(),
)
def test_no_call_within_its_body_and_cap_costs_more_than_its_bound(
    plan: list[Rates], cap: int, choices: int, priority: bool, seen: bool, data: st.DataObject
):
    facts: dict[str, Any] = {"max_output_tokens": cap, "choices": choices}
    fields = {"max_tokens": Raw(b"%d" % cap)}
    if priority:
        facts |= {"privileges": ("service_tier",)}
        fields["service_tier"] = Raw(b'"priority"')
    if seen:
        facts |= SEEN[0]
    target = replace(TARGET, context_window=4000)
    found = bound(*[at(rates, target) for rates in plan], fields=fields, **facts)
    assert found is not None
    read = data.draw(st.integers(0, 4000 if seen else 100))
    kept = data.draw(st.integers(0, read))
    written = data.draw(st.integers(0, read - kept))
    heard = data.draw(st.integers(0, read - kept - written))
    usage = Usage(
        input_tokens=read,
        output_tokens=data.draw(st.integers(0, cap * choices)),
        cache_read_tokens=kept,
        cache_write_tokens=written,
        cache_write_1h_tokens=data.draw(st.integers(0, written)),
        audio_input_tokens=heard,
        tier=data.draw(st.sampled_from([None, "priority"])) if priority else None,
    )
    usage = with_changes(usage, audio_output_tokens=data.draw(st.integers(0, usage.output_tokens)))
    assert cost(data.draw(st.sampled_from(plan)), usage) <= found
