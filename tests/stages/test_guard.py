"""What of a request guards read, what they take out, and whom they refuse."""

from __future__ import annotations

import dataclasses
import json
import threading
from typing import Any

import pytest
from msgspec.structs import replace

from gateway.call import Call
from gateway.dialects.openai_embeddings import DIALECT as EMBEDDINGS
from gateway.errors import Kind, Refused
from gateway.guards.patterns import Keywords
from gateway.policy.guardrails import Guardrail
from gateway.runtime import Runtime
from gateway.stages import guard, plan
from tests.guards.parts import rule
from tests.parts.calls import CLAUDE, chat_body, make_policy, planned_call
from tests.parts.forms import form_of
from tests.parts.guards import FakeGuards
from tests.parts.runtime import make_runtime

WORDS: dict[str, Any] = {"words": ("apollo",)}
SERVICE: dict[str, Any] = {"url": "https://guard.example"}


async def nobody(*_: object) -> str:
    raise AssertionError("no model is asked")


def call_with(*rules: Guardrail, text: str = "What is Apollo?", **more: Any) -> Call:
    turns = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": text}]
    call = planned_call(body=chat_body(messages=turns), **more)
    call.policy = make_policy(guardrails=rules)
    return call


async def guarded(call: Call, guards: FakeGuards | None = None) -> Runtime:
    runtime = make_runtime(call.policy, guards=guards or FakeGuards())
    await guard.enter(call, runtime, nobody)
    return runtime


def content(call: Call) -> str:
    assert call.asked is not None
    return str(json.loads(call.asked.raw)["messages"][1]["content"])


async def refused(call: Call, guards: FakeGuards | None = None) -> Refused:
    with pytest.raises(Refused) as caught:
        await guarded(call, guards)
    return caught.value


async def test_what_is_blocked_is_refused_by_name_and_kind_and_never_by_what_it_is():
    why = await refused(call := call_with(rule("keywords", "block", **WORDS)))
    assert (why.problem.kind, why.problem.code, why.rule) == (Kind.FORBIDDEN, "guardrail_blocked", "keywords")
    assert why.problem.message == "the guardrail 'keywords' blocks this request: KEYWORD"
    assert [check.found for check in call.checks] == [{"KEYWORD": 1}]


async def test_what_is_redacted_is_out_of_the_request():
    call = call_with(rule("keywords", "redact", **WORDS))
    await guarded(call)
    assert content(call) == "What is [redacted]?"
    assert [(one.stage, one.verdict, one.reason) for one in call.trail] == [("guard", "change", "KEYWORD 1")]
    assert call.reading is None, "it is read anew by whoever looks for personal data"


async def test_what_is_flagged_stays_and_is_read_once():
    call = call_with(rule("keywords", "flag", **WORDS))
    before = call.asked
    await guarded(call)
    assert call.asked is before and call.reading is not None
    assert [one.verdict for one in call.trail] == ["flag"]


async def test_one_guard_reads_what_those_before_it_have_left():
    first, second = rule("keywords", "redact", **WORDS), rule("regex", "block", patterns=("(?i)apollo",))
    call = call_with(first, second)
    await guarded(call)
    assert [check.found for check in call.checks] == [{"KEYWORD": 1}, {}]


async def test_a_rule_is_about_the_calls_that_it_matches():
    call = call_with(rule("keywords", "block", match={"model": "another"}, **WORDS))
    await guarded(call)
    assert call.checks == [] and call.reading is None


async def test_the_model_that_counts_is_the_one_that_was_asked_for():
    call = call_with(rule("keywords", "block", match={"model": "fast", "api": "chat"}, **WORDS))
    assert (await refused(call)).problem.code == "guardrail_blocked"


async def test_the_record_says_how_much_was_read_of_how_much():
    call = call_with(rule("prompt_injection", "flag"), rule("keywords", "flag", **WORDS))
    await guarded(call)
    suspected, searched = call.checks
    assert (suspected.status, suspected.read_bytes) == ("partial", len("What is Apollo?"))
    assert (searched.status, searched.read_bytes) == ("read", searched.total_bytes)
    assert (searched.name, searched.version, searched.mode) == ("guardrail:keywords", "keywords/1", "block")


async def test_what_is_no_text_is_not_read():
    image = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]
    call = planned_call(body=chat_body(messages=[{"role": "user", "content": image}]))
    call.policy = make_policy(guardrails=(rule("keywords", "block", **WORDS),))
    await guarded(call)
    assert call.checks[0].status == "partial"


async def test_a_service_sees_redacted_words_of_users_alone():
    guards = FakeGuards(b'{"score": 0.1}')
    call = call_with(rule("http", "block", **SERVICE), text="I am Ann Lee")
    await guarded(call, guards)
    [asked] = guards.asked
    assert json.loads(asked)["texts"] == ["I am <PERSON_1>"]
    assert (call.checks[0].status, call.checks[0].found) == ("partial", {})


async def test_a_service_may_refuse():
    call = call_with(rule("http", "block", **SERVICE))
    assert (await refused(call, FakeGuards(b'{"flagged": true}'))).problem.code == "guardrail_blocked"


@pytest.mark.parametrize("guards", [FakeGuards(None), FakeGuards(b"{}"), FakeGuards(b"{}", unreadable=True)])
async def test_what_can_not_be_told_is_refused_or_recorded_as_not_read(guards: FakeGuards):
    why = await refused(call := call_with(rule("http", "block", **SERVICE)), guards)
    assert (why.problem.kind, why.problem.code) == (Kind.UNAVAILABLE, "guardrail_unavailable")
    assert [(check.status, check.read_bytes) for check in call.checks] == [("failed", 0)]
    allowed = call_with(rule("http", "block", on_failure="allow", **SERVICE))
    await guarded(allowed, guards)
    [note] = allowed.trail
    assert note.verdict == "flag" and (note.reason or "").startswith("not read: ")
    assert [(check.status, check.mode) for check in allowed.checks] == [("failed", "allow")]


async def test_nothing_is_shown_to_a_service_that_could_not_be_redacted():
    guards = FakeGuards(b'{"score": 0}', unreadable=True)
    await refused(call_with(rule("http", "block", **SERVICE)), guards)
    assert guards.asked == []


async def test_what_is_signed_and_should_be_redacted_is_refused():
    turns = [
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": [{"type": "thinking", "thinking": "of Apollo", "signature": "s"}]},
    ]
    body = json.dumps({"model": "fast", "max_tokens": 9, "messages": turns}).encode()
    call = planned_call(body=body, path="/v1/messages")
    call.policy = make_policy(guardrails=(rule("keywords", "redact", **WORDS),))
    assert (await refused(call)).problem.code == "guardrail_blocked"


async def test_a_provider_of_another_api_is_told_what_is_left():
    call = call_with(rule("keywords", "redact", **WORDS))
    policy = make_policy()
    model = policy.models["fast"]
    target = model.targets[0]
    elsewhere = dataclasses.replace(model, targets=(dataclasses.replace(target, provider=CLAUDE),))
    assert call.grant is not None
    call.grant = replace(call.grant, model=elsewhere)
    await plan.enter(call, make_runtime(call.policy))
    await guarded(call)
    assert call.plan is not None
    [there] = call.plan.candidates
    assert there.speech.translation is not None
    said = json.dumps(str(there.speech.translation.conversation))
    assert "[redacted]" in said and "Apollo" not in said


async def test_long_texts_are_read_off_the_event_loop(monkeypatch: pytest.MonkeyPatch):
    where: list[bool] = []
    found = Keywords.find

    def find(self: Keywords, text: str):
        where.append(threading.current_thread() is threading.main_thread())
        return found(self, text)

    monkeypatch.setattr(Keywords, "find", find)
    await guarded(call_with(rule("keywords", "flag", **WORDS)))
    assert set(where) == {True}
    where.clear()
    await guarded(call_with(rule("keywords", "flag", **WORDS), text="x " * 20_000))
    assert set(where) == {False}


async def test_requests_inside_a_batch_are_read_one_by_one_and_counted_together():
    call = call_with(rule("keywords", "redact", **WORDS))
    told: list[bytes] = []

    async def protect(call: Call, runtime: Runtime, candidate: Any, dialect: Any, asked: Any) -> Any:
        told.append(asked.raw)
        return asked

    runtime = make_runtime(call.policy, guards=FakeGuards())
    assert call.plan is not None
    for text in ("apollo 1", "apollo 2", "no"):
        body = json.dumps({"model": "fast", "input": text}).encode()
        await guard.before(protect, nobody)(
            call, runtime, call.plan.candidates[0], EMBEDDINGS, EMBEDDINGS.parse(body)
        )
    assert [json.loads(one)["input"] for one in told] == ["[redacted] 1", "[redacted] 2", "no"]
    [check] = call.checks
    assert (check.found, check.read_bytes) == ({"KEYWORD": 2}, len("apollo 1apollo 2no"))


async def test_a_form_is_read_and_written_anew():
    form = form_of(("model", "fast"), ("prompt", "of Apollo"), ("file", b"x", "a.mp3"))
    call = planned_call(form=form, path="/v1/audio/transcriptions")
    call.policy = make_policy(guardrails=(rule("keywords", "redact", **WORDS),))
    await guarded(call)
    assert call.asked is not None and call.asked.form is not None
    assert [part.text for part in call.asked.form.parts][:2] == ["fast", "of [redacted]"]
