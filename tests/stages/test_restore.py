"""What the placeholders in an answer stand for."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from msgspec.structs import replace

from gateway.call import Call, Cleared, Served
from gateway.dialects.openai_stream import OpenAIStream
from gateway.errors import GatewayError
from gateway.policy.match import Facts
from gateway.privacy.faults import DetectorUnavailable
from gateway.privacy.placeholders import Issued
from gateway.stages import restore
from gateway.streams.passing import Passing
from tests.parts.calls import make_policy, planned_call
from tests.parts.detection import FakeDetection
from tests.parts.protections import privacy
from tests.parts.provider_answers import CHAT_DONE, chat_chunk
from tests.parts.runtime import FakeIncoming, FakeVault, make_runtime

ISSUED = Issued({"PERSON_1": "Ann Lee"})


def answered(*, issued: Issued | None = ISSUED, profile: dict[str, Any] | None = None, **served: Any) -> Call:
    call = planned_call()
    protection = privacy(profile or {}).protection_for(Facts())
    assert protection is not None
    assert call.plan is not None
    there = replace(call.plan.candidates[0], cleared=Cleared(protection, None, issued))
    call.served = Served(there, FakeIncoming(), "application/json", **served)
    return call


def entered(call: Call) -> Served:
    asyncio.run(restore.enter(call, make_runtime(make_policy())))
    assert call.served is not None
    return call.served


def left(call: Call) -> list[tuple[str, str | None]]:
    restore.leave(call, make_runtime(make_policy()))
    restore.leave(call, make_runtime(make_policy()))
    return [(one.verdict, one.reason) for one in call.trail]


def test_a_whole_answer_is_restored_and_counted():
    call = answered(body=b'{"choices":[{"message":{"content":"<PERSON_1>"}}]}')
    assert entered(call).body == b'{"choices":[{"message":{"content":"Ann Lee"}}]}'
    assert left(call) == [("change", "1 restored")]


def test_what_stays_is_counted():
    said = b'{"choices":[{"message":{"content":"![](https://a.example/<PERSON_1>) <PERSON_7>"}}]}'
    call = answered(body=said)
    assert entered(call).body == said
    assert left(call) == [("flag", "0 restored, 1 in addresses left, 1 unknown left")]


def test_a_stream_is_restored_with_what_was_read_of_it_before():
    reader = OpenAIStream(hide_usage=False, choices=1)
    call = answered(reader=reader, first=reader.feed(chat_chunk("<PERS")))
    served = entered(call)
    assert served.reader is not None
    told = served.first + served.reader.feed(chat_chunk("ON_1>!") + chat_chunk(finish="stop") + CHAT_DONE)
    assert b"Ann Lee" in told and b"PERSON" not in told
    assert b"[DONE]" in served.reader.terminator
    assert left(call) == [("change", "1 restored")]


@pytest.mark.parametrize("change", [{"issued": None}, {"profile": {"output": "leave"}}])
def test_nothing_is_done_where_nothing_is_to_be_put_back(change: dict[str, Any]):
    call = answered(body=b'"<PERSON_1>"', **change)
    assert entered(call).body == b'"<PERSON_1>"'
    assert left(call) == []


def test_what_is_no_text_passes_as_it_is():
    call = answered(reader=Passing(), first=b"")
    assert isinstance(entered(call).reader, Passing)


@pytest.mark.parametrize("path", ["/v1/responses/resp_1", "/v1/responses/resp_1/input_items"])
def test_a_stored_answer_that_is_read_again_is_restored_from_the_vault(path: str):
    call = planned_call(path=path, method="GET", body=b"")
    assert call.plan is not None
    item = '{"type":"function_call","arguments":"{\\"who\\":\\"<PERSON_1>\\"}"}'
    name = "data" if path.endswith("items") else "output"
    there = replace(call.plan.candidates[0], cleared=Cleared(None))
    call.served = Served(there, FakeIncoming(), "application/json", body=f'{{"{name}":[{item}]}}'.encode())
    vault = FakeVault({("key:key_1", "resp_1"): {"PERSON_1": 'Ann "A" Lee'}})
    asyncio.run(restore.enter(call, make_runtime(make_policy(), vault=vault)))
    assert call.served.body is not None
    [told] = json.loads(call.served.body)[name]
    assert json.loads(told["arguments"]) == {"who": 'Ann "A" Lee'}
    down = make_runtime(make_policy(), vault=FakeVault(down=True))
    asyncio.run(restore.enter(call, down))
    assert [one.rule for one in call.trail] == ["store"], "it stays as it is"


def searched(fault: GatewayError | None = None) -> Call:
    call = answered(issued=None, body=b'{"choices":[{"message":{"content":"Bob Ray, and <PERSON_1>"}}]}')
    runtime = make_runtime(make_policy(), detection=FakeDetection(fault))
    asyncio.run(restore.enter(call, runtime))
    return call


def test_what_a_whole_answer_says_of_its_own_accord_is_counted_and_stays():
    call = searched()
    [check] = call.checks
    assert (check.name, check.found, check.status, check.mode) == (
        "privacy_of_answer",
        {"PERSON": 1},
        "read",
        "allow",
    )
    assert call.served is not None and b"Bob Ray" in (call.served.body or b"")


def test_an_answer_that_can_not_be_searched_passes_and_is_recorded_as_that():
    call = searched(DetectorUnavailable("died", ""))
    assert (call.checks[0].status, call.checks[0].read_bytes, call.unread) == ("failed", 0, ("answer",))
