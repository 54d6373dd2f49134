"""What guards have said of a call, told to its caller and to its record."""

from __future__ import annotations

import asyncio

import pytest

from gateway.errors import Kind
from gateway.guarding import asked, note, record, refused, unable
from gateway.policy.guardrails import Guardrail
from gateway.policy.secrets import Secret
from gateway.policy.webhooks import Webhook
from tests.guards.parts import guard, rule
from tests.parts.calls import make_call, make_policy
from tests.parts.guards import FakeGuards
from tests.parts.runtime import FakeEvents, make_runtime

INPUT, OUTPUT = rule("size", "block", max_chars=1), rule("size", "block", "output", max_chars=1)


@pytest.mark.parametrize(("made", "stage", "what"), [(INPUT, "guard", "request"), (OUTPUT, "vet", "answer")])
def test_a_refusal_names_the_guardrail_and_the_kind_of_thing(made: Guardrail, stage: str, what: str):
    no = refused(made, {"SIZE": 1, "A": 2})
    assert (no.stage, no.rule, no.problem.kind) == (stage, "size", Kind.FORBIDDEN)
    assert no.problem.message == f"the guardrail 'size' blocks this {what}: A, SIZE"
    assert no.problem.should_retry is False
    assert unable(made).problem.kind is Kind.UNAVAILABLE and unable(made).stage == stage


RUNTIME = make_runtime(make_call().policy)


def test_checks_of_one_guard_are_one_check():
    call, size = make_call(), guard("size", max_chars=1)
    record(call, RUNTIME, size, read_bytes=5, total_bytes=5, found={"SIZE": 1}, failed=None)
    record(call, RUNTIME, size, read_bytes=2, total_bytes=4, found={"SIZE": 2}, failed=None)
    [check] = call.checks
    assert (check.read_bytes, check.total_bytes, check.found, check.status) == (7, 9, {"SIZE": 3}, "partial")


def test_what_failed_once_is_never_told_as_read():
    call, size = make_call(), guard("size", max_chars=1)
    record(call, RUNTIME, size, read_bytes=5, total_bytes=5, found={}, failed=None)
    record(call, RUNTIME, size, read_bytes=4, total_bytes=4, found={}, failed="no")
    assert [(check.status, check.read_bytes, check.total_bytes) for check in call.checks] == [
        ("failed", 0, 9)
    ]


@pytest.mark.parametrize(
    ("found", "failed", "said"),
    [
        ({}, None, []),
        ({"B": 2, "A": 1}, None, [("flag", "A 1, B 2")]),
        ({}, "gone", [("flag", "not read: gone; on_failure allows it")]),
    ],
)
def test_the_trail_has_what_passed_and_is_worth_a_word(found, failed, said):
    call = make_call()
    note(call, INPUT, found, failed)
    assert [(one.verdict, one.reason) for one in call.trail] == said


async def test_a_model_that_takes_too_long_has_failed():
    waiting = asyncio.Event()

    async def ask(*_: object) -> str:
        await waiting.wait()
        return "yes"

    call = make_call()
    judge = guard("judge", model="m", question="q?", timeout="1ms")
    runtime = make_runtime(call.policy, guards=FakeGuards())
    assert await asked(judge, ["a"], call, runtime, ask) == (
        {},
        "the model that judges took longer than 0.001 s",
    )


async def test_a_model_is_told_the_question_and_sees_redacted_text():
    heard: list[tuple[str, str]] = []

    async def ask(call: object, runtime: object, model: str, told: str, text: str) -> str:
        heard.append((model, text))
        assert "Is it rude?" in told
        return "yes"

    call = make_call()
    judge = guard("judge", model="m", question="Is it rude?")
    runtime = make_runtime(call.policy, guards=FakeGuards())
    assert await asked(judge, ["I am Ann Lee", "b"], call, runtime, ask) == ({"JUDGE": 1}, None)
    assert heard == [("m", "I am <PERSON_1>\n\nb")]


WEBHOOK = Webhook("w", "alerts.webhooks.0", Secret("https://a.example"))


@pytest.mark.parametrize(
    ("found", "failed", "told"),
    [({}, None, []), ({"SIZE": 1}, None, ["guardrail.found"]), ({}, "gone", ["guardrail.failed"])],
)
def test_whoever_wants_to_know_is_told_of_findings_and_failures(found, failed, told):
    heard = FakeEvents()
    call = make_call(make_policy(webhooks=(WEBHOOK,)))
    size, runtime = guard("size", max_chars=1), make_runtime(call.policy, events=heard)
    record(call, runtime, size, read_bytes=5, total_bytes=5, found=found, failed=failed)
    assert [event.what for event in heard.told] == told


def test_nobody_is_told_where_nobody_wants_to_know():
    heard, call = FakeEvents(), make_call()
    runtime = make_runtime(call.policy, events=heard)
    record(
        call, runtime, guard("size", max_chars=1), read_bytes=5, total_bytes=5, found={"SIZE": 1}, failed=None
    )
    assert heard.told == []
