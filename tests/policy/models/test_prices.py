from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import ValidationError

from gateway.policy.models.prices import PriceEntry


def test_a_rate_is_exact_and_may_be_whole():
    price = PriceEntry.model_validate({"input": 3, "output": Decimal("0.000000001")})
    assert (price.input, price.output) == (Decimal(3), Decimal("0.000000001"))


@pytest.mark.parametrize("rate", [-1, True, "1", 0.1, Decimal("1e-10"), Decimal("Infinity"), 1_000_001])
def test_anything_else_is_no_rate(rate: object):
    with pytest.raises(ValidationError):
        PriceEntry.model_validate({"input": rate, "output": 1})


def test_a_service_tier_has_rates_of_its_own():
    flex = {"input": 1, "output": 2}
    price = PriceEntry.model_validate({"input": 3, "output": 4, "tiers": {"flex": flex}})
    assert price.tiers["flex"].output == 2


@pytest.mark.parametrize("tiers", [{"a tier": {"input": 1, "output": 2}}, {"flex": {"input": 1}}])
def test_a_tier_without_a_name_or_without_rates_is_refused(tiers: object):
    with pytest.raises(ValidationError):
        PriceEntry.model_validate({"input": 3, "output": 4, "tiers": tiers})
