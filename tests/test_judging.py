"""A model of the policy that is asked on behalf of a call."""

from __future__ import annotations

import asyncio
import json

import pytest
from msgspec.structs import replace

from gateway import judging
from gateway.audit.entry import Intent, Outcome
from gateway.call import Call
from gateway.errors import NotConnected
from gateway.guards.guard import GuardFailed
from tests.parts.calls import planned_call
from tests.parts.provider_answers import chat_answer
from tests.parts.runtime import FakeAudit, FakeIncoming, FakeUpstream, make_runtime


class Asked:
    """What came of asking: the answer, or None where it failed; what was sent, and what was recorded."""

    def __init__(self, *answers: object, call: Call | None = None, full: tuple[type, ...] = ()) -> None:
        self.call = call or planned_call()
        self.call.id = "asked-for"
        self.upstream = FakeUpstream(*answers)  # type: ignore[arg-type]
        self.audit = FakeAudit(full=full)
        self.runtime = make_runtime(self.call.policy, self.upstream, audit=self.audit)

    async def answer(self, model: str = "fast") -> str:
        return await judging.ask(self.call, self.runtime, model, "Yes or no?", "a text")


def says(text: str) -> FakeIncoming:
    return FakeIncoming(json.dumps(chat_answer(text)).encode())


async def test_it_answers_a_question_about_a_text():
    asked = Asked(incoming := says("Yes."))
    assert await asked.answer() == "Yes."
    [sent] = asked.upstream.sent
    assert isinstance(sent.body, bytes)
    body = json.loads(sent.body)
    assert [turn["content"] for turn in body["messages"]] == ["Yes or no?", "a text"]
    assert not body.get("stream") and incoming.closed


async def test_it_is_a_call_of_its_own_with_the_same_caller_and_a_parent():
    asked = Asked(says("No."))
    await asked.answer()
    intent, outcome = asked.audit.entries
    assert isinstance(intent, Intent) and isinstance(outcome, Outcome)
    assert (intent.parent, intent.who.key, intent.asked.model) == (asked.call.id, "key_1", "fast")
    assert outcome.id == intent.id != asked.call.id
    assert outcome.ending == "complete" and outcome.usage is not None and outcome.cost.usd is not None


async def test_a_provider_that_does_not_answer_is_a_failure_with_a_record():
    asked = Asked(NotConnected("no"))
    with pytest.raises(GuardFailed, match="did not answer"):
        await asked.answer()
    assert [entry.ending for entry in asked.audit.entries if isinstance(entry, Outcome)] == ["upstream_error"]


async def test_a_model_that_the_caller_may_not_reach_is_not_asked():
    """Its team is bound to a region."""
    call = planned_call()
    assert call.caller is not None
    call.caller = replace(call.caller, team="bound")
    asked = Asked(says("No."), call=call)
    assert await asked.answer() == "No."
    far = Asked(says("No."), call=call)
    with pytest.raises(GuardFailed):
        await far.answer("nowhere")
    assert far.upstream.sent == []


async def test_nothing_is_sent_that_can_not_be_recorded():
    asked = Asked(says("No."), full=(Intent, Outcome))
    with pytest.raises(GuardFailed, match="audit"):
        await asked.answer()
    assert asked.upstream.sent == []


async def test_a_cancelled_question_has_an_end_too():
    asked = Asked(FakeIncoming(hangs=True))
    asking = asyncio.ensure_future(asked.answer())
    while not asked.upstream.sent:
        await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert [entry.ending for entry in asked.audit.entries if isinstance(entry, Outcome)] == ["client_gone"]
