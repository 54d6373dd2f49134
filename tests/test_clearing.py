"""What becomes of the texts of a request under the privacy rules about it."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.call import Cleared
from gateway.clearing import Clearing, Found, Verdict
from gateway.errors import GatewayError, Kind
from gateway.policy.match import Facts
from gateway.policy.protection import Protection
from gateway.privacy.faults import DetectorUnavailable, TooLong
from gateway.privacy.placeholders import Issued
from gateway.privacy.profile import looked_for
from gateway.privacy.text_leaves_openai import CHAT
from gateway.reading import reading_of
from gateway.streams.restore import Counts
from gateway.streams.restore_answer import restored_body
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


TEXTS = st.lists(
    st.sampled_from(["Ann Lee", "ann@lee.org", "Bob Ray", "<PERSON_1>", "PERSON_2", "", "a", "\n", '"', "é", "\u2028", "{", "\\"]),
    max_size=12,
).map(" ".join)  # fmt: skip


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_what_is_sent_says_nothing_and_restores_to_what_was_asked(texts: list[str]):
    """Through the body of a request, arguments of tools among it."""
    call = {
        "id": "c",
        "type": "function",
        "function": {"name": "f", "arguments": json.dumps({"a": texts[0]})},
    }
    turns: list[Any] = [{"role": "user", "content": text} for text in texts]
    body = chat_body(messages=[*turns, {"role": "assistant", "content": None, "tool_calls": [call]}])
    asked = make_call().dialect.parse(body)
    rules = protection(entities={"SECRET": "allow"})

    async def judge() -> Cleared:
        reading = await reading_of(asked, make_call().dialect)
        found = await FakeDetection().spans(reading.texts, looked_for(rules), "t")
        verdict = Clearing(asked, reading, {looked_for(rules): found}, b"k", keeps=False).of(rules)
        assert verdict.cleared is not None
        return verdict.cleared

    cleared = asyncio.run(judge())
    sent = (cleared.asked or asked).raw
    told = json.loads(sent)
    assert not re.search(
        r"\b(?:Ann|Bob) [A-Z]\w+|@lee", "\n".join(turn["content"] or "" for turn in told["messages"])
    )
    issued = cleared.issued or Issued({})
    *back, answer = json.loads(restored_body(sent, CHAT, issued, Counts()))["messages"]
    assert back == turns
    assert json.loads(answer["tool_calls"][0]["function"]["arguments"]) == {"a": texts[0]}
