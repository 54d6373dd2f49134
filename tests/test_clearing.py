"""What becomes of the texts of a request under the privacy rules about it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from gateway.clearing import Clearing, Found, Verdict
from gateway.errors import GatewayError, Kind
from gateway.policy.match import Facts
from gateway.policy.protection import Protection
from gateway.privacy.faults import DetectorUnavailable, TooLong
from gateway.privacy.profile import looked_for
from gateway.reading import reading_of
from tests.parts.calls import chat_body, make_call
from tests.parts.detection import FakeDetection
from tests.parts.protections import privacy

TEXT = "Ann Lee ann@lee.org"
IMAGE = [
    {"type": "text", "text": TEXT},
    {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}},
]


def protection(**profile: Any) -> Protection:
    found = privacy(profile).protection_for(Facts())
    assert found is not None
    return found


def judged(
    rules: Protection, content: object = TEXT, fault: GatewayError | None = None, **more: Any
) -> Verdict:
    call = make_call(body=chat_body(messages=[{"role": "user", "content": content}], **more))
    asked = call.dialect.parse(call.body)

    async def judge() -> Verdict:
        reading = await reading_of(asked, call.dialect)
        profile = looked_for(rules)
        found: Found | GatewayError = fault or await FakeDetection().spans(reading.texts, profile, "t")
        return Clearing(asked, reading, {profile: found}, b"k", keeps=False).of(rules)

    return asyncio.run(judge())


def refusal(verdict: Verdict) -> tuple[Kind, str | None]:
    assert verdict.refused is not None and verdict.cleared is None
    return verdict.refused.problem.kind, verdict.refused.problem.code


def test_what_is_redacted_goes_out_under_placeholders():
    verdict = judged(protection())
    assert verdict.cleared is not None and verdict.cleared.asked is not None
    sent = json.loads(verdict.cleared.asked.raw)
    assert sent["messages"][0]["content"] == "<PERSON_1> <EMAIL_1>"
    assert verdict.cleared.issued is not None and len(verdict.cleared.issued) == 2
    assert verdict.notes == (("change", "redact EMAIL 1, PERSON 1"),)


def test_where_nothing_is_found_the_very_bytes_go_out():
    verdict = judged(protection(), "none")
    assert verdict.cleared is not None and verdict.cleared.asked is None and verdict.cleared.issued is None


def test_what_is_blocked_is_said_by_its_kinds_and_never_quoted():
    verdict = judged(protection(entities={"EMAIL": "block"}))
    assert refusal(verdict) == (Kind.FORBIDDEN, "privacy_blocked")
    assert str(verdict.refused).endswith(": EMAIL")


def test_what_is_masked_or_hashed_can_not_come_back():
    verdict = judged(protection(entities={"EMAIL": "hash", "PERSON": "mask"}))
    assert verdict.cleared is not None and verdict.cleared.issued is None
    assert verdict.notes == (("change", "hash EMAIL 1; mask PERSON 1"),)


def test_what_is_flagged_goes_out_and_is_noted():
    verdict = judged(protection(entities={"default": "flag"}))
    assert verdict.cleared is not None and verdict.cleared.asked is None
    assert verdict.notes == (("flag", "EMAIL 1, PERSON 1"),)


def test_what_can_not_be_read_is_noted_or_barred():
    assert ("flag", "not read: url") in judged(protection(), IMAGE).notes
    assert judged(protection(unread="allow"), IMAGE).notes == (("change", "redact EMAIL 1, PERSON 1"),)
    assert refusal(judged(protection(unread="block"), IMAGE)) == (Kind.FORBIDDEN, "privacy_blocked")


def test_what_was_not_read_is_refused_unless_the_profile_lets_it_pass():
    hung = DetectorUnavailable("timed_out", "it hung")
    assert refusal(judged(protection(), fault=hung)) == (Kind.UNAVAILABLE, "privacy_unavailable")
    assert refusal(judged(protection(), fault=TooLong("long"))) == (Kind.TOO_LARGE, "privacy_unread")
    passed = judged(protection(on_failure="allow"), fault=hung)
    assert passed.cleared is not None and passed.cleared.asked is None
    assert passed.notes == (("flag", "not read: timed_out; on_failure allows it"),)


SCHEMA = {"type": "function", "function": {"name": "f", "parameters": {"enum": ["ann@lee.org"]}}}


def test_what_may_not_be_written_anew_is_noted_or_barred():
    assert ("flag", "signed or compared, so sent as it is: EMAIL 1") in judged(
        protection(), tools=[SCHEMA]
    ).notes
    assert refusal(judged(protection(unread="block"), tools=[SCHEMA])) == (Kind.FORBIDDEN, "privacy_blocked")


def test_a_protection_is_judged_once():
    rules = protection()
    call = make_call(body=chat_body())
    asked = call.dialect.parse(call.body)
    reading = asyncio.run(reading_of(asked, call.dialect))
    clearing = Clearing(asked, reading, {looked_for(rules): [()] * len(reading.texts)}, b"k", keeps=False)
    assert clearing.of(rules) is clearing.of(rules)
