"""Who administers? The credentials of calls, judged by the same code, and GATEWAY_ADMIN_KEY."""

from __future__ import annotations

import hmac
import math
from hashlib import sha256

from gateway.admin.actor import Actor
from gateway.admin.failed_sign_ins import FailedSignIns
from gateway.errors import Kind, Problem, Refused
from gateway.identity.person import Person
from gateway.network import caller_address, coarse
from gateway.runtime import Runtime
from gateway.stages import authenticate
from gateway.wire import Exchange


class SignIn:
    """Belongs to one event loop. `admin_key` None: there is none."""

    def __init__(self, runtime: Runtime, admin_key: str | None) -> None:
        self._runtime = runtime
        self._admin_key = None if admin_key is None else _digest(admin_key)
        self._failed = FailedSignIns(runtime.clock.monotonic)

    async def actor(self, exchange: Exchange) -> Actor:
        """Refuses with 401, and with 403 from where a key may not be used. An address from which too many failed
        gets 429, whatever it sends: what it guesses is not even looked at."""
        runtime = self._runtime
        address = caller_address(
            exchange.scope.get("client"), exchange.text("x-forwarded-for"), runtime.trusted_proxies
        )
        wait_s = self._failed.wait_s(address)
        if wait_s:
            raise _too_many(wait_s)
        try:
            return await self._identified(exchange, address)
        except Refused as refused:
            if refused.problem.kind is Kind.UNAUTHENTICATED and refused.rule != "missing":
                self._failed.note(address)
            raise

    async def _identified(self, exchange: Exchange, address: str | None) -> Actor:
        runtime, network = self._runtime, None if address is None else coarse(address)
        sent = _digest(authenticate.presented(exchange.raw_headers))
        if self._admin_key is not None and hmac.compare_digest(sent, self._admin_key):
            return Actor("admin_key", network=network, address=address)
        held = await authenticate.identify(
            exchange.raw_headers, runtime.clock.now_ms(), address, runtime.policies.current, runtime
        )
        if isinstance(held, Person):
            return Actor(
                "jwt",
                user=held.user,
                key=held.provider,
                team=held.team,
                roles=held.roles,
                network=network,
                address=address,
            )
        return Actor(
            "key",
            user=held.user,
            key=held.id,
            team=held.team,
            roles=held.roles,
            network=network,
            address=address,
            key_networks=held.networks,
        )


def _digest(secret: str) -> bytes:
    """Of equal length, whatever is sent: comparing tells nothing of it."""
    return sha256(secret.encode()).digest()


def _too_many(wait_s: float) -> Refused:
    problem = Problem(
        Kind.RATE_LIMITED,
        "too many failed sign-ins from this address; try again later",
        code="too_many_failed_sign_ins",
        retry_after_s=math.ceil(wait_s),
    )
    return Refused(problem, stage="authenticate", rule="failed_sign_ins")
