"""No request that is sent allows more output than its role's cap, and what is held for it bounds it."""

from __future__ import annotations

import json
from itertools import product
from math import inf
from typing import Any

import pytest
from msgspec import Raw

from gateway.bounding import bound_of
from gateway.call import Caller, Candidate, Plan
from gateway.dialects.interface import BadBody
from gateway.dialects.output_caps import bounding, capped, is_surely_read, lower, reading, translated
from gateway.dialects.registry import Route, route
from gateway.dialects.speech import Speeches
from gateway.policy.roles import Role
from gateway.policy.snapshot import Provider, Target
from gateway.rendering import changes_for
from gateway.stages import authorize
from gateway.upstream.rates import Rates
from tests.parts.calls import make_call, make_policy

A_NANO_A_TOKEN = Rates(input=0, output=1_000_000)
HELLO: dict[str, Any] = {"messages": [{"role": "user", "content": "hi"}]}
ONLY_RESPONSES = frozenset({"responses"})
PROVIDERS = {
    "openai": Provider("openai", "openai", "https://api.openai.com/v1"),
    "azure": Provider("azure", "azure", "https://x.openai.azure.com/openai/v1"),
    "compatible": Provider("compatible", "openai", "http://127.0.0.1:8000/v1"),
    "anthropic": Provider("anthropic", "anthropic", "https://api.anthropic.com"),
    "gemini": Provider("gemini", "gemini", "https://generativelanguage.googleapis.com"),
    "responses": Provider("responses", "openai", "https://api.openai.com/v1", apis=ONLY_RESPONSES),
    "its responses": Provider("its", "openai", "http://127.0.0.1:8000/v1", apis=ONLY_RESPONSES),
}
MODELS = {"anthropic": "claude-opus-4-5", "gemini": "gemini-2.5-pro"}
NAMES = ("max_tokens", "max_completion_tokens", "n_predict")
NUMBERS = (0, 1, 5, 50, 1000)
ALONE: list[dict[str, Any]] = [{}, *({name: number} for name in NAMES for number in NUMBERS)]
TOGETHER: list[dict[str, Any]] = [
    {one: first, other: second}
    for one, other in product(NAMES, NAMES)
    if one != other
    for first, second in [(5, 1000), (1000, 5), (0, 5), (None, 5)]
]
IN_GEMINI: list[dict[str, Any]] = [{}, *({"generationConfig": {"maxOutputTokens": n}} for n in NUMBERS[1:])]
ASKED: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "/v1/chat/completions": ({"model": "fast", **HELLO}, [*ALONE, *TOGETHER]),
    "/v1/completions": ({"model": "fast", "prompt": "hi"}, [*ALONE, *TOGETHER]),
    "/v1/responses": ({"model": "fast", "input": "hi"}, [{}, *({"max_output_tokens": n} for n in NUMBERS)]),
    "/v1/messages": ({"model": "fast", **HELLO}, [{}, *({"max_tokens": n} for n in NUMBERS)]),
    "/v1beta/models/fast:generateContent": ({"contents": [{"parts": [{"text": "hi"}]}]}, IN_GEMINI),
}


def allowed(to: str, api: str, sent: dict[str, Any]) -> float:
    """Tokens that the least favourable server behind this address may write. Elsewhere than at OpenAI, 0
    may mean no limit."""
    if api == "messages":
        return sent.get("max_tokens", inf)
    if api == "gemini":
        return sent.get("generationConfig", {}).get("maxOutputTokens") or inf
    if api == "responses":
        return sent.get("max_output_tokens") or inf
    there = {name: sent[name] for name in NAMES if sent.get(name) is not None}
    at_openai = to in ("openai", "azure")
    sure = {"max_tokens"} | ({"max_completion_tokens"} if at_openai and api == "chat" else set())
    if not sure & there.keys() or (not at_openai and 0 in there.values()):
        return inf
    return max(there.values())


@pytest.mark.parametrize("role_cap", [None, 4, 100])
@pytest.mark.parametrize("to", PROVIDERS)
@pytest.mark.parametrize("path", ASKED)
def test_what_is_sent_keeps_to_the_roles_cap_and_what_is_held_bounds_it(
    path: str, to: str, role_cap: int | None
):
    body, caps = ASKED[path]
    found = route("POST", path, lambda _: None)
    assert isinstance(found, Route) and found.dialect is not None
    role, provider = Role("r", models=("*",), max_output_tokens=role_cap), PROVIDERS[to]
    policy = make_policy(roles={"r": role})
    for more in caps:
        asked = found.dialect.parse(json.dumps(body | more).encode())
        try:
            speech = Speeches(found.dialect, found.family, asked).to(provider.dialect, provider.apis)
        except BadBody:
            assert asked.max_output_tokens == 0, more
            continue
        if speech is None:
            assert path == "/v1/completions"
            return
        model = MODELS.get(provider.dialect, "gpt-5")
        candidate = Candidate(Target("t", provider, model), "fast", A_NANO_A_TOKEN, 0, speech)
        caller = Caller("key", "key_1", None, None, ("r",), None)
        grant = authorize.decide(policy, caller, found.dialect.api, asked, make_call())
        held = bound_of(Plan((candidate,)), asked, grant).nano_usd

        changes = changes_for(candidate, grant)
        told = speech.translation
        raw = speech.dialect.render(asked, changes) if told is None else told.render(changes)
        assert isinstance(raw, bytes)
        most = allowed(to, speech.dialect.api, json.loads(raw))

        assert role_cap is None or most <= role_cap, (more, raw)
        assert held is None or held >= most, (more, raw)
        if role_cap is not None:
            assert held is not None, more
        elif told is None:
            assert (held is None) == (most == inf), (more, raw)


OPENAI = "max_completion_tokens"


@pytest.mark.parametrize(
    ("cap_field", "sent", "written"),
    [
        (OPENAI, {"max_tokens": 9}, {}),
        (OPENAI, {"max_completion_tokens": 99}, {"max_completion_tokens": 10}),
        (OPENAI, {"max_completion_tokens": 0}, {}),
        (OPENAI, {"n_predict": 9}, {"max_completion_tokens": 10}),
        ("max_tokens", {"max_tokens": 9}, {}),
        ("max_tokens", {"max_completion_tokens": 9}, {"max_tokens": 10}),
        ("max_tokens", {"max_completion_tokens": 99}, {"max_completion_tokens": 10, "max_tokens": 10}),
        ("max_tokens", {"max_tokens": 9, "n_predict": 99}, {"n_predict": 10}),
        ("max_tokens", {"max_tokens": 0}, {"max_tokens": 1}),
        ("max_tokens", {"max_tokens": None}, {"max_tokens": 10}),
    ],
)
def test_only_what_must_change_is_written(cap_field: str, sent: dict[str, Any], written: dict[str, int]):
    how = reading("chat", cap_field)
    assert how is not None
    fields = {name: Raw(json.dumps(value).encode()) for name, value in sent.items()}
    assert {name: int(value) for name, value in capped(fields, 10, how).items()} == written


@pytest.mark.parametrize(
    ("sent", "surely"),
    [
        ({"max_tokens": 9}, True),
        ({"max_tokens": 0}, False),
        ({"max_completion_tokens": 9}, False),
        ({"max_tokens": 9, "n_predict": 1}, False),
    ],
)
def test_every_server_reads_the_older_name_where_it_stands_alone(sent: dict[str, int], surely: bool):
    fields = {name: Raw(b"%d" % value) for name, value in sent.items()}
    assert is_surely_read(fields, max(sent.values())) is surely


def test_completions_have_one_name_that_is_surely_read():
    how = reading("completions", OPENAI)
    assert how is not None
    assert bounding({"max_completion_tokens": Raw(b"1")}, how) is None
    assert bounding({"max_completion_tokens": Raw(b"1"), "max_tokens": Raw(b"7")}, how) == 7
    assert capped({"max_completion_tokens": Raw(b"1")}, 10, how) == {"max_tokens": b"10"}


def test_other_apis_have_no_such_names():
    assert reading("embeddings", OPENAI) is None


@pytest.mark.parametrize(
    ("sent", "cap", "least"), [(None, None, None), (5, None, 5), (None, 7, 7), (5, 7, 5), (0, 7, 0)]
)
def test_the_lower_cap_counts_and_none_is_no_limit(sent: int | None, cap: int | None, least: int | None):
    assert lower(sent, cap) == lower(cap, sent) == least


@pytest.mark.parametrize(
    ("sent", "cap", "written"),
    [(1, None, 16), (1, 100, 16), (1, 4, 4), (50, 20, 20), (None, 4, 4), (None, None, None)],
)
def test_a_role_may_cap_below_what_openai_takes(sent: int | None, cap: int | None, written: int | None):
    assert translated("responses", sent, cap) == written
    assert translated("messages", sent, cap) == lower(sent, cap)
