"""The list of models: what a caller may not ask for is not there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.catalogue import serve_models, visible
from gateway.dialects.registry import Route, route
from gateway.policy.roles import Role, Team
from gateway.policy.snapshot import Model
from gateway.wire import Exchange
from tests.parts.asgi_client import AsgiClient
from tests.parts.calls import BEARER, KEY, TARGET, key_record, make_policy
from tests.parts.runtime import FakeKeys, make_runtime

MODELS = {
    "fast": Model("fast", (TARGET,)),
    "slow": Model("slow", (TARGET,)),
    "gpt-*": Model("gpt-*", (TARGET,)),
    "asleep": Model("asleep", (), off=("x/y",)),
}
ROLES = {
    "caller": Role("caller", models=("fast", "gpt-*", "asleep")),
    "other": Role("other", models=("slow",)),
}


async def asked(
    path: str, *headers: tuple[bytes, bytes], roles: tuple[str, ...] = ("caller",), **key: Any
) -> AsgiClient:
    client = AsgiClient(method="GET", path=path, headers=headers or (BEARER,))
    exchange = Exchange(client.scope, client.receive, client.send)
    found = route("GET", path, exchange.text)
    assert isinstance(found, Route)
    teams = {"t": Team("t", roles=frozenset({"other"}))}
    policy = make_policy(models=MODELS, roles=ROLES, teams=teams)
    keys = FakeKeys({KEY: key_record(roles=roles, **key)})
    await serve_models(found, exchange, make_runtime(policy, keys=keys))
    return client


def ids(client: AsgiClient) -> list[str]:
    return [model["id"] for model in json.loads(client.body)["data"]]


def test_names_that_a_role_allows_are_visible_sorted_and_a_glob_or_a_model_that_is_off_is_not():
    policy = make_policy(models=MODELS)
    assert visible(policy, tuple(ROLES.values())) == ["fast", "slow"]
    assert visible(policy, ()) == []


async def test_a_caller_sees_the_models_of_its_roles():
    client = await asked("/v1/models")
    assert (client.status, ids(client)) == (200, ["fast"])
    assert client.headers["x-request-id"] == "call-1"
    assert ids(await asked("/v1/models", roles=("caller", "other"))) == ["fast", "slow"]


async def test_a_team_is_a_ceiling_here_too():
    assert ids(await asked("/v1/models", roles=("caller", "other"), team="t")) == ["slow"]


@pytest.mark.parametrize(
    ("name", "status"), [("fast", 200), ("gpt-9", 200), ("slow", 404), ("nothing", 404), ("gpt-*", 404)]
)
async def test_one_model_is_there_or_it_is_not(name: str, status: int):
    """A model that exists and is forbidden looks as one that does not."""
    client = await asked(f"/v1/models/{name}")
    assert client.status == status
    said = json.loads(client.body)
    assert said["id"] == name if status == 200 else said["error"]["code"] == "model_not_found"


async def test_a_stranger_sees_nothing():
    client = await asked("/v1/models", (b"x-api-key", b"gw-unknown"))
    assert (client.status, json.loads(client.body)["error"]["type"]) == (401, "authentication_error")


async def test_anthropics_clients_get_their_own_shape():
    client = await asked("/v1/models", BEARER, (b"anthropic-version", b"2023-06-01"))
    assert json.loads(client.body)["first_id"] == "fast"
    assert client.headers["request-id"] == "call-1"
