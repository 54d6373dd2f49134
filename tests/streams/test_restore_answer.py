"""Values put back into whole answers, by the rules of each API."""

from __future__ import annotations

import json

import pytest

from gateway.privacy import text_leaves_anthropic, text_leaves_openai
from gateway.privacy.placeholders import Issued
from gateway.streams.restore import Counts
from gateway.streams.restore_answer import restored_body, restored_value

ISSUED = Issued({"PERSON_1": 'Z"oë'})


def test_what_was_said_is_restored_and_the_rest_keeps_its_bytes():
    body = b'{ "id":"chatcmpl-PERSON_1", "choices":[{"message":{"content":"Hi <PERSON_1>", "role":"assistant"}}],"x":1.50}'
    told = restored_body(body, text_leaves_openai.CHAT_ANSWER, ISSUED, Counts())
    assert told == body.replace(b"Hi <PERSON_1>", 'Hi Z\\"oë'.encode())


def test_arguments_stay_a_valid_document_even_if_they_were_cut():
    for arguments, told in [('{"a":"<PERSON_1>"}', '{"a":"Z\\"oë"}'), ('{"a":"<PERSON_1>', '{"a":"Z\\"oë')]:
        call = {"id": "c", "function": {"name": "f", "arguments": arguments}}
        body = json.dumps({"choices": [{"message": {"tool_calls": [call]}}]}).encode()
        answer = json.loads(restored_body(body, text_leaves_openai.CHAT_ANSWER, ISSUED, Counts()))
        assert answer["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"] == told


def test_signed_thinking_comes_back_as_it_was():
    block = {"type": "thinking", "thinking": "<PERSON_1>", "signature": "s"}
    body = json.dumps({"content": [block, {"type": "text", "text": "<PERSON_1>"}]}).encode()
    told = json.loads(restored_body(body, text_leaves_anthropic.ANSWER, ISSUED, Counts()))
    assert told["content"] == [block, {"type": "text", "text": 'Z"oë'}]


def test_an_answer_without_placeholders_is_the_very_bytes():
    body = b'{"choices":[{"message":{"content":"PERSON"}}]}'
    assert restored_body(body, None, ISSUED, Counts()) is body
    assert restored_body(b'["<PERSON_1>"]', None, Issued({}), Counts()) == b'["<PERSON_1>"]'


@pytest.mark.parametrize(
    "body", [b"PERSON_1]", b'["PERSON_1", "\\x"]', b'["PERSON_1", "\xff"]', b"<html> PERSON_1"]
)
def test_an_answer_that_is_no_json_stays(body):
    assert restored_body(body, None, ISSUED, Counts()) is body


def test_each_text_is_judged_by_itself_and_counted():
    counts = Counts()
    assert restored_value(["https://", "<PERSON_1> https://<PERSON_1> <PERSON_2>"], ISSUED, counts)[1] == (
        'Z"oë https://<PERSON_1> <PERSON_2>'
    )
    assert counts == Counts(restored=1, unsafe=1, unknown=1)
