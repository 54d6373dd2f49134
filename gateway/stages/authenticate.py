"""Who calls? Needs the headers only: a stranger's body is never read. Refuses with 401, and with 403 a key
that may not be used from where the caller is.

A gateway key, or a token of an issuer that the policy names, may come under any of the names that SDKs use;
two that differ are refused rather than guessed between.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from gateway.call import Call, Caller
from gateway.credentials import PREFIX, declared_hash, well_formed
from gateway.errors import Kind, Problem, Refused
from gateway.identity.faults import BadToken, KeysUnavailable
from gateway.identity.person import Person
from gateway.people import pseudonym
from gateway.policy.declared_keys import DeclaredKey
from gateway.policy.networks import within
from gateway.policy.snapshot import Policy
from gateway.runtime import Runtime
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.key_records import KeyRecord

_HEADERS: Final = frozenset({b"authorization", b"x-api-key", b"api-key", b"x-goog-api-key"})
_HOW: Final = "send a gateway key as 'Authorization: Bearer gw-…' or 'x-api-key: gw-…'"


async def enter(call: Call, runtime: Runtime) -> None:
    valid = await identify(call.headers, call.at_ms, call.address, call.policy, runtime)
    call.credential = valid
    runtime.running[call.id] = call
    if isinstance(valid, Person):
        call.caller = await _with_token(valid, runtime)
        call.note("authenticate", valid.provider, "allow")
        return
    call.caller = Caller(
        auth="key",
        key=valid.id,
        user=None
        if valid.user is None
        else await pseudonym(runtime.subjects, "user", valid.user, "authenticate"),
        team=valid.team,
        roles=valid.roles,
        use_case=valid.use_case,
    )
    call.note("authenticate", valid.id, "allow")


def leave(call: Call, runtime: Runtime) -> None:
    """Idempotent. From now on nobody takes its credential from the call."""
    runtime.running.pop(call.id, None)


def lost(call: Call, now_ms: int, runtime: Runtime) -> Refused | None:
    """Why the credential that a running call came with is good no more; None: it still is."""
    held, keys = call.credential, runtime.keys
    try:
        if isinstance(held, KeyRecord):
            decide(keys.current(held), now_ms, call.address, keys.disabled)
        elif isinstance(held, DeclaredKey):
            decide(runtime.policies.current.keys.get(held.hash), now_ms, call.address, keys.disabled)
        elif held is not None:
            _require_enabled(held.user, keys.disabled)
            if held.provider not in runtime.policies.current.identity_providers:
                raise _refused("issuer", "tokens of this identity provider are taken no more")
    except Refused as refused:
        return refused
    return None


async def _with_token(who: Person, runtime: Runtime) -> Caller:
    """Without a team, the person at that issuer is a tenant; renamed or erased, another one."""
    user = await pseudonym(runtime.subjects, "user", who.user, "authenticate")
    return Caller("jwt", f"{who.provider}:{user}", user, who.team, who.roles, None)


async def identify(
    headers: list[tuple[bytes, bytes]], at_ms: int, address: str | None, policy: Policy, runtime: Runtime
) -> KeyRecord | DeclaredKey | Person:
    """The key of a request from `address`, or whom its token proves; in force at `at_ms`. A database that
    can't be asked is not a wrong key."""
    key = presented(headers)
    if not key.startswith(PREFIX) and key.count(".") == 2:
        who = runtime.identities.known(key, policy, at_ms) or await _verify(key, at_ms, policy, runtime)
        _require_enabled(who.user, runtime.keys.disabled)
        return who
    try:
        found = runtime.keys.known(key) or await _look_up(key, policy, runtime)
    except StoreUnavailable:
        raise _unavailable() from None
    held = decide(found, at_ms, address, runtime.keys.disabled)
    runtime.uses.note(held.id, at_ms)
    return held


def presented(headers: list[tuple[bytes, bytes]]) -> str:
    """The one credential of a request. Refuses none, and two that differ."""
    found: str | None = None
    for name, value in headers:
        if name not in _HEADERS:
            continue
        text = (
            _token(value.decode("latin-1")) if name == b"authorization" else value.decode("latin-1").strip()
        )
        if found is not None and found != text:
            raise _refused("ambiguous", "two different credentials were sent: send one")
        found = text
    if not found:
        raise _refused("missing", f"no credential was sent: {_HOW}")
    return found


def _token(value: str) -> str:
    if value.startswith("Bearer "):  # as nearly everybody writes it
        return value[7:].strip()
    scheme, _, token = value.strip().partition(" ")
    if scheme.lower() != "bearer":
        raise _refused("scheme", f"'Authorization' must be a bearer token: {_HOW}")
    return token.strip()


async def _look_up(key: str, policy: Policy, runtime: Runtime) -> KeyRecord | DeclaredKey | None:
    """A key that isn't known here: a mistyped one costs the database nothing."""
    if not well_formed(key):
        raise _refused("malformed", f"this is not a gateway key (they begin with 'gw-'): {_HOW}")
    declared = policy.keys.get(declared_hash(key)) if policy.keys else None
    return declared or await runtime.keys.find(key)


async def _verify(token: str, at_ms: int, policy: Policy, runtime: Runtime) -> Person:
    try:
        return await runtime.identities.verify(token, policy, at_ms)
    except BadToken as bad:
        problem = Problem(Kind.UNAUTHENTICATED, str(bad), code="invalid_token")
        raise Refused(problem, stage="authenticate", rule=bad.rule) from None
    except KeysUnavailable:
        message = "this token can't be checked right now: its issuer's keys can't be had; try again"
        problem = Problem(Kind.UNAVAILABLE, message, code="identity_provider_unavailable")
        raise Refused(problem, stage="authenticate", rule="keys") from None


def decide(
    key: KeyRecord | DeclaredKey | None, now_ms: int, address: str | None, disabled: Collection[str]
) -> KeyRecord | DeclaredKey:
    """The key if it is known, in force at `now_ms` (milliseconds since 1970), its user is not `disabled`, and
    `address` is where it may be used from."""
    if key is None:
        raise _refused("unknown", "this gateway key is not known")
    if key.ends_at is not None and key.ends_at <= now_ms:
        raise _ended(key, now_ms)
    if key.user is not None:
        _require_enabled(key.user, disabled)
    if key.networks and not within(address, key.networks):
        message = "this gateway key may not be used from where you are"
        problem = Problem(Kind.FORBIDDEN, message, code="network_forbidden")
        raise Refused(problem, stage="authenticate", rule="network")
    return key


def _ended(key: KeyRecord | DeclaredKey, now_ms: int) -> Refused:
    """Whatever ended it for good comes before its time."""
    if isinstance(key, KeyRecord):
        if key.revoked_at is not None and key.revoked_at <= now_ms:
            return _refused("revoked", "this gateway key was revoked")
        if key.replaced_at is not None and key.replaced_at <= now_ms:
            return _refused("replaced", "this gateway key was replaced by a new one")
    return _refused("expired", "this gateway key has expired")


def _require_enabled(user: str, disabled: Collection[str]) -> None:
    if user in disabled:
        raise _refused("user_disabled", "the user of this credential is disabled")


def _unavailable() -> Refused:
    problem = Problem(
        Kind.UNAVAILABLE, "keys can't be looked up right now; try again", code="store_unavailable"
    )
    return Refused(problem, stage="authenticate", rule="store")


def _refused(rule: str, message: str) -> Refused:
    problem = Problem(Kind.UNAUTHENTICATED, message, code="invalid_api_key")
    return Refused(problem, stage="authenticate", rule=rule)
