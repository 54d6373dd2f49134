from __future__ import annotations

import pytest

from gateway.guards.topics import Topics, built_in_topics
from gateway.policy.models.guardrails import TOPICS

DENIES = Topics([], ["medical", "gambling"], {})
BILLING = Topics(["billing"], [], {"billing": ["invoice*", "refund*", "credit note"]})


def test_every_topic_that_may_be_named_has_words():
    assert built_in_topics().keys() == set(TOPICS)
    assert all(len(words) > 40 for words in built_in_topics().values())


@pytest.mark.parametrize(
    "text",
    [
        "Which antibiotic helps, and what are its side effects?",
        "Welches Medikament senkt den Blutdruck am besten?",
        "¿Qué dosis de antibiótico debo tomar?",
        "Quels sont les symptômes du diabète ?",
        "Place a bet at the casino",
    ],
)
def test_two_words_of_a_topic_that_is_denied_are_found(text: str):
    found = DENIES.judge(text, whole=True)
    assert found is not None and (found.type, found.score) == ("TOPIC", 0.75)


@pytest.mark.parametrize(
    "text", ["The operation of the machine is simple.", "Tumors and a tumor", "casinos, casino", "Hi"]
)
def test_one_word_is_not_enough_even_twice(text: str):
    assert DENIES.judge(text, whole=True) is None


def test_one_word_is_enough_for_a_low_threshold():
    assert Topics([], ["gambling"], {}, 0.5).judge("roulette", whole=True) is not None


def test_what_is_about_none_of_the_topics_that_may_be_talked_about_is_found():
    said = "Please write a poem about the sea and the sailors who never came back home."
    found = BILLING.judge(said, whole=True)
    assert found is not None and found.type == "OFF_TOPIC"
    assert BILLING.judge(said + " And send the invoice.", whole=True) is None


def test_what_is_short_may_be_about_anything():
    assert BILLING.judge("Thanks, that was all!", whole=True) is None
