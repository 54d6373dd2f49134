"""Who calls: one credential, known and in force, or a 401."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from gateway.credentials import declared_hash, mint
from gateway.errors import Kind, Refused
from gateway.identity.person import Person
from gateway.policy.declared_keys import DeclaredKey
from gateway.policy.identities import IdentityProvider
from gateway.runtime import Runtime
from gateway.stages import authenticate
from gateway.stores.key_records import KeyRecord
from tests.parts.calls import BEARER, KEY, key_record, make_call, make_policy
from tests.parts.runtime import (
    NOON_MS,
    FakeIdentities,
    FakeKeys,
    FakePolicies,
    FakeSubjects,
    FakeUses,
    make_runtime,
)

OTHER = mint(bytes(32))


def refusal(headers: list[tuple[bytes, bytes]]) -> str:
    with pytest.raises(Refused) as caught:
        authenticate.presented(headers)
    assert caught.value.problem.kind is Kind.UNAUTHENTICATED
    assert caught.value.stage == "authenticate"
    return caught.value.rule


@pytest.mark.parametrize("name", [b"x-api-key", b"api-key", b"x-goog-api-key"])
def test_a_key_is_found_under_every_name_that_sdks_use(name: bytes):
    assert authenticate.presented([(b"accept", b"*/*"), (name, f" {KEY} ".encode())]) == KEY


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER  "])
def test_a_bearer_token_is_found_whatever_its_case(scheme: str):
    assert authenticate.presented([(b"authorization", f"{scheme} {KEY}".encode())]) == KEY


def test_the_same_key_twice_is_one_key():
    assert authenticate.presented([BEARER, (b"x-api-key", KEY.encode())]) == KEY


def test_two_keys_that_differ_are_not_guessed_between():
    assert refusal([BEARER, (b"x-api-key", OTHER.encode())]) == "ambiguous"
    assert refusal([(b"x-api-key", OTHER.encode()), BEARER]) == "ambiguous"
    assert refusal([(b"x-api-key", b""), BEARER]) == "ambiguous"


@pytest.mark.parametrize(
    ("headers", "rule"),
    [
        ([], "missing"),
        ([(b"cookie", KEY.encode())], "missing"),
        ([(b"x-api-key", b"")], "missing"),
        ([(b"authorization", b"Bearer")], "missing"),
        ([(b"authorization", b"Basic dTpw")], "scheme"),
        ([(b"authorization", KEY.encode())], "scheme"),
    ],
)
def test_what_is_no_credential_is_refused(headers: list[tuple[bytes, bytes]], rule: str):
    assert refusal(headers) == rule


def test_a_key_in_force_is_its_record():
    record = key_record(expires_at=NOON_MS + 1, revoked_at=NOON_MS + 1)
    assert authenticate.decide(record, NOON_MS, None, ()) is record


@pytest.mark.parametrize(
    ("record", "rule"),
    [
        (None, "unknown"),
        (key_record(revoked_at=NOON_MS), "revoked"),
        (key_record(expires_at=NOON_MS), "expired"),
        (key_record(expires_at=NOON_MS, revoked_at=NOON_MS), "revoked"),
        (key_record(replaced_at=NOON_MS), "replaced"),
        (DeclaredKey("policy:ci", "h", ("caller",), ends_at=NOON_MS), "expired"),
    ],
)
def test_a_key_that_is_not_in_force_is_refused(record, rule: str):
    with pytest.raises(Refused) as caught:
        authenticate.decide(record, NOON_MS, None, ())
    assert (caught.value.rule, caught.value.problem.kind) == (rule, Kind.UNAUTHENTICATED)


@pytest.mark.parametrize("remembered", [True, False])
async def test_the_caller_is_what_the_key_proves_with_the_person_under_a_pseudonym(remembered: bool):
    record = key_record(user="anna", team="home", use_case="faq")
    runtime = make_runtime(make_policy(), keys=FakeKeys({KEY: record}, remembered=remembered))
    call = make_call()
    await authenticate.enter(call, runtime)
    caller = call.caller
    assert caller is not None
    assert (caller.auth, caller.key, caller.team, caller.use_case) == ("key", "key_1", "home", "faq")
    assert (caller.roles, caller.user) == (("caller",), "user-of-4")
    assert [(decision.stage, decision.verdict) for decision in call.trail] == [("authenticate", "allow")]


async def test_a_malformed_key_costs_the_database_nothing():
    runtime = make_runtime(make_policy(), keys=FakeKeys(down=True))
    with pytest.raises(Refused) as caught:
        await authenticate.identify([(b"x-api-key", b"sk-something")], NOON_MS, None, make_policy(), runtime)
    assert caught.value.rule == "malformed"


async def test_a_database_that_cannot_be_asked_is_not_a_wrong_key():
    runtime = make_runtime(make_policy(), keys=FakeKeys(down=True))
    with pytest.raises(Refused) as caught:
        await authenticate.identify([BEARER], NOON_MS, None, make_policy(), runtime)
    assert (caught.value.rule, caught.value.problem.kind) == ("store", Kind.UNAVAILABLE)


async def test_a_person_without_a_pseudonym_is_refused_and_not_recorded_by_name():
    keys = FakeKeys({KEY: key_record(user="anna")})
    runtime = make_runtime(make_policy(), keys=keys, subjects=FakeSubjects(down=True))
    with pytest.raises(Refused) as caught:
        await authenticate.enter(make_call(), runtime)
    assert (caught.value.stage, caught.value.problem.kind) == ("authenticate", Kind.UNAVAILABLE)


BOUND = key_record(networks=("10.0.0.0/8", "2001:db8::/32"))


@pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3", "2001:db8::1"])
def test_a_key_may_be_used_from_its_networks(address: str):
    assert authenticate.decide(BOUND, NOON_MS, address, ()) is BOUND


@pytest.mark.parametrize("address", ["11.1.2.3", "2001:db9::1", "unknown", None])
def test_a_key_is_refused_from_anywhere_else(address: str | None):
    with pytest.raises(Refused) as caught:
        authenticate.decide(BOUND, NOON_MS, address, ())
    assert (caught.value.rule, caught.value.problem.kind) == ("network", Kind.FORBIDDEN)


@pytest.mark.parametrize("key", [key_record(user="anna"), DeclaredKey("policy:ci", "h", (), user="anna")])
def test_a_key_of_a_disabled_user_is_refused(key: KeyRecord | DeclaredKey):
    assert authenticate.decide(key, NOON_MS, None, {"ben"}) is key
    with pytest.raises(Refused) as caught:
        authenticate.decide(key, NOON_MS, None, {"ben", "anna"})
    assert (caught.value.rule, caught.value.problem.kind) == ("user_disabled", Kind.UNAUTHENTICATED)


DECLARED = DeclaredKey("policy:ci", declared_hash(KEY), ("caller",), team="home", user="anna", use_case="faq")


def declaring(*keys: DeclaredKey, **changes: Any) -> Runtime:
    return make_runtime(make_policy(keys={key.hash: key for key in keys}), **changes)


async def test_the_caller_is_what_a_declared_key_proves():
    runtime = declaring(DECLARED, keys=FakeKeys(down=True))
    call = make_call(runtime.policies.current)
    await authenticate.enter(call, runtime)
    caller = call.caller
    assert caller is not None
    assert (caller.auth, caller.key, caller.team, caller.use_case) == ("key", "policy:ci", "home", "faq")
    assert (caller.roles, caller.user) == (("caller",), "user-of-4")


async def test_a_key_in_the_database_is_what_the_database_says_of_it():
    keys = FakeKeys({KEY: key_record(revoked_at=NOON_MS)}, remembered=True)
    with pytest.raises(Refused) as caught:
        await authenticate.enter(make_call(make_policy(keys={DECLARED.hash: DECLARED})), declaring(keys=keys))
    assert caught.value.rule == "revoked"


async def test_a_use_is_noted_and_a_refused_one_is_none():
    uses = FakeUses()
    for record in (key_record(), key_record(id="key_2", expires_at=NOON_MS)):
        runtime = make_runtime(make_policy(), keys=FakeKeys({KEY: record}), uses=uses)
        with suppress(Refused):
            await authenticate.enter(make_call(), runtime)
    assert uses.noted == {"key_1": NOON_MS}


async def test_a_call_runs_from_the_moment_its_caller_is_known_until_it_is_left():
    runtime = make_runtime(make_policy(), keys=FakeKeys({KEY: key_record()}))
    call = make_call()
    await authenticate.enter(call, runtime)
    assert runtime.running == {call.id: call}
    authenticate.leave(call, runtime)
    authenticate.leave(call, runtime)
    assert runtime.running == {}


@pytest.mark.parametrize(
    ("now", "rule"),
    [
        ({KEY: key_record()}, None),
        ({KEY: key_record(revoked_at=NOON_MS)}, "revoked"),
        ({KEY: key_record(user="anna")}, "user_disabled"),
        ({KEY: key_record(networks=("10.0.0.0/8",))}, "network"),
        ({}, "unknown"),
    ],
)
async def test_a_running_call_is_judged_by_what_is_known_of_its_key_now(
    now: dict[str, KeyRecord], rule: str | None
):
    keys = FakeKeys({KEY: key_record()}, disabled={"anna"})
    runtime = make_runtime(make_policy(), keys=keys)
    call = make_call()
    await authenticate.enter(call, runtime)
    keys.records = now
    refused = authenticate.lost(call, NOON_MS, runtime)
    assert (None if refused is None else refused.rule) == rule


async def test_a_running_call_ends_with_a_declared_key_that_is_declared_no_more():
    runtime = declaring(DECLARED)
    call = make_call(runtime.policies.current)
    await authenticate.enter(call, runtime)
    assert authenticate.lost(call, NOON_MS, runtime) is None
    refused = authenticate.lost(call, NOON_MS, replace(runtime, policies=FakePolicies(make_policy())))
    assert refused is not None
    assert refused.rule == "unknown"


def test_a_running_call_of_a_token_ends_when_its_user_is_disabled():
    call = make_call()
    call.credential = Person("corporate", "anna", None, (), NOON_MS)
    runtime = make_runtime(make_policy(), keys=FakeKeys(disabled={"anna"}))
    refused = authenticate.lost(call, NOON_MS, runtime)
    assert refused is not None
    assert refused.rule == "user_disabled"


def test_a_running_call_of_a_token_ends_with_its_identity_provider():
    call = make_call()
    call.credential = Person("corporate", "anna", None, (), NOON_MS)
    issuer = IdentityProvider("corporate", "https://login.test", "gateway", ("RS256",), "roles")
    runtime = make_runtime(make_policy(identity_providers={"corporate": issuer}))
    assert authenticate.lost(call, NOON_MS, runtime) is None
    refused = authenticate.lost(call, NOON_MS, replace(runtime, policies=FakePolicies(make_policy())))
    assert refused is not None
    assert refused.rule == "issuer"


@pytest.mark.parametrize("remembered", [True, False])
async def test_a_token_of_a_disabled_user_is_refused(remembered: bool):
    token = "eyJ.eyJ.c2ln"
    person = Person("corporate", "anna", None, (), NOON_MS)
    runtime = make_runtime(
        make_policy(),
        keys=FakeKeys(disabled={"anna"}),
        identities=FakeIdentities({token: person}, remembered=remembered),
    )
    with pytest.raises(Refused) as caught:
        await authenticate.enter(make_call(headers=((b"x-api-key", token.encode()),)), runtime)
    assert (caught.value.rule, caught.value.problem.kind) == ("user_disabled", Kind.UNAUTHENTICATED)
