"""The ASGI application: calls to the pipeline, health to Starlette, all else denied in its dialect."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.applications import Starlette

from gateway.audit.entry import Intent
from gateway.front import Front, open_call
from gateway.health import health_routes
from gateway.runtime import Runtime
from gateway.wire import Exchange
from tests.parts.asgi_client import AsgiClient
from tests.parts.calls import BEARER, KEY, chat_body, key_record, make_call, make_policy
from tests.parts.runtime import FakeAudit, FakeIncoming, FakeKeys, FakeUpstream, kinds, make_runtime


def opened() -> tuple[Front, Runtime]:
    front = Front(lambda: Starlette(routes=health_routes(front)))
    keys = FakeKeys({KEY: key_record()})
    runtime = make_runtime(make_policy(), FakeUpstream(FakeIncoming(b'{"choices":[]}')), keys=keys)
    front.open(runtime)
    return front, runtime


async def asked(
    front: Front, method: str, path: str, *headers: tuple[bytes, bytes], body: bytes = b""
) -> AsgiClient:
    client = AsgiClient(body, method=method, path=path, headers=headers)
    await front(client.scope, client.receive, client.send)
    return client


async def test_a_call_goes_through_the_pipeline_and_is_recorded():
    front, runtime = opened()
    client = await asked(front, "POST", "/v1/chat/completions", BEARER, body=chat_body())
    assert (client.status, client.headers["x-request-id"]) == (200, "call-1")
    assert isinstance(runtime.audit, FakeAudit)
    assert kinds(runtime.audit.entries) == ["Intent", "Outcome"]


@pytest.mark.parametrize(
    "path",
    ["/", "/v1", "/v1/chat/completions/", "/v1//chat/completions", "/v1/chat%2Fcompletions", "/metrics"],
)
async def test_an_unknown_path_is_a_404_and_no_call(path: str):
    front, runtime = opened()
    client = await asked(front, "POST", path, BEARER, body=chat_body())
    assert client.status == 404
    assert json.loads(client.body)["error"]["code"] == "unknown_path"
    assert isinstance(runtime.audit, FakeAudit)
    assert runtime.audit.entries == []


async def test_a_stranger_learns_of_an_unknown_path_in_anthropics_dialect_if_it_speaks_it():
    front, _ = opened()
    client = await asked(front, "GET", "/nowhere", (b"anthropic-version", b"2023-06-01"))
    assert json.loads(client.body)["type"] == "error"
    assert client.headers["request-id"] == client.headers["x-request-id"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
async def test_a_wrong_method_is_a_405_that_says_which(method: str):
    front, _ = opened()
    client = await asked(front, method, "/v1/chat/completions", BEARER)
    assert client.status == 405
    assert b"POST" in client.body


async def test_models_are_listed_and_are_no_call():
    front, runtime = opened()
    client = await asked(front, "GET", "/v1/models", BEARER)
    assert [model["id"] for model in json.loads(client.body)["data"]] == ["fast"]
    assert isinstance(runtime.audit, FakeAudit)
    assert runtime.audit.entries == []


async def test_before_it_is_opened_and_after_it_is_closed_only_health_answers():
    front, _ = opened()
    front.close()
    assert (await asked(front, "GET", "/livez")).status == 200
    assert (await asked(front, "GET", "/readyz")).status == 503
    assert (await asked(front, "POST", "/v1/chat/completions", BEARER, body=chat_body())).status == 404


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages", "/nowhere"])
async def test_a_connection_too_many_is_told_to_come_again_in_its_own_dialect(path: str):
    front, runtime = opened()
    client = AsgiClient(chat_body(), path=path, headers=(BEARER,))
    await front.turn_away(client.scope, client.receive, client.send)
    assert (client.status, client.receives) == (503, 0)
    assert (client.headers["retry-after"], client.headers["x-should-retry"]) == ("1", "true")
    told = json.loads(client.body)
    assert ("type" in told) == (path == "/v1/messages"), "Anthropic's shape"
    assert "too many connections" in told["error"]["message"]
    assert isinstance(runtime.audit, FakeAudit)
    assert runtime.audit.entries == []


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
async def test_health_answers_on_a_connection_too_many(path: str):
    front, _ = opened()
    client = AsgiClient(method="GET", path=path)
    await front.turn_away(client.scope, client.receive, client.send)
    assert client.status == 200


# ---------------------------------------------------------------- the admin side


async def side(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/admin/v1/keys", 299),
        ("/admin/", 299),
        ("/admin", 404),
        ("/%61dmin/v1/keys", 404),
        ("//admin/v1/keys", 404),
    ],
)
async def test_what_is_under_admin_goes_to_the_admin_side(path: str, status: int):
    front, _ = opened()
    front.administer(side, None)
    assert (await asked(front, "GET", path, BEARER)).status == status


async def test_with_a_port_of_its_own_it_is_not_on_the_port_of_calls():
    front, _ = opened()
    front.administer(None, side)
    assert (await asked(front, "GET", "/admin/v1/keys", BEARER)).status == 404


async def aside(front: Front, path: str) -> int | None:
    client = AsgiClient(method="GET", path=path, headers=(BEARER,))
    await front.aside(client.scope, client.receive, client.send)
    return client.status


async def test_its_own_port_takes_no_calls_and_answers_for_health():
    front, _ = opened()
    front.administer(None, side)
    assert [await aside(front, path) for path in ("/v1/models", "/livez", "/readyz")] == [299, 200, 200]


async def test_its_own_port_answers_for_health_only_before_it_is_opened_and_after_it_is_closed():
    front, _ = opened()
    assert [await aside(front, path) for path in ("/admin/v1/keys", "/livez")] == [404, 200]
    front.administer(None, side)
    front.close()
    assert [await aside(front, path) for path in ("/admin/v1/keys", "/readyz")] == [404, 503]


# ---------------------------------------------------------------- a call at the door


async def at_the_door(
    *headers: tuple[bytes, bytes], client: Any = ("198.51.100.7", 1), **changes: Any
) -> Any:
    asgi = AsgiClient(headers=headers)
    asgi.scope["client"] = client
    exchange = Exchange(asgi.scope, asgi.receive, asgi.send)
    call = make_call()
    return open_call(exchange, call.dialect, call.family, make_runtime(make_policy(), **changes))


async def test_a_call_keeps_the_policy_that_was_in_force_at_the_door():
    call = await at_the_door()
    assert (call.id, call.policy.revision, call.timing.started) == ("call-1", "rev-1", 100.0)


async def test_a_callers_own_request_id_is_kept_as_far_as_it_can_be_printed():
    call = await at_the_door((b"x-request-id", b"mine\x07\xe9" + b"x" * 1000))
    assert call.request_id == "mine" + "x" * 124
    assert (await at_the_door()).request_id is None


async def test_only_the_network_of_the_caller_is_kept():
    assert (await at_the_door()).network == "198.51.100.0/24"
    assert (await at_the_door(client=None)).network is None


async def test_a_forwarded_address_counts_from_a_trusted_proxy_only():
    forwarded = (b"x-forwarded-for", b"203.0.113.9")
    assert (await at_the_door(forwarded)).network == "198.51.100.0/24"
    trusted = frozenset({"198.51.100.7"})
    assert (await at_the_door(forwarded, trusted_proxies=trusted)).network == "203.0.113.0/24"


GENERATE = "/v1beta/models/fast:generateContent"
CONTENTS = b'{"contents":[]}'


async def test_a_key_in_the_query_of_a_gemini_path_is_a_credential_and_is_not_left_there():
    front, runtime = opened()
    client = await asked(front, "POST", f"{GENERATE}?key={KEY}", body=CONTENTS)
    assert client.scope["query_string"] == b""
    assert isinstance(runtime.audit, FakeAudit)
    intent = runtime.audit.entries[0]
    assert isinstance(intent, Intent) and intent.who.key == "key_1"


async def test_a_key_in_the_query_that_differs_from_the_headers_is_a_401_in_googles_way():
    front, _ = opened()
    client = await asked(front, "POST", f"{GENERATE}?key=gw-other", BEARER, body=CONTENTS)
    error = json.loads(client.body)["error"]
    assert (client.status, error["code"], error["status"]) == (401, 401, "UNAUTHENTICATED")
    assert KEY.encode() not in client.body


async def test_a_key_in_the_query_of_another_path_is_none():
    front, _ = opened()
    assert (await asked(front, "POST", f"/v1/chat/completions?key={KEY}", body=chat_body())).status == 401


async def test_models_are_listed_in_googles_way_for_a_key_in_the_query():
    front, _ = opened()
    client = await asked(front, "GET", f"/v1beta/models?key={KEY}&pageSize=50")
    assert [model["name"] for model in json.loads(client.body)["models"]] == ["models/fast"]
