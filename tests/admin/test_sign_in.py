"""Who administers: the credentials of calls, and GATEWAY_ADMIN_KEY."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.admin.actor import Actor
from gateway.admin.failed_sign_ins import MOST_AT_ONCE
from gateway.admin.sign_in import SignIn
from gateway.errors import Kind, Refused
from gateway.identity.person import Person
from gateway.wire import Exchange
from tests.parts.asgi_client import AsgiClient
from tests.parts.calls import KEY, key_record, make_policy
from tests.parts.runtime import FakeClock, FakeIdentities, FakeKeys, make_runtime

ADMIN_KEY = "an-admin-key-for-tests-0123456789"
TOKEN = "a.b.c"
PEER = ("198.51.100.7", 1)
PERSON = Person("corporate", "anna", "support", ("lead",), 2_000_000_000_000)


def sign_in(admin_key: str | None = ADMIN_KEY, trusted: str = "", **record: Any) -> SignIn:
    runtime = make_runtime(
        make_policy(),
        keys=FakeKeys({KEY: key_record(**record)}),
        identities=FakeIdentities({TOKEN: PERSON}),
        trusted_proxies=frozenset({trusted}),
        clock=FakeClock(),
    )
    return SignIn(runtime, admin_key)


def exchange(*headers: tuple[bytes, bytes], peer: object = PEER) -> Exchange:
    asgi = AsgiClient(method="GET", path="/admin/v1/keys", headers=headers)
    asgi.scope["client"] = peer
    return Exchange(asgi.scope, asgi.receive, asgi.send)


def bearer(text: str) -> tuple[bytes, bytes]:
    return b"authorization", f"Bearer {text}".encode()


async def test_the_admin_key_may_all():
    actor = await sign_in().actor(exchange(bearer(ADMIN_KEY)))
    assert actor == Actor("admin_key", network="198.51.100.0/24", address="198.51.100.7")
    assert actor.may_all


@pytest.mark.parametrize("header", [b"x-api-key", b"api-key"])
async def test_it_comes_in_any_header_that_a_key_may_come_in(header: bytes):
    assert (await sign_in().actor(exchange((header, ADMIN_KEY.encode())))).proof == "admin_key"


@pytest.mark.parametrize("sent", [ADMIN_KEY[:-1], ADMIN_KEY + "x", ADMIN_KEY.upper(), "", "é"])
async def test_nearly_the_admin_key_is_nobodys(sent: str):
    with pytest.raises(Refused) as refused:
        await sign_in().actor(exchange(bearer(sent)))
    assert refused.value.problem.kind is Kind.UNAUTHENTICATED


async def test_without_an_admin_key_none_is_one():
    with pytest.raises(Refused):
        await sign_in(None).actor(exchange(bearer(ADMIN_KEY)))


async def test_a_key_is_an_actor_with_what_its_record_says():
    found = await sign_in(team="support", user="anna", roles=("lead",), networks=("198.51.100.0/24",)).actor(
        exchange(bearer(KEY))
    )
    assert found == Actor(
        "key",
        user="anna",
        key="key_1",
        team="support",
        roles=("lead",),
        network="198.51.100.0/24",
        address="198.51.100.7",
        key_networks=("198.51.100.0/24",),
    )
    assert not found.may_all


async def test_a_token_is_an_actor_with_what_it_claims():
    found = await sign_in().actor(exchange(bearer(TOKEN)))
    assert (found.proof, found.key, found.user, found.team, found.roles) == (
        "jwt",
        "corporate",
        "anna",
        "support",
        ("lead",),
    )


async def test_a_key_that_may_not_be_used_from_there_is_not():
    with pytest.raises(Refused) as refused:
        await sign_in(networks=("10.0.0.0/8",)).actor(exchange(bearer(KEY)))
    assert refused.value.problem.kind is Kind.FORBIDDEN


async def test_the_address_is_what_a_trusted_proxy_says():
    asked = exchange(bearer(KEY), (b"x-forwarded-for", b"10.0.0.7"))
    assert (await sign_in(trusted="198.51.100.7").actor(asked)).address == "10.0.0.7"
    assert (await sign_in().actor(asked)).address == "198.51.100.7"


async def fail(door: SignIn, peer: object = PEER) -> Kind:
    with pytest.raises(Refused) as refused:
        await door.actor(exchange(bearer("gw-wrong"), peer=peer))
    return refused.value.problem.kind


async def test_after_too_many_failures_not_even_the_right_key_is_looked_at():
    door = sign_in()
    for _ in range(MOST_AT_ONCE):
        assert await fail(door) is Kind.UNAUTHENTICATED
    with pytest.raises(Refused) as refused:
        await door.actor(exchange(bearer(ADMIN_KEY)))
    problem = refused.value.problem
    assert (problem.kind, problem.retry_after_s) == (Kind.RATE_LIMITED, 3)


async def test_another_address_is_let_in_all_the_same():
    door = sign_in()
    for _ in range(MOST_AT_ONCE):
        await fail(door)
    assert (await door.actor(exchange(bearer(ADMIN_KEY), peer=("198.51.100.8", 1)))).may_all


async def test_sending_nothing_is_no_guess():
    door = sign_in()
    for _ in range(MOST_AT_ONCE * 2):
        with pytest.raises(Refused):
            await door.actor(exchange())
    assert (await door.actor(exchange(bearer(ADMIN_KEY)))).may_all
