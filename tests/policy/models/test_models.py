from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import ValidationError

from gateway.policy.models.models import ModelEntry, PriceEntry, TargetEntry


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


def test_a_rate_is_exact_and_may_be_whole():
    price = PriceEntry.model_validate({"input": 3, "output": Decimal("0.000000001")})
    assert (price.input, price.output) == (Decimal(3), Decimal("0.000000001"))


@pytest.mark.parametrize("rate", [-1, True, "1", 0.1, Decimal("1e-10"), Decimal("Infinity"), 1_000_001])
def test_anything_else_is_no_rate(rate: object):
    with pytest.raises(ValidationError):
        PriceEntry.model_validate({"input": rate, "output": 1})


def test_a_model_is_not_tried_again_unless_it_is_said():
    assert ModelEntry(targets=(TargetEntry(to="a/b"),)).retries == 0
