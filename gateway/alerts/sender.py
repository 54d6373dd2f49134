"""Sends what is in the outbox to whoever is to be told: again and again, ever more rarely, and for a day at most."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Final, Protocol, TypeVar

from gateway.alerts.signature import headers_of, key_of
from gateway.egress import NotFetched
from gateway.policy.models.egress import Network
from gateway.policy.snapshot import Policy
from gateway.policy.webhooks import Webhook
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.outbox import Due, Ending, Outbox

T = TypeVar("T")
_LOG = logging.getLogger(__name__)

LOOK_S: Final = 2.0
SEND_S: Final = 10.0
LEASE_MS: Final = 60_000
"""For how long nobody else sends what this process took; what it took and never sent is due again then."""
AT_ONCE: Final = 16
DELAYS_S: Final = (5, 30, 120, 600, 1_800, 7_200, 18_000, 43_200)
"""Between one try and the next, as a mean. After the last the alert is given up."""
KEPT_MS: Final = 400 * 86_400_000
"""How long it is known what was told, so that it is told once."""
_GONE: Final = 410


class Time(Protocol):
    def now_ms(self) -> int: ...


class Chance(Protocol):
    def fraction(self) -> float: ...


class Post(Protocol):
    async def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        allow: Sequence[Network],
        *,
        timeout_s: float,
    ) -> int: ...


class Sender:
    """Belongs to one event loop."""

    def __init__(
        self,
        outbox: Outbox,
        executor: Executor,
        post: Post,
        clock: Time,
        chance: Chance,
        policy: Callable[[], Policy],
    ) -> None:
        self._outbox = outbox
        self._executor = executor
        self._post = post
        self._clock = clock
        self._chance = chance
        self._policy = policy
        self._some = asyncio.Event()
        self._failing: set[str] = set()

    def wake(self) -> None:
        """Something is to be sent now."""
        self._some.set()

    async def follow(self) -> None:
        """Send what is due, for ever."""
        try:
            await self._asked(partial(self._outbox.forget, self._clock.now_ms() - KEPT_MS))
        except StoreUnavailable:
            _LOG.warning("old alerts are forgotten at another start: the database can't be used")
        while True:
            self._some.clear()
            try:
                while await self.send():
                    continue
            except StoreUnavailable:
                pass  # what was not sent is due still
            except Exception:  # whatever it was, without this loop nobody is told of anything any more
                _LOG.exception("alerts could not be sent; that is tried again")
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._some.wait()
            except TimeoutError:
                continue

    async def send(self) -> bool:
        """What is due, side by side. Whether there may be more. Raises StoreUnavailable."""
        policy = self._policy()
        if not policy.webhooks:
            return False
        now_ms = self._clock.now_ms()
        taken = await self._asked(partial(self._outbox.take, now_ms, now_ms + LEASE_MS, AT_ONCE))
        await asyncio.gather(*(self._deliver(due, policy) for due in taken))
        return len(taken) == AT_ONCE

    async def _deliver(self, due: Due, policy: Policy) -> None:
        webhook = next((each for each in policy.webhooks if each.id == due.webhook), None)
        if webhook is None:
            await self._end(due, "given_up")  # the policy no longer names it
            return
        failed = await self._failure(due, webhook, policy.egress)
        if failed is None:
            if webhook.id in self._failing:
                self._failing.discard(webhook.id)
                _LOG.warning("%s is told again", webhook.name)
            await self._end(due, "delivered")
            return
        if webhook.id not in self._failing:
            self._failing.add(webhook.id)
            _LOG.warning("%s could not be told: %s", webhook.name, failed)
        if due.tries >= len(DELAYS_S) or failed == _answer(_GONE):
            _LOG.warning("the alert %s is given up for %s", due.alert, webhook.name)
            await self._end(due, "given_up")
            return
        delay_ms = int(DELAYS_S[due.tries] * (0.5 + self._chance.fraction()) * 1000)
        await self._asked(partial(self._outbox.put_off, due, self._clock.now_ms() + delay_ms))

    async def _failure(self, due: Due, webhook: Webhook, allow: Sequence[Network]) -> str | None:
        """Why it was not delivered; never its address."""
        body, secret = due.body.encode(), webhook.secret
        key = None if secret is None else key_of(secret.reveal())
        headers = headers_of(key, due.alert, self._clock.now_ms() // 1000, body)
        try:
            status = await self._post.post(webhook.url.reveal(), body, headers, allow, timeout_s=SEND_S)
        except NotFetched as why:
            return str(why)
        return None if 200 <= status < 300 else _answer(status)

    async def _end(self, due: Due, ending: Ending) -> None:
        await self._asked(partial(self._outbox.end, due, ending, self._clock.now_ms()))

    async def _asked(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)


def _answer(status: int) -> str:
    return f"it answered {status}"
