"""What is kept of a call's content."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from gateway import contents
from gateway.audit.content import MOST_BYTES, Kept
from gateway.audit.entry import Attempt, Content
from gateway.call import Call, Caller, Cleared, Served
from gateway.policy.auditing import Audit, ContentRule, audit_in_force
from gateway.policy.match import Match
from gateway.policy.models.audit import AuditEntry
from gateway.policy.models.match import MatchEntry
from gateway.upstream.interface import Outgoing, TimeLimits
from tests.parts.calls import candidate, make_policy, planned_call
from tests.parts.runtime import FakeContents, FakeIncoming, make_runtime

SEALED = Audit(content="sealed")


def outgoing(body: bytes) -> Outgoing:
    limits = TimeLimits(connect_s=1.0, first_byte_s=None, idle_s=1.0, total_s=1.0)
    return Outgoing(method="POST", url="https://acme.test", headers=(), body=body, limits=limits)


def going_on(audit: Audit = SEALED) -> Call:
    call = planned_call()
    call.policy = make_policy(audit=audit)
    return call


async def ended(fake: FakeContents, audit: Audit = SEALED, **facts: Any) -> tuple[Call, Content]:
    """A call that was sent and has ended."""
    call = going_on(audit)
    for name, value in facts.items():
        setattr(call, name, value)
    runtime = make_runtime(call.policy, contents=fake)
    await contents.prepare(call, runtime)
    call.attempts.append(Attempt(target="acme/small", result="ok", ms=1.0))
    call.served = call.served or Served(candidate(), FakeIncoming(), "application/json", body=b"world")
    return call, contents.sealed(call, runtime)


async def opened(fake: FakeContents) -> Kept:
    [row] = fake.rows
    return (await fake.sealer(row.subjects, "")).open(row.call, row.mode, row.sealed)


async def test_what_was_sent_and_got_is_kept_for_its_people():
    fake = FakeContents()
    call, content = await ended(fake, body=b"hello", end_user="e-1")
    [row] = fake.rows
    assert (content.mode, content.ref, row.call) == ("sealed", row.ref, call.id)
    assert await opened(fake) == Kept(b"hello", b"world", 5, 5, "application/json")


async def test_of_long_texts_the_beginning_is_kept():
    fake = FakeContents()
    await ended(fake, body=b"x" * (MOST_BYTES + 7))
    kept = await opened(fake)
    assert (len(kept.sent), kept.sent_bytes) == (MOST_BYTES, MOST_BYTES + 7)


async def test_of_a_stream_what_went_by_is_kept():
    fake = FakeContents()
    call = going_on()
    runtime = make_runtime(call.policy, contents=fake)
    await contents.prepare(call, runtime)
    assert call.tape is not None
    call.tape.add(b"one ")
    call.tape.add(b"two")
    call.attempts.append(Attempt(target="acme/small", result="ok", ms=1.0))
    contents.sealed(call, runtime)
    assert (await opened(fake)).got == b"one two"


async def test_of_a_call_that_was_never_sent_nothing_is_kept():
    fake = FakeContents()
    call = going_on()
    runtime = make_runtime(call.policy, contents=fake)
    await contents.prepare(call, runtime)
    assert (contents.sealed(call, runtime), fake.rows) == (Content(), [])


@pytest.mark.parametrize("fake", [FakeContents(down=True), FakeContents(full=True)])
async def test_what_can_not_be_kept_is_not_and_the_record_says_so(fake: FakeContents):
    call, content = await ended(fake)
    assert (content, fake.rows) == (Content(), [])
    assert [one.verdict for one in call.trail if one.rule == "content"] == ["flag"]


async def test_a_rule_says_otherwise_for_the_calls_it_is_about():
    entry = AuditEntry.model_validate(
        {
            "content": "sealed",
            "rules": ({"name": "eu", "match": {"region": "eu"}, "content": "none"},),
        }
    )
    fake = FakeContents()
    assert (await ended(fake, audit_in_force(entry)))[1] == Content()


async def test_a_rule_may_ask_for_whom_a_call_is():
    match = MatchEntry(end_user=("maria",))
    audit = Audit(rules=(ContentRule("maria", Match.of(match), "sealed", match.used_at_all),))
    fake = FakeContents()
    await ended(fake, audit, end_user="e-1", end_user_name="maria")
    await ended(fake, audit, end_user="e-2", end_user_name="peter")
    assert [row.end_user for row in fake.rows] == ["e-1"]


async def test_a_call_of_nobody_is_kept_for_its_key():
    fake = FakeContents()
    caller = Caller("key", "k-1", None, "home", ("caller",), None)
    await ended(fake, caller=caller)
    [row] = fake.rows
    assert (row.user, row.end_user, row.key, row.team) == (None, None, "key-of-key:k-1", "home")


async def test_of_redacted_content_what_the_provider_was_sent_and_said_is_kept():
    fake = FakeContents()
    call = going_on(Audit(content="redacted"))
    runtime = make_runtime(call.policy, contents=fake)
    await contents.prepare(call, runtime)
    call.sent_to = replace(candidate(), cleared=Cleared(None))
    told = contents.overheard(call, outgoing(b"call <PHONE_1>"), FakeIncoming(b"<PHONE_1> ", b"it is"))
    assert [await told.next_chunk() for _ in range(2)] == [b"<PHONE_1> ", b"it is"]
    call.attempts.append(Attempt(target="acme/small", result="ok", ms=1.0))
    assert contents.sealed(call, runtime).mode == "redacted"
    assert await opened(fake) == Kept(b"call <PHONE_1>", b"<PHONE_1> it is", 14, 15)


async def test_of_several_tries_the_last_is_kept_and_a_whole_answer_too():
    call = going_on(Audit(content="redacted"))
    await contents.prepare(call, make_runtime(call.policy, contents=FakeContents()))
    for body, said in ((b"one", b"no"), (b"two", b"yes")):
        told = contents.overheard(call, outgoing(body), FakeIncoming(said))
        assert await told.read(100) == said
    assert call.exchanged is not None
    assert (call.exchanged[0], call.exchanged[1].kept) == (b"two", b"yes")


async def test_where_nothing_was_redacted_no_redacted_content_is_kept():
    fake = FakeContents()
    call = going_on(Audit(content="redacted"))
    runtime = make_runtime(call.policy, contents=fake)
    await contents.prepare(call, runtime)
    call.sent_to = candidate()
    contents.overheard(call, outgoing(b"x"), FakeIncoming())
    call.attempts.append(Attempt(target="acme/small", result="ok", ms=1.0))
    assert (contents.sealed(call, runtime), fake.rows) == (Content(), [])
    assert [one.verdict for one in call.trail if one.rule == "content"] == ["flag"]
