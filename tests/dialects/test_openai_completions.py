"""Completions: prompts count."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.dialects.interface import BadBody, Changes
from gateway.dialects.openai_completions import DIALECT, parse, render


def body(**fields: Any) -> bytes:
    return json.dumps({"model": "fast", **fields}).encode()


@pytest.mark.parametrize(
    ("prompt", "prompts"),
    [
        ("hi", 1),
        (["hi"], 1),
        (["a", "b", "c"], 3),
        ([1, 2, 3], 1),
        ([[1, 2], [3]], 2),
        ([1, "a"], 2),
        ([1.5, 2], 2),
        ([], 1),
        (None, 1),
    ],
)
def test_each_prompt_gets_its_answer(prompt, prompts):
    assert parse(body(prompt=prompt)).choices == prompts


def test_prompts_times_choices_are_generated():
    assert parse(body(prompt=["a", "b"], n=2, best_of=3)).choices == 6


def test_a_prompt_may_be_absent():
    assert parse(body()).choices == 1


@pytest.mark.parametrize("prompt", [{}, 1, True])
def test_a_prompt_of_another_type_is_refused(prompt):
    with pytest.raises(BadBody) as refused:
        parse(body(prompt=prompt))
    assert refused.value.param == "prompt"


def test_the_cap_has_one_name_here():
    changed = json.loads(render(parse(body(prompt="x")), Changes("m", 7)))
    assert changed == {"model": "m", "prompt": "x", "max_tokens": 7}


def test_a_stream_is_asked_for_its_usage():
    changed = json.loads(render(parse(body(prompt="x", stream=True)), Changes("fast")))
    assert changed["stream_options"] == {"include_usage": True}


def test_what_does_not_change_is_the_very_bytes_that_came():
    asked = parse(body(prompt="x", max_tokens=3))
    assert render(asked, Changes("fast", 7)) is asked.raw


def test_the_dialect_says_what_it_is():
    assert (DIALECT.api, DIALECT.family, DIALECT.provider_path) == ("completions", "openai", "/completions")


def test_a_list_that_takes_long_to_read_is_refused_unread():
    body = b'{"model":"m","prompt":[' + b'"",' * 3_000_000 + b'""]}'
    with pytest.raises(BadBody, match="8 MiB"):
        parse(body)
