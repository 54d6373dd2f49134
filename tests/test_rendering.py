"""What is written into a request before it goes to a provider, and that no body is larger than was said."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest

from gateway.call import Candidate, Grant
from gateway.dialects.speech import Speeches
from gateway.policy.roles import Role
from gateway.policy.snapshot import Model, Provider, Target
from gateway.rendering import changes_for, most_bytes
from tests.parts.calls import make_call

HELLO = [{"role": "user", "content": "hi"}]
ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "chat": ("/v1/chat/completions", {"model": "m", "messages": HELLO}),
    "completions": ("/v1/completions", {"model": "m", "prompt": "hi"}),
    "responses": ("/v1/responses", {"model": "m", "input": "hi"}),
    "embeddings": ("/v1/embeddings", {"model": "m", "input": "hi"}),
    "messages": ("/v1/messages", {"model": "m", "messages": HELLO, "max_tokens": 10**6}),
    "gemini": (
        "/v1beta/models/m:generateContent",
        {"model": "models/m", "contents": [{"parts": [{"text": "hi"}]}]},
    ),
}
CAPS = ("max_tokens", "max_completion_tokens", "n_predict")
SERVERS = (
    ("openai", "https://api.openai.com/v1"),
    ("openai", "http://llama.internal:8080/v1"),
    ("openai", "https://api.mistral.ai/v1"),
    ("anthropic", "https://api.anthropic.com"),
    ("gemini", "https://generativelanguage.googleapis.com"),
)


def candidates(name: str, more: dict[str, Any]) -> list[tuple[Any, Candidate]]:
    path, body = ASKED[name]
    call = make_call(path=path, body=json.dumps(body | more, separators=(",", ":")).encode())
    asked = call.dialect.parse(call.body)
    speeches = Speeches(call.dialect, call.family, asked)
    found = []
    for dialect, address in SERVERS:
        if name in ("completions", "embeddings") and dialect != "openai":
            continue
        speech = speeches.to(dialect)
        assert speech is not None
        provider = Provider("p", dialect, address)
        found.append((asked, Candidate(Target("p/x", provider, "x" * 200), "m", None, 0, speech)))
    return found


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("may_store", [True, False])
@pytest.mark.parametrize("cap", [None, 2**53])
def test_no_body_is_larger_than_was_said(name: str, may_store: bool, cap: int | None):
    role = Role("r", allow=frozenset({"store"} if may_store else ()))
    grant = Grant(role, Model("m", ()), cap)
    most = 2**53 if name in ("chat", "completions") else None
    streams = (False, True) if name in ("chat", "responses", "messages") else (False,)
    for count, stream in product(range(len(CAPS) + 1 if most else 1), streams):
        more: dict[str, Any] = {**dict.fromkeys(CAPS[:count], most), **({"stream": True} if stream else {})}
        for asked, one in candidates(name, more):
            changes = changes_for(one, grant)
            told = one.speech.translation
            body = one.speech.dialect.render(asked, changes) if told is None else told.render(changes)
            assert isinstance(body, bytes)
            assert len(body) <= most_bytes(one, asked, grant)


def test_what_is_written_is_of_the_target_and_the_role():
    [_, (_, llama), *_] = candidates("chat", {})
    changes = changes_for(llama, Grant(Role("r"), Model("m", ()), 7))
    assert (changes.model, changes.max_output_tokens, changes.may_store) == ("x" * 200, 7, False)
