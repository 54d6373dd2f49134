from __future__ import annotations

import pytest
from pydantic import ValidationError

from gateway.policy.models.models import ModelEntry, TargetEntry


def test_a_target_is_a_provider_and_a_model():
    target = TargetEntry(to="vllm/meta/llama:8b")
    assert (target.provider, target.model) == ("vllm", "meta/llama:8b")


@pytest.mark.parametrize("to", ["x", "/x", "x/", "a b/c", "a/b c", "a/b,c", "a/${B}", "*/x"])
def test_anything_else_is_no_target(to: str):
    with pytest.raises(ValidationError):
        TargetEntry(to=to)


def test_a_target_weighs_one_unless_it_is_said():
    assert TargetEntry(to="a/b").weight == 1


def test_a_model_that_could_never_be_chosen_is_refused():
    with pytest.raises(ValidationError, match="every target has weight 0"):
        ModelEntry(targets=(TargetEntry(to="a/b", weight=0),))


def test_a_weight_of_zero_beside_another_is_fine():
    targets = (TargetEntry(to="a/b", weight=0), TargetEntry(to="a/c"))
    assert ModelEntry(targets=targets).targets == targets


def test_a_model_is_not_tried_again_unless_it_is_said():
    assert ModelEntry(targets=(TargetEntry(to="a/b"),)).retries == 0


def test_what_a_target_can_hold_and_what_its_tools_may_cost_are_told():
    said = {
        "to": "a/b",
        "context_window": 1000,
        "max_output": 100,
        "hosted_tools": {"web_search*": "0.5 USD"},
    }
    assert TargetEntry.model_validate(said).hosted_tools == {"web_search*": 500_000_000}


@pytest.mark.parametrize("said", [{"context_window": 0}, {"max_output": 0}, {"hosted_tools": {"mcp": 1}}])
def test_what_bounds_nothing_is_refused(said: dict[str, object]):
    with pytest.raises(ValidationError):
        TargetEntry.model_validate({"to": "a/b", **said})
