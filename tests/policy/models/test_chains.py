from __future__ import annotations

from gateway.policy.models.chains import ChainEntry, StepEntry
from tests.policy.models.entry import read, refused


def test_a_step_says_what_fills_its_prompt():
    assert read(StepEntry, name="s", prompt="p@2", **{"with": {"a": "{{ b }}"}}).with_ == {"a": "{{ b }}"}


def test_a_chain_has_a_step():
    assert "at least 1 item" in refused(ChainEntry, steps=())


def test_a_step_names_a_prompt_and_perhaps_a_version():
    assert "expected a prompt's name" in refused(StepEntry, name="s", prompt="a@b@c")
