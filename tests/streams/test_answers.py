from __future__ import annotations

from gateway.privacy import text_leaves_openai as openai
from gateway.streams import restore_deltas as deltas
from gateway.streams.answers import ANSWERS, DELTAS


def test_each_api_whose_streams_are_read_has_rules_for_whole_answers_too():
    assert DELTAS.keys() <= ANSWERS.keys()


def test_completions_are_streamed_as_chat_is():
    assert DELTAS["completions"] is DELTAS["chat"] is deltas.CHAT
    assert ANSWERS["chat"] is openai.CHAT_ANSWER
