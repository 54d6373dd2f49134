from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.models.prompts import PromptEntry, filled, template, variables
from tests.policy.models.entry import read, refused


def test_variables_are_named_in_order_and_once():
    assert variables("{{ b }} {{a}} {{ b }}") == ("b", "a")


@pytest.mark.parametrize("text", ["{{ }}", "{{ a b }}", "{{ a", "a }}", "{{ 1a }}", "{{{{ a }}"])
def test_anything_else_between_braces_is_refused(text: str):
    with pytest.raises(ValueError, match="expected"):
        variables(text)


def test_single_braces_are_text():
    assert variables('{"a": 1}') == ()


def test_a_template_knows_no_steps():
    with pytest.raises(ValueError, match="expected a variable's name"):
        template("{{ step.output }}")


def test_what_fills_a_variable_may_be_the_output_of_a_step():
    assert filled("{{ my-step.output }} {{ input }}") == "{{ my-step.output }} {{ input }}"
    with pytest.raises(ValueError, match="expected"):
        filled("{{ my-step }}")


@given(st.text())
def test_no_text_breaks_the_reading(text: str):
    try:
        variables(text)
    except ValueError as error:
        assert str(error).startswith("expected")


def test_a_prompt_has_a_version():
    assert "at least 1 item" in refused(PromptEntry, versions={})
    assert read(PromptEntry, versions={"1": {"model": "m", "template": "t"}}).labels == {}
