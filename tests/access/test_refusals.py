"""What people are told who may not: in each SDK its own exception, with the role, what is missing, and when it will
not be. And residency, through a team's parent, for whatever would leave something at a provider."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import anthropic
import httpx
import openai
import pytest
from google import genai
from google.genai import errors

from gateway.credentials import declared_hash, mint
from gateway.policy.models.hours import DAYS
from tests.parts.gateway_process import GatewayProcess

KEYS = {name: mint(bytes([number] * 32)) for number, name in enumerate(["late", "bound", "lead"], 11)}
ASK: Any = [{"role": "user", "content": "hello"}]


def policy() -> dict[str, Any]:
    def key(name: str, **facts: Any) -> dict[str, Any]:
        return {"hash": declared_hash(KEYS[name]), "expires": "never", **facts}

    return {
        "gateway": 1,
        "providers": {
            "near": {"dialect": "echo", "region": "eu"},
            "far": {"dialect": "openai", "base_url": "http://127.0.0.1:9/v1", "region": "us", "price": "free"}
            | {"apis": ["chat", "responses", "embeddings", "files", "batches"]},
            "claude": {"dialect": "anthropic", "base_url": "http://127.0.0.1:9", "region": "us"}
            | {"price": "free", "apis": ["messages", "batches", "files"]},
        },
        "models": {
            "fast": {"targets": [{"to": "near/echo"}]},
            "away": {"targets": [{"to": "far/x"}], "fallbacks": ["claude"]},
            "claude": {"targets": [{"to": "claude/x"}]},
        },
        "roles": {
            "never": {"models": ["fast"], "hours": {"days": DAYS[(datetime.now(UTC).weekday() - 3) % 7]}},
            "user": {"models": ["*"]},
            "lead": {"models": [], "extends": ["user"]},
        },
        "teams": {"europe": {"regions": ["eu"], "roles": ["user"]}, "legal": {"parent": "europe"}},
        "keys": {
            "late": key("late", roles=["never"]),
            "bound": key("bound", roles=["user"], team="legal"),
            "lead": key("lead", roles=["lead"], team="legal"),
        },
    }


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    with GatewayProcess(tmp_path_factory.mktemp("refusals"), policy()).running() as running:
        yield running


CLOSED = (
    r"the role 'never' does not hold now; it does again on [A-Z][a-z]+day \d{4}-\d\d-\d\d at 00:00 \(UTC\)"
)


def test_openais_sdk_raises_its_own_exception(gateway: GatewayProcess):
    with openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=KEYS["late"], max_retries=0) as client:
        with pytest.raises(openai.PermissionDeniedError, match=CLOSED) as caught:
            client.chat.completions.create(model="fast", messages=ASK)
        assert caught.value.code == "hours_forbidden"
        assert [model.id for model in client.models.list()] == []


def test_anthropics_sdk_raises_its_own_exception(gateway: GatewayProcess):
    with anthropic.Anthropic(base_url=gateway.url, api_key=KEYS["late"], max_retries=0) as client:
        with pytest.raises(anthropic.PermissionDeniedError, match=CLOSED):
            client.messages.create(model="fast", messages=ASK, max_tokens=9)
        assert [model.id for model in client.models.list()] == []


def test_googles_sdk_raises_its_own_exception(gateway: GatewayProcess):
    options = genai.types.HttpOptions(base_url=gateway.url)
    with genai.Client(api_key=KEYS["late"], http_options=options) as client:
        with pytest.raises(errors.ClientError, match=CLOSED) as caught:
            client.models.generate_content(model="fast", contents="hello")
        assert (caught.value.code, caught.value.status) == (403, "PERMISSION_DENIED")
        assert [model.name for model in client.models.list()] == []


Sent = Callable[[httpx.Client], httpx.Response]
LINE = b'{"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": {"model": "away", "messages": []}}\n'

LEAVING: dict[str, Sent] = {
    "a call": lambda client: client.post("/v1/chat/completions", json={"model": "away", "messages": ASK}),
    "a translated call": lambda client: client.post(
        "/v1/messages", json={"model": "away", "messages": ASK, "max_tokens": 9}
    ),
    "an embedding": lambda client: client.post("/v1/embeddings", json={"model": "away", "input": "x"}),
    "an upload": lambda client: client.post(
        "/v1/files", data={"purpose": "user_data"}, files={"file": ("a.txt", b"secret")}
    ),
    "a file of a batch": lambda client: client.post(
        "/v1/files", data={"purpose": "batch"}, files={"file": ("a.jsonl", LINE)}
    ),
    "an upload for whom the caller says": lambda client: client.post(
        "/v1/files",
        data={"purpose": "user_data"},
        files={"file": ("a.txt", b"secret")},
        headers={"x-gateway-provider": "far"},
    ),
    "a message batch": lambda client: client.post(
        "/v1/messages/batches",
        json={
            "requests": [{"custom_id": "1", "params": {"model": "claude", "messages": ASK, "max_tokens": 9}}]
        },
    ),
}


@pytest.mark.parametrize("name", LEAVING)
def test_what_would_leave_the_regions_of_a_teams_parent_is_refused(name: str, gateway: GatewayProcess):
    with httpx.Client(base_url=gateway.url, headers={"x-api-key": KEYS["bound"]}) as client:
        answer = LEAVING[name](client)
    assert (answer.status_code, "regions" in answer.text or "far" in answer.text) in [
        (403, True),
        (400, True),
    ]


def test_what_stays_in_the_regions_is_served_through_a_role_that_extends_another(gateway: GatewayProcess):
    headers = {"authorization": f"Bearer {KEYS['lead']}", "x-request-id": "stays"}
    answer = httpx.post(
        f"{gateway.url}/v1/chat/completions", json={"model": "fast", "messages": ASK}, headers=headers
    )
    assert answer.status_code == 200
    record = gateway.record_of("stays")
    assert (record["who"]["roles"], record["served"]["region"]) == (["lead"], "eu")
    reasons = [(one["rule"], one["reason"]) for one in record["decisions"] if one["stage"] == "authorize"]
    assert reasons == [("user", "held through another role")]
