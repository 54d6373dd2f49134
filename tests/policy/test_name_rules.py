from __future__ import annotations

import pytest

from gateway.policy.name_rules import name_rule


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (("teams", "a b"), "words without"),
        (("keys", "k", "roles", 0), "words without"),
        (("models", "m"), "a model's name"),
        (("models", "m", "fallbacks", 1), "a model's name"),
        (("models", "m", "targets", 0, "to"), "provider/model"),
        (("roles", "r", "tools", "hosted", 0), "a name or a glob"),
        (("budgets", 0, "on_exceeded", "map", "downgrade"), "a model's name"),
        (("providers", "p"), "letters, digits"),
        (("teams", "t", "regions", 0), "letters, digits"),
    ],
)
def test_each_place_says_what_it_takes(path: tuple[str | int, ...], said: str):
    assert name_rule(path).startswith(said)
