"""What administrators do is written down with pseudonyms for people, and without anything like a key."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest

from gateway.admin import acts
from gateway.admin.actor import Actor
from gateway.admin.recorder import Recorder, through
from gateway.audit.appended import Appended
from gateway.audit.entry import Act, Acted, Administrator, Entry, encode
from gateway.credentials import mint
from gateway.errors import SpoolUnavailable
from gateway.journal import LogJournal
from gateway.stores.interfaces import StoreUnavailable

NOW_MS = 1_800_000_000_000
OS_USER = Actor("os", user="anna")


class People:
    """gateway.stores.interfaces.Subjects: a pseudonym that the test can read. `away`: the database is."""

    away = False

    def pseudonym(self, kind: str, name: str) -> str:
        if self.away:
            raise StoreUnavailable("the database is away")
        return f"{kind}-{len(name)}"

    def find(self, kind: str, name: str) -> str | None:
        return self.pseudonym(kind, name)

    def name_of(self, pseudonym: str) -> str | None:
        return None


class Log:
    """Where entries go. `broken`: none can be written."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.broken = False

    def append(self, entry: Entry) -> None:
        if self.broken:
            raise SpoolUnavailable("the disk is full")
        self.entries.append(entry)


def recorder(log: Log, people: People | None = None) -> Recorder:
    return Recorder(log.append, people or People(), lambda: NOW_MS + 5, LogJournal())


def done(actor: Actor = OS_USER, *, result: dict[str, Any] | None = None, **about: Any) -> list[Entry]:
    """The entries of one act."""
    log = Log()
    act = acts.Act("act_1", NOW_MS, actor, "keys.create", about, "support", "rev-1")
    with acts.recorded(recorder(log), act) as found:
        found.update(result or {})
    return log.entries


def test_an_act_has_an_entry_before_and_one_after():
    assert done(result={"key": "key_1"}, roles=["caller"], expires="90d") == [
        Act(
            id="act_1",
            at="2027-01-15T08:00:00.000Z",
            who=Administrator(auth="os", user="os_user-4"),
            act="keys.create",
            about={"expires": "90d", "roles": ("caller",)},
            team="support",
            policy="rev-1",
        ),
        Acted(id="act_1", ended_at="2027-01-15T08:00:00.005Z", ending="done", about={"key": "key_1"}),
    ]


def test_whoever_acts_through_a_key_is_told_with_it():
    actor = Actor(
        "key",
        user="berta",
        key="key_9",
        team="home",
        roles=("admin",),
        network="10.0.0.0/24",
        address="10.0.0.7",
    )
    [act, _] = done(actor)
    assert isinstance(act, Act)
    assert act.who == Administrator(
        auth="key", user="user-5", key="key_9", team="home", roles=("admin",), network="10.0.0.0/24"
    )


def test_whom_sudo_names_is_a_pseudonym_too():
    [act, _] = done(Actor("os", user="root", sudo_user="carla"))
    assert isinstance(act, Act)
    assert (act.who.user, act.who.sudo_user) == ("os_user-4", "os_user-5")


def test_facts_stand_in_the_order_of_their_names():
    one, other = done(b=1, a=None, c=True)[0], done(c=True, a=None, b=1)[0]
    assert encode(one) == encode(other)
    assert list(json.loads(encode(one))["about"]) == ["a", "b", "c"]


@pytest.mark.parametrize("about", [{"user": "anna-smith"}, {"user": "anna-smith", "key": "key_1"}])
def test_no_name_of_a_person_is_written(about: dict[str, Any]):
    written = b"".join(map(encode, done(Actor("jwt", user="anna-smith", key="corporate"), **about)))
    assert b"anna-smith" not in written
    assert written.count(b"user-10") == 2


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("key_4f1d2c3b5a69", "key_4f1d2c3b5a69"),
        ("key_nothing", "key_nothing"),
        ("policy:ci-bot.v2", "policy:ci-bot.v2"),
        ("anna.smith@example.com", "no id"),
        ("policy:anna smith", "no id"),
        ("key_" + "x" * 201, "no id"),
        ("", "no id"),
    ],
)
def test_what_was_given_for_the_id_of_a_key_is_kept_if_it_may_be_one(given: str, kept: str):
    [act, _] = done(key=given)
    assert isinstance(act, Act)
    assert act.about == {"key": kept}


@pytest.mark.parametrize("field", ["key", "user", "use_case", "roles", "networks"])
def test_a_key_that_was_given_for_something_else_is_not_written(field: str):
    key = mint(bytes(range(32)))
    value: Any = [key, f"a {key}."] if field in ("roles", "networks") else f"{key}"
    about: dict[str, Any] = {field: value}
    written = b"".join(map(encode, done(OS_USER, result=None, **about)))
    assert key[:12].encode() not in written


def test_a_text_without_end_is_cut_and_half_a_character_is_written_as_a_question_mark():
    [act, _] = done(use_case="x" * 10_000, name="a\ud800")
    assert isinstance(act, Act)
    assert (act.about["use_case"], act.about["name"]) == ("x" * 256, "a?")


def test_why_an_act_was_refused_is_one_word_and_no_sentence():
    log = Log()
    recorder(log).ended(
        acts.Act("act_1", NOW_MS, OS_USER, "keys.revoke"),
        "refused",
        {"code": "not_found", "message": "no anna here"},
    )
    assert log.entries == [
        Acted(id="act_1", ended_at="2027-01-15T08:00:00.005Z", ending="refused", reason="not_found")
    ]


def test_what_can_not_be_recorded_is_not_done():
    log = Log()
    log.broken = True
    with (
        pytest.raises(SpoolUnavailable),
        acts.recorded(recorder(log), acts.Act("act_1", NOW_MS, OS_USER, "keys.revoke")),
    ):
        raise AssertionError("it was done")


def test_whoever_can_not_be_given_a_pseudonym_does_nothing():
    people, log = People(), Log()
    people.away = True
    with pytest.raises(SpoolUnavailable, match="the database is away"):
        recorder(log, people).record(acts.Act("act_1", NOW_MS, OS_USER, "keys.revoke"))
    assert log.entries == []


def test_an_act_that_is_done_stays_done_where_its_end_can_not_be_written(caplog: pytest.LogCaptureFixture):
    log = Log()
    with (
        caplog.at_level(logging.ERROR),
        acts.recorded(recorder(log), acts.Act("act_1", NOW_MS, OS_USER, "keys.revoke")),
    ):
        log.broken = True
    assert len(log.entries) == 1
    assert "recording how an act ended failed: SpoolUnavailable" in caplog.text


async def test_a_thread_waits_until_the_loop_has_made_its_entry_durable():
    loop = asyncio.get_running_loop()
    waiting: list[Appended] = []

    def append(_: Entry) -> Appended:
        waiting.append(Appended(loop.create_future()))
        return waiting[-1]

    written = asyncio.create_task(asyncio.to_thread(through(append, loop), done()[0]))
    while not waiting:
        await asyncio.sleep(0)
    assert not written.done()
    waiting[0].durable.set_result(None)
    await written


async def test_a_write_that_fails_is_told_to_the_thread():
    loop = asyncio.get_running_loop()

    def append(_: Entry) -> Appended:
        raise SpoolUnavailable("the disk is full")

    with pytest.raises(SpoolUnavailable, match="the disk is full"):
        await asyncio.to_thread(through(append, loop), done()[0])


def test_nothing_is_recorded_through_a_loop_that_is_closed():
    loop = asyncio.new_event_loop()
    loop.close()
    with pytest.raises(SpoolUnavailable, match="shutting down"):
        through(lambda _: Appended(loop.create_future()), loop)(done()[0])
