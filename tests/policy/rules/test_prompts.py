from __future__ import annotations

from pathlib import Path

import pytest

from tests.policy.whole import one, said

CLASSIFY = "{name: classify, prompt: classify}"
REPLY = 'prompt: support-reply, with: {label: "{{ classify.output }}"}'


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('production: "1", staging: "2"', 'production: "1", staging: "3"', "there is no version `3`: expected 1 or 2"),
        (CLASSIFY, "{name: classify, prompt: clasify}", "clasify}: there is no prompt `clasify`: expected classify or support-reply"),
        (CLASSIFY, "{name: classify, prompt: classify@staging}", "there is no label or version `staging`: expected 1 or production"),
        ('    labels: {production: "1"}\n', "", "`classify` has no label `production`: say which version, as in classify@1"),
        (REPLY, 'prompt: support-reply, with: {lable: "x"}', '"x"}}: the prompt has no variable `lable`: expected question or label; did you mean `label`?'),
        (REPLY, 'prompt: support-reply, with: {label: "{{ clasify.output }}"}', "there is no earlier step `clasify`: expected classify"),
        (REPLY, 'prompt: support-reply, with: {label: "{{ reply.output }}"}', "`reply` has not run yet by then"),
        (REPLY, 'prompt: support-reply, with: {label: "{{ classify.text }}"}', "write {{ classify.output }}"),
        ("{name: reply, prompt", "{name: classify, prompt", "`classify` is the name of step 1 already"),
        ("haiku: {to", "haiku: {prompt: clasify, to", "there is no prompt `clasify`"),
        ("use_cases: [faq]", "prompts: [clasify]", "clasify]: there is no prompt `clasify`"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_a_fault_where_it_is_named(old: str, new: str, message: str, tmp_path: Path):
    assert message in one(tmp_path, (old, new))


@pytest.mark.parametrize("ref", ["classify@1", "classify@production", "support-reply@staging"])
def test_a_version_is_named_by_itself_or_by_a_label(ref: str, tmp_path: Path):
    assert said(tmp_path, (CLASSIFY, f"{{name: classify, prompt: {ref}}}")) == []
