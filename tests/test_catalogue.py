"""The list of models: what a caller may not ask for is not there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.catalogue import serve_models, visible
from gateway.dialects.registry import Route, route
from gateway.policy.hours import Hours
from gateway.policy.models.hours import HoursEntry
from gateway.policy.roles import Role, Team
from gateway.policy.snapshot import Model, Provider, Target
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


OFFICE = Hours.of([HoursEntry.model_validate({"days": "mon-fri", "from": "09:00"})])
"""NOON_MS is a Friday, 2027-01-15, at 08:00 UTC."""

AWAY = Provider("away", "openai", "https://away.test/v1", region="us")
MODELS |= {
    "here": Model("here", (TARGET,)),
    "there": Model("there", (Target("away/x", AWAY, "x"),)),
    "both": Model("both", (Target("away/x", AWAY, "x"),), fallbacks=("here",)),
    "barred": Model("barred", (Target("away/x", AWAY, "x"),), fallbacks=("fast",)),
}
ROLES |= {
    "closed": Role("closed", models=("*",), hours=OFFICE),
    "inside": Role("inside", models=("slow",), networks=("10.0.0.0/8",)),
    "senior": Role("senior", inherited=(ROLES["other"],)),
    "spread": Role("spread", models=("here", "there", "both", "barred")),
}


async def asked(
    path: str,
    *headers: tuple[bytes, bytes],
    roles: tuple[str, ...] = ("caller",),
    address: str = "8.8.8.8",
    **key: Any,
) -> AsgiClient:
    client = AsgiClient(method="GET", path=path, headers=headers or (BEARER,))
    client.scope["client"] = (address, 4711)
    exchange = Exchange(client.scope, client.receive, client.send)
    found = route("GET", path, exchange.text)
    assert isinstance(found, Route)
    teams = {"t": Team("t", roles=frozenset({"other"})), "eu": Team("eu", regions=frozenset({"eu"}))}
    policy = make_policy(models=MODELS, roles=ROLES, teams=teams)
    keys = FakeKeys({KEY: key_record(roles=roles, **key)})
    await serve_models(found, exchange, make_runtime(policy, keys=keys))
    return client


def ids(client: AsgiClient) -> list[str]:
    return [model["id"] for model in json.loads(client.body)["data"]]


def test_names_that_a_role_allows_are_visible_sorted_and_a_glob_or_a_model_that_is_off_is_not():
    policy = make_policy(models=MODELS)
    assert visible(policy, (ROLES["caller"], ROLES["other"])) == ["fast", "slow"]
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


ANTHROPIC = (b"anthropic-version", b"2023-06-01")


async def test_a_role_shows_what_those_that_it_extends_show():
    assert ids(await asked("/v1/models", roles=("senior",))) == ["slow"]


async def test_a_role_that_does_not_hold_now_shows_nothing():
    assert ids(await asked("/v1/models", roles=("closed", "other"))) == ["slow"]
    assert (await asked("/v1/models/fast", roles=("closed",))).status == 404


@pytest.mark.parametrize(("address", "seen"), [("10.0.0.1", ["slow"]), ("8.8.8.8", [])])
async def test_a_role_that_does_not_hold_here_shows_nothing(address: str, seen: list[str]):
    assert ids(await asked("/v1/models", roles=("inside",), address=address)) == seen
    client = await asked("/v1/models", ANTHROPIC, BEARER, roles=("inside",), address=address)
    assert ids(client) == seen
    gemini = await asked("/v1beta/models", roles=("inside",), address=address)
    assert [model["name"] for model in json.loads(gemini.body)["models"]] == [
        f"models/{name}" for name in seen
    ]


async def test_what_leads_nowhere_that_the_team_may_go_is_not_there():
    """Of a fallback, only where the role allows it."""
    assert ids(await asked("/v1/models", roles=("spread",))) == ["barred", "both", "here", "there"]
    assert ids(await asked("/v1/models", roles=("spread",), team="eu")) == ["both", "here"]
    assert (await asked("/v1/models/there", roles=("spread",), team="eu")).status == 404


async def test_a_stranger_sees_nothing():
    client = await asked("/v1/models", (b"x-api-key", b"gw-unknown"))
    assert (client.status, json.loads(client.body)["error"]["type"]) == (401, "authentication_error")


async def test_anthropics_clients_get_their_own_shape():
    client = await asked("/v1/models", BEARER, (b"anthropic-version", b"2023-06-01"))
    assert json.loads(client.body)["first_id"] == "fast"
    assert client.headers["request-id"] == "call-1"
