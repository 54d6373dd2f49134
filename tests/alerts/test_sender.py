"""Alerts reach who is to be told: signed, again after a failure, by one process at a time, after a restart too."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from gateway.alerts import sender as subject
from gateway.alerts.event import alert_of
from gateway.alerts.sender import DELAYS_S, Sender
from gateway.alerts.signature import key_of, signed
from gateway.egress import Fetcher
from gateway.policy.snapshot import Policy
from gateway.stores.database import Database, open_database
from gateway.stores.outbox import Due, Ending, SqlOutbox
from tests.alerts.parts import CROSSED, SECRET, webhook
from tests.parts.executors import AtOnce
from tests.parts.runtime import NOON_MS, FakeChance, FakeClock
from tests.parts.webhook import Webhook

LOOPBACK = (ip_network("127.0.0.0/8"),)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(
        f"sqlite:///{tmp_path / 'g.db'}", now_ms=lambda: NOON_MS, new_id=lambda: "installation"
    )
    yield opened
    opened.close()


class Post:
    """A gateway that sends what is in the outbox to one webhook."""

    def __init__(
        self, database: Database, url: str, *, secret: str | None = SECRET, **changes: object
    ) -> None:
        self.outbox = SqlOutbox(database.engine)
        self.clock = FakeClock()
        facts = {"webhooks": (webhook("w1", url, secret=secret),), "egress": LOOPBACK, **changes}
        self.policy = Policy("rev", **facts)  # type: ignore[arg-type]
        self.sender = Sender(
            self.outbox, AtOnce(), Fetcher(), self.clock, FakeChance(0.5), lambda: self.policy
        )

    def put(self, number: int = 1, webhook: str = "w1") -> None:
        alert = alert_of(CROSSED, f"evt_{number}", self.clock.ms, "2027-01-15T08:00:00.000Z")
        assert self.outbox.put(alert, [webhook]) == "kept"

    def waiting(self) -> list[str]:
        """What will be sent whenever that is."""
        return [each.alert for each in self.outbox.take(2**60, 2**60, 100)]


async def test_an_alert_arrives_signed_with_its_id_and_the_time(database: Database):
    with Webhook() as told:
        post = Post(database, told.url)
        post.put()
        assert not await post.sender.send()
    [said] = told.said
    assert said.told["type"] == "budget.threshold"
    assert (said.headers["webhook-id"], said.headers["webhook-timestamp"]) == ("evt_1", str(NOON_MS // 1000))
    expected = signed(key_of(SECRET), "evt_1", NOON_MS // 1000, said.body)
    assert said.headers["webhook-signature"] == expected
    assert post.waiting() == []


async def test_without_a_secret_it_arrives_unsigned(database: Database):
    with Webhook() as told:
        post = Post(database, told.url, secret=None)
        post.put()
        await post.sender.send()
    assert "webhook-signature" not in told.said[0].headers


async def test_a_failure_is_tried_again_ever_later_with_the_same_id(database: Database):
    with Webhook(500, 302, 204) as told:
        post = Post(database, told.url)
        post.put()
        for delay_s in DELAYS_S[:2]:
            await post.sender.send()
            sent = len(told.said)
            post.clock.ms += delay_s * 1000 - 1
            await post.sender.send()
            assert len(told.said) == sent, "not before its time"
            post.clock.ms += 1
        await post.sender.send()
    assert [each.headers["webhook-id"] for each in told.said] == ["evt_1"] * 3
    assert len({each.headers["webhook-signature"] for each in told.said}) == 3, "each at its own time"
    assert post.waiting() == []


async def test_after_the_last_try_it_is_given_up(database: Database):
    with Webhook(500) as told:
        post = Post(database, told.url)
        post.put()
        for _ in range(len(DELAYS_S) + 3):
            await post.sender.send()
            post.clock.ms += max(DELAYS_S) * 1000
    assert len(told.said) == len(DELAYS_S) + 1
    assert post.waiting() == []


async def test_whoever_is_gone_is_told_no_more(database: Database):
    with Webhook(410) as told:
        post = Post(database, told.url)
        post.put()
        await post.sender.send()
    assert (len(told.said), post.waiting()) == (1, [])


async def test_into_a_private_network_nothing_is_sent_unless_the_policy_lists_it(
    database: Database, caplog: pytest.LogCaptureFixture
):
    with Webhook() as told:
        post = Post(database, told.url, egress=())
        post.put()
        await post.sender.send()
        assert told.said == []
        assert "private network" in caplog.text and "127.0.0.1" not in caplog.text
        post.policy = Policy("rev", webhooks=post.policy.webhooks, egress=LOOPBACK)
        post.clock.ms += DELAYS_S[0] * 1000
        await post.sender.send()
    assert len(told.said) == 1


async def test_a_webhook_that_the_policy_no_longer_names_is_given_up(database: Database):
    with Webhook() as told:
        post = Post(database, told.url)
        post.put(webhook="w9")
        await post.sender.send()
    assert (told.said, post.waiting()) == ([], [])


async def test_what_a_process_took_and_never_sent_another_sends(database: Database):
    with Webhook() as told:
        killed, alive = Post(database, told.url), Post(database, told.url)
        killed.put()
        assert killed.outbox.take(NOON_MS, NOON_MS + subject.LEASE_MS, 9)
        await alive.sender.send()
        assert told.said == []
        alive.clock.ms += subject.LEASE_MS
        await alive.sender.send()
    assert len(told.said) == 1


async def test_two_processes_send_an_alert_once(database: Database):
    with Webhook() as told:
        one, two = Post(database, told.url), Post(database, told.url)
        for number in range(20):
            one.put(number)
        await asyncio.gather(one.sender.send(), two.sender.send())
    assert sorted(each.headers["webhook-id"] for each in told.said) == sorted(f"evt_{n}" for n in range(20))


async def test_whoever_follows_sends_at_once_what_it_is_woken_for(database: Database):
    ended = asyncio.Event()

    class Heard(SqlOutbox):
        def end(self, due: Due, ending: Ending, at: int) -> None:
            super().end(due, ending, at)
            ended.set()

    with Webhook() as told:
        post = Post(database, told.url)
        post.sender._outbox = Heard(database.engine)
        async with asyncio.TaskGroup() as tasks:
            following = tasks.create_task(post.sender.follow())
            await asyncio.sleep(0)
            post.put()
            post.sender.wake()
            await ended.wait()
            following.cancel()
    assert len(told.said) == 1
