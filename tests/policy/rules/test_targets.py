from __future__ import annotations

from pathlib import Path

import pytest

from tests.policy.whole import one


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("to: vllm/llama\n    sample", "to: vlm/llama\n    sample", "vlm/llama: there is no provider `vlm`"),
        ("to: vllm/llama\n    sample", 'to: "vllm/*"\n    sample', "expected one model of one provider"),
        ("haiku: {to: anthropic/c", "haiku: {to: antropic/c", "there is no provider `antropic`"),
        ("on_exceeded: block", "on_exceeded: {downgrade: locl}", "locl}: there is no model `locl`"),
        ('"1": {model: fast, template: "C', '"1": {model: fats, template: "C', "there is no model `fats`"),
        ("kind: prompt_injection,", "kind: judge, model: j, question: is it so,", "there is no model `j`"),
        ("kind: groundedness,", "kind: judge, model: j, question: is it so,", "there is no model `j`"),
    ],
)
def test_a_target_or_model_that_is_not_there_is_a_fault(old: str, new: str, message: str, tmp_path: Path):
    assert message in one(tmp_path, (old, new))


def test_a_budget_of_one_model_does_not_downgrade_to_it(tmp_path: Path):
    line = one(
        tmp_path,
        ("match: {team: support}", "match: {model: local}"),
        ("on_exceeded: block", "on_exceeded: {downgrade: local}"),
    )
    assert line.startswith("local}: the budget is about `local` itself")
