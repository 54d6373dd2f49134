from __future__ import annotations

import pytest

from gateway.guards.finding import EVERY_SOURCE
from gateway.guards.guard import Guards
from tests.guards.parts import guard


def test_its_version_names_its_kind():
    assert guard("size", max_chars=1).version == "size/1"


@pytest.mark.parametrize(
    ("made", "sources"),
    [
        (guard("keywords", words=("a",)), EVERY_SOURCE),
        (guard("prompt_injection"), {"user", "tool"}),
        (guard("judge", model="m", question="q?"), EVERY_SOURCE - {"system"}),
    ],
    ids=["finds", "suspects nothing that the application says", "asks"],
)
def test_it_reads_the_words_of_those_that_its_kind_reads(made, sources):
    assert made.sources == sources


def test_the_facts_that_matches_ask_for_are_known_once():
    one = guard("keywords", words=("a",), match={"team": "t"})
    other = guard("keywords", words=("a",), match={"not": {"role": "r"}})
    guards = Guards((one, other), ())
    assert guards.input_asks == {"team", "role"} and not guards.output_asks
