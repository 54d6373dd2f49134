from __future__ import annotations

import pytest

from gateway.guards.cues import CUES
from gateway.guards.prompt_injection import PromptInjection
from gateway.privacy.linear import Pattern
from tests.guards.labelled import labelled


@pytest.mark.parametrize("cue", CUES, ids=lambda cue: cue.name)
def test_each_is_evidence_and_takes_linear_time(cue):
    assert 0 < cue.weight < 1
    assert Pattern(cue.pattern).text == cue.pattern


def test_no_two_have_one_name():
    assert len({cue.name for cue in CUES}) == len(CUES)


def test_each_is_seen_in_one_of_the_labelled_attempts():
    guard = PromptInjection()
    seen = {name for each in labelled() if each.is_injection for name in guard.cues(each.text)}
    assert seen == {cue.name for cue in CUES}
