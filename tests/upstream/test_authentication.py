"""How a provider is told who we are, and what of a caller it is told."""

from __future__ import annotations

import pytest

from gateway.upstream.authentication import provider_headers

CALLER = [
    (b"authorization", b"Bearer gw-callers"),
    (b"x-api-key", b"gw-callers"),
    (b"cookie", b"a=b"),
    (b"x-forwarded-for", b"203.0.113.9"),
    (b"openai-organization", b"org-callers"),
    (b"openai-beta", b"assistants=v2"),
    (b"anthropic-beta", b"tools-1"),
    (b"anthropic-beta", b"tools-2"),
    (b"user-agent", b"their-sdk/1.0"),
]


def headers(dialect: str, credential: str | None = "secret", caller=(), *, stream: bool = False):
    return provider_headers(dialect, credential, caller, stream=stream)


def test_openai_gets_a_bearer_token():
    assert ("authorization", "Bearer secret") in headers("openai")


def test_anthropic_gets_its_own_header_and_a_version():
    told = dict(headers("anthropic"))
    assert (told["x-api-key"], told["anthropic-version"]) == ("secret", "2023-06-01")
    assert "authorization" not in told


def test_a_callers_version_of_anthropics_api_passes_once():
    told = headers("anthropic", caller=[(b"anthropic-version", b"2024-10-01")])
    assert [value for name, value in told if name == "anthropic-version"] == ["2024-10-01"]


def test_gemini_gets_googles_header():
    told = dict(headers("gemini", caller=CALLER))
    assert told["x-goog-api-key"] == "secret"
    assert not {"authorization", "x-api-key", "anthropic-beta", "openai-beta"} & told.keys()


@pytest.mark.parametrize("dialect", ["openai", "anthropic", "gemini", "echo"])
def test_without_a_credential_none_is_sent(dialect: str):
    assert not {"authorization", "x-api-key", "x-goog-api-key"} & dict(headers(dialect, None)).keys()


@pytest.mark.parametrize(
    ("dialect", "passing"),
    [
        ("openai", [("openai-beta", "assistants=v2")]),
        ("anthropic", [("anthropic-beta", "tools-1"), ("anthropic-beta", "tools-2")]),
        ("echo", []),
    ],
)
def test_only_the_beta_headers_of_its_own_dialect_pass(dialect: str, passing: list[tuple[str, str]]):
    told = headers(dialect, caller=CALLER)
    assert [pair for pair in told if pair[0].endswith("-beta")] == passing
    said = " ".join(value for _, value in told)
    assert not any(word in said for word in ("gw-callers", "a=b", "203.0.113.9", "org-callers", "their-sdk"))


@pytest.mark.parametrize(("stream", "accepted"), [(True, "text/event-stream"), (False, "application/json")])
def test_a_provider_is_told_what_is_expected_of_it(stream: bool, accepted: str):
    assert dict(headers("openai", stream=stream))["accept"] == accepted
    assert dict(headers("openai"))["content-type"] == "application/json"
