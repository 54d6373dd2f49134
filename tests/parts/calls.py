"""Policies, callers and calls for tests of single stages: all facts in the open, none surprising."""

from __future__ import annotations

import json
from typing import Any

from msgspec.structs import replace

from gateway.call import Call, Caller, Candidate, Grant, Plan, Timing
from gateway.credentials import mint
from gateway.dialects.openai_chat import DIALECT
from gateway.dialects.openai_family import OPENAI
from gateway.dialects.registry import Route, route
from gateway.dialects.speech import Speech
from gateway.form import Form
from gateway.policy.roles import Role, Team
from gateway.policy.snapshot import Model, Policy, Provider, Target
from gateway.stores.key_records import KeyRecord
from tests.parts.runtime import NOON_MS, RATES

KEY = mint(bytes(range(32)))
BEARER = (b"authorization", f"Bearer {KEY}".encode())

PROVIDER = Provider("acme", "openai", "https://acme.test/v1", region="eu")
CLAUDE = Provider("claude", "anthropic", "https://claude.test", region="us")
TARGET = Target("acme/small", PROVIDER, "small")
ROLE = Role("caller", models=("*",))
CHAT = Speech(DIALECT, OPENAI)


def key_record(**changes: Any) -> KeyRecord:
    facts: dict[str, Any] = {
        "id": "key_1",
        "name": "test",
        "hash": b"h",
        "hint": KEY[-4:],
        "roles": ("caller",),
        "team": None,
        "user": None,
        "use_case": None,
        "created_at": 0,
    }
    return KeyRecord(**(facts | changes))


def make_policy(**changes: Any) -> Policy:
    """One model `fast` on one target, and a role that may ask for everything."""
    facts: dict[str, Any] = {
        "models": {"fast": Model("fast", (TARGET,))},
        "roles": {"caller": ROLE},
        "teams": {"home": Team("home"), "bound": Team("bound", regions=frozenset({"eu"}))},
    }
    return Policy("rev-1", **(facts | changes))


def chat_body(**changes: Any) -> bytes:
    facts = {"model": "fast", "messages": [{"role": "user", "content": "Say something."}]}
    return json.dumps(facts | changes).encode()


def make_call(
    policy: Policy | None = None,
    *,
    path: str = "/v1/chat/completions",
    method: str = "POST",
    body: bytes | None = None,
    headers: tuple[tuple[bytes, bytes], ...] = (BEARER,),
) -> Call:
    """A call at the door."""
    found = route(method, path.partition("?")[0], lambda _: None, path.partition("?")[2].encode())
    assert isinstance(found, Route) and found.dialect is not None
    return Call(
        id="call-1",
        request_id=None,
        at_ms=NOON_MS,
        timing=Timing(started=100.0),
        dialect=found.dialect,
        family=found.family,
        policy=policy or make_policy(),
        network=None,
        headers=list(headers),
        named=dict(headers),
        body=chat_body() if body is None else body,
    )


def planned_call(
    *candidates: Candidate,
    body: bytes | None = None,
    path: str = "/v1/chat/completions",
    method: str = "POST",
    form: Form | None = None,
) -> Call:
    """A call that has passed every stage before *reserve*. `form` stands for a body."""
    call = make_call(body=b"" if form is not None else body, path=path, method=method)
    call.form = form
    if form is None:
        call.asked = call.dialect.parse(call.body)
    elif call.dialect.parse_form is not None:
        call.asked = call.dialect.parse_form(form, None)
    call.caller = Caller("key", "key_1", None, None, ("caller",), None)
    call.grant = Grant(ROLE, call.policy.models["fast"], None)
    call.plan = Plan(tuple(in_its_own_words(call, one) for one in candidates or (candidate(),)))
    return call


def in_its_own_words(call: Call, one: Candidate) -> Candidate:
    """The candidate as it is spoken to in the caller's own API."""
    return replace(one, speech=Speech(call.dialect, call.family))


def candidate(name: str = "acme/small", *, retries: int = 0, **provider: Any) -> Candidate:
    facts: dict[str, Any] = {"dialect": "openai", "base_url": "https://acme.test/v1", "region": "eu"}
    owner, _, model = name.partition("/")
    target = Target(name, Provider(owner, **(facts | provider)), model)
    return Candidate(target, "fast", RATES, retries, CHAT)
