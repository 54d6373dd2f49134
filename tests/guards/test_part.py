from __future__ import annotations

import pytest

from gateway.guards.part import Chain, Gathered
from tests.guards.parts import guard
from tests.guards.test_window import Stopped, part


def test_what_the_first_takes_out_the_second_does_not_see():
    first, _ = part(guard("keywords", "redact", words=("apollo",)))
    second, tally = part(guard("keywords", "block", words=("apollo", "redacted")))
    chain = Chain([first, second])
    with pytest.raises(Stopped):
        chain.feed("an apollo" + " x" * 200)
        chain.finish()
    assert tally.found == {"KEYWORD": 1}


def test_what_is_asked_of_is_all_that_passed_and_little_more_than_can_be_asked():
    gathered = Gathered(10)
    chain = Chain([part(guard("keywords", "redact", words=("apollo",)))[0], gathered])
    assert chain.feed("an apollo") + chain.finish() == "an [redacted]"
    assert gathered.text == "an [redacted]"
    for _ in range(100):
        gathered.feed("more")
    assert len(gathered.text) <= 18
