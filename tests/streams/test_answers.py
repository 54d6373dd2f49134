from __future__ import annotations

import json

from gateway.privacy import text_leaves_openai as openai
from gateway.privacy.text_leaves import Leaves
from gateway.streams import restore_deltas as deltas
from gateway.streams.answers import ANSWERS, DELTAS, SAID_ANSWERS, SAID_DELTAS


def test_each_api_whose_streams_are_read_has_rules_for_whole_answers_too():
    assert DELTAS.keys() <= ANSWERS.keys()


def test_completions_are_streamed_as_chat_is():
    assert DELTAS["completions"] is DELTAS["chat"] is deltas.CHAT
    assert ANSWERS["chat"] is openai.CHAT_ANSWER


def test_what_an_answer_repeats_of_its_request_is_not_what_it_says():
    output = [{"type": "message", "content": [{"type": "output_text", "text": "said"}]}]
    response = {"instructions": "asked", "tools": [{"name": "f", "description": "asked"}], "output": output}
    raw = json.dumps(response).encode()
    assert Leaves(raw, ANSWERS["responses"]).texts == ("asked", "asked", "said")
    assert Leaves(raw, SAID_ANSWERS["responses"]).texts == ("said",)
    event = json.dumps({"type": "response.created", "response": response}).encode()
    assert Leaves(event, SAID_DELTAS["responses"].rules).texts == ("said",)
