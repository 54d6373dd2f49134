"""Attempts to be somebody else, to ask for another purpose, or to go elsewhere, by what a request says of itself.

Each goes to a running gateway. What it must leave as it is are the facts that team, budgets, limits, privacy and
residency are judged by: who calls, for which use case, where it goes. The record shows them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from gateway.credentials import declared_hash, mint
from tests.parts.gateway_process import GatewayProcess

KEYS = {
    name: mint(bytes([number] * 32)) for number, name in enumerate(["plain", "fixed", "inside", "rich"], 1)
}
CHAT = {"model": "fast", "messages": [{"role": "user", "content": "hello"}]}


def policy() -> dict[str, Any]:
    def key(name: str, **facts: Any) -> dict[str, Any]:
        return {"hash": declared_hash(KEYS[name]), "expires": "never", **facts}

    return {
        "gateway": 1,
        "providers": {
            "near": {"dialect": "echo", "region": "eu"},
            "far": {"dialect": "echo", "region": "us"},
        },
        "models": {
            "fast": {"targets": [{"to": "near/echo"}], "fallbacks": ["dear"]},
            "dear": {"targets": [{"to": "far/echo"}]},
        },
        "use_cases": {"faq": {}, "legal": {}},
        "roles": {
            "user": {"models": ["fast"], "use_cases": ["faq"], "tags": ["project=*"]},
            "inside": {"models": ["fast"], "networks": ["10.0.0.0/8"]},
            "admin": {"models": ["*"], "use_cases": ["*"], "allow": ["store", "service_tier"]},
        },
        "teams": {"poor": {"roles": ["user", "inside"], "regions": ["eu"]}, "rich": {}},
        "keys": {
            "plain": key("plain", roles=["user"], team="poor", user="anna"),
            "fixed": key("fixed", roles=["user"], team="poor", use_case="legal"),
            "inside": key("inside", roles=["inside"], team="poor"),
            "rich": key("rich", roles=["admin"], team="rich", user="root"),
        },
    }


@dataclass(frozen=True)
class Attempt:
    """`becomes` is the status, and the refusal's code or the use case that is recorded."""

    name: str
    headers: tuple[tuple[str, str], ...] = ()
    body: dict[str, Any] = field(default_factory=dict)
    query: str = ""
    key: str = "plain"
    becomes: tuple[int, str | None] = (200, None)


def header(name: str, value: str, **facts: Any) -> Attempt:
    return Attempt(f"{name}: {value}", ((name, value),), **facts)


def body(name: str, value: Any, **facts: Any) -> Attempt:
    return Attempt(f"{name} = {value}", body={name: value}, **facts)


USE_CASE = "x-gateway-use-case"
FORBIDDEN = (403, "use_case_forbidden")

NAMED = [
    # Facts that only the credential proves, by names that somebody might think of
    header("x-gateway-team", "rich"),
    header("x-gateway-user", "root"),
    header("x-gateway-role", "admin"),
    header("x-gateway-roles", "admin,user"),
    header("x-gateway-key", "policy:rich"),
    header("x-gateway-tenant", "team:rich"),
    header("x-gateway-budget", "none"),
    header("x-gateway-cost-centre", "4711"),
    header("x-gateway-privacy", "off"),
    header("x-gateway-privacy-profile", "secrets-only"),
    header("x-gateway-guardrails", "off"),
    header("x-gateway-audit", "none"),
    header("x-gateway-region", "us"),
    header("x-gateway-provider", "far"),
    header("x-gateway-target", "far/echo"),
    header("x-gateway-model", "dear"),
    header("x-gateway-arm", "haiku"),
    header("x-gateway-policy", "another"),
    header("x-gateway-cache", "off"),
    header("x-team", "rich"),
    header("x-user-id", "root"),
    header("openai-organization", "org-rich"),
    header("openai-project", "proj-rich"),
    header("anthropic-organization-id", "rich"),
    header("x-goog-user-project", "rich"),
    header("x-forwarded-user", "root"),
    header("x-forwarded-groups", "admin"),
    header("x-auth-request-groups", "admin"),
    header("remote-user", "root"),
    header("cookie", "team=rich; role=admin"),
    # Other gateways' switches
    header("x-litellm-api-key", "sk-1234"),
    header("x-litellm-team-id", "rich"),
    header("x-litellm-enable-message-redaction", "false"),
    header("x-litellm-num-retries", "9"),
    header("x-litellm-spend-logs-metadata", '{"team": "rich"}'),
    header("x-litellm-tags", "team=rich,role=admin,use_case=legal"),
    header("x-portkey-provider", "far"),
    header("x-portkey-config", '{"provider": "far"}'),
    header("x-portkey-virtual-key", "far"),
    header("x-portkey-custom-host", "http://evil.test"),
    header("x-portkey-debug", "false"),
    header("x-portkey-metadata", '{"team": "rich", "use_case": "legal", "role": "admin"}'),
    header("helicone-auth", "Bearer sk-1"),
    header("helicone-target-url", "http://evil.test"),
    header("helicone-fallbacks", '[{"target-url": "http://evil.test"}]'),
    header("helicone-omit-request", "true"),
    header("helicone-llm-security-enabled", "false"),
    header("helicone-ratelimit-policy", "999999;w=1"),
    header("helicone-property-team", "rich"),
    header("helicone-property-use_case", "legal"),
    # Tags are recorded, and are nothing else
    header("x-gateway-tags", "team=rich,user=root,role=admin,use_case=legal,region=us"),
    body("metadata", {"team": "rich", "role": "admin", "region": "us", "privacy": "off"}),
    # Members of the body
    body("team", "rich"),
    body("roles", ["admin"]),
    body("use_case", "legal"),
    body("litellm_metadata", {"use_case": "legal", "team": "rich"}),
    body("user_api_key_team_id", "rich"),
    body("extra_body", {"metadata": {"use_case": "legal"}}),
    body("extra_headers", {USE_CASE: "legal"}),
    # The query
    Attempt("?team", query="?team=rich&role=admin"),
    Attempt("?use_case", query=f"?use_case=legal&{USE_CASE}=legal"),
    Attempt("?key", query=f"?key={KEYS['rich']}"),
]

USE_CASES = [
    header(USE_CASE, "faq", becomes=(200, "faq")),
    header(USE_CASE, "legal", becomes=FORBIDDEN),
    header(USE_CASE, "FAQ", becomes=FORBIDDEN),
    header(USE_CASE, "*", becomes=FORBIDDEN),
    header(USE_CASE, "faq*", becomes=FORBIDDEN),
    header(USE_CASE, "faq,legal", becomes=FORBIDDEN),
    header(USE_CASE, "faq%00", becomes=FORBIDDEN),
    header(USE_CASE, "", becomes=FORBIDDEN),
    header(USE_CASE, "f" * 300, becomes=FORBIDDEN),
    Attempt("faq, then legal", ((USE_CASE, "faq"), (USE_CASE, "legal")), becomes=FORBIDDEN),
    Attempt("legal, then faq", ((USE_CASE, "legal"), (USE_CASE, "faq")), becomes=(200, "faq")),
    Attempt("in capitals", ((USE_CASE.upper(), "legal"),), becomes=FORBIDDEN),
    body("metadata", {"use_case": "faq"}, becomes=(200, "faq")),
    body("metadata", {"use_case": "legal"}, becomes=FORBIDDEN),
    Attempt(
        "one in the header, another in metadata",
        ((USE_CASE, "faq"),),
        {"metadata": {"use_case": "legal"}},
        becomes=(400, "ambiguous_use_case"),
    ),
    Attempt("a fixed one", key="fixed", becomes=(200, "legal")),
    header(USE_CASE, "legal", key="fixed", becomes=(200, "legal")),
    header(USE_CASE, "faq", key="fixed", becomes=FORBIDDEN),
    body("metadata", {"use_case": "faq"}, key="fixed", becomes=FORBIDDEN),
]

ELSEWHERE = [
    body("model", "dear", becomes=(403, "model_forbidden")),
    body("model", "far/echo", becomes=(404, "model_not_found")),
    body("model", "near/echo", becomes=(404, "model_not_found")),
    body("store", True, becomes=(403, "option_forbidden")),
    body("service_tier", "priority", becomes=(403, "option_forbidden")),
    header("x-forwarded-for", "10.0.0.1", key="inside", becomes=(403, "network_forbidden")),
    header("forwarded", "for=10.0.0.1", key="inside", becomes=(403, "network_forbidden")),
    header("x-real-ip", "10.0.0.1", key="inside", becomes=(403, "network_forbidden")),
    header("x-client-ip", "10.0.0.1", key="inside", becomes=(403, "network_forbidden")),
    header("cf-connecting-ip", "10.0.0.1", key="inside", becomes=(403, "network_forbidden")),
    Attempt(
        "forwarded twice",
        (("x-forwarded-for", "10.0.0.1"), ("x-forwarded-for", "10.0.0.2")),
        key="inside",
        becomes=(403, "network_forbidden"),
    ),
]

STRANGERS = [
    header("x-api-key", KEYS["rich"], becomes=(401, "invalid_api_key")),
    header("api-key", KEYS["rich"], becomes=(401, "invalid_api_key")),
    header("x-goog-api-key", KEYS["rich"], becomes=(401, "invalid_api_key")),
    header("authorization", f"Bearer {KEYS['rich']}", becomes=(401, "invalid_api_key")),
]

ATTEMPTS = [*NAMED, *USE_CASES, *ELSEWHERE, *STRANGERS]


@dataclass(frozen=True)
class Seen:
    """The answer, and the record of the call."""

    status: int
    code: str | None
    record: dict[str, Any]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Seen]]:
    """What became of each attempt, in their order."""
    gateway = GatewayProcess(tmp_path_factory.mktemp("escapes"), policy())
    with gateway.running():
        with httpx.Client(base_url=gateway.url, timeout=20) as client:
            answers = [_sent(client, number, attempt) for number, attempt in enumerate(ATTEMPTS)]
        records = gateway.records_of([f"attempt-{number}" for number in range(len(ATTEMPTS))])
    codes = [None if each.is_success else each.json()["error"]["code"] for each in answers]
    yield [
        Seen(answer.status_code, code, record)
        for answer, code, record in zip(answers, codes, records, strict=True)
    ]


def _sent(client: httpx.Client, number: int, attempt: Attempt) -> httpx.Response:
    own = [("authorization", f"Bearer {KEYS[attempt.key]}"), ("x-request-id", f"attempt-{number}")]
    path = f"/v1/chat/completions{attempt.query}"
    return client.post(path, json=CHAT | attempt.body, headers=[*own, *attempt.headers])


@pytest.mark.parametrize("number", range(len(ATTEMPTS)), ids=[attempt.name[:60] for attempt in ATTEMPTS])
def test_an_attempt_comes_to_nothing(number: int, seen: list[Seen]):
    attempt, found = ATTEMPTS[number], seen[number]
    status, what = attempt.becomes
    assert (found.status, found.code) == (status, None if status == 200 else what)
    if attempt in STRANGERS:
        assert found.record["who"]["team"] is None
        return
    who = found.record["who"]
    assert (who["key"], who["team"]) == (f"policy:{attempt.key}", "poor")
    assert who["roles"] == ["inside" if attempt.key == "inside" else "user"]
    assert found.record["purpose"]["use_case"] == _recorded(attempt)
    assert found.record["served"]["region"] == ("eu" if status == 200 else None)
    assert who["user"] == _user(attempt, seen)


def _recorded(attempt: Attempt) -> str | None:
    """A use case that is refused is not the call's; the key's own is, whatever is claimed."""
    status, what = attempt.becomes
    return what if status == 200 else "legal" if attempt.key == "fixed" else None


def _user(attempt: Attempt, seen: list[Seen]) -> str | None:
    """The pseudonym of the key's user: the one of the first attempt."""
    first = seen[0].record["who"]["user"]
    assert isinstance(first, str)
    return first if attempt.key == "plain" else None


def test_what_is_claimed_as_tags_is_recorded(seen: list[Seen]):
    numbers = [number for number, attempt in enumerate(ATTEMPTS) if attempt.name.startswith("x-gateway-tags")]
    (tags,) = (seen[number].record["purpose"]["tags"] for number in numbers)
    assert tags == {"team": "rich", "user": "root", "role": "admin", "use_case": "legal", "region": "us"}
