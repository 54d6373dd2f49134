"""Which providers a role leads to."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.policy.reach import led_to
from gateway.policy.roles import Role
from gateway.policy.snapshot import Model, Policy, Provider, Target


def policy_of(**models: str) -> Policy:
    """Models by the name of their provider."""
    return named({name: provider for provider, name in models.items()})


def named(models: dict[str, str]) -> Policy:
    """The name of a provider by that of its model."""
    made = {
        name: Model(name, (Target(f"{at}/*", Provider(at, "openai"), "*"),)) for name, at in models.items()
    }
    return Policy("rev-1", models=made)


def reached(policy: Policy, *allowed: str) -> str:
    return " ".join(sorted(led_to(policy, Role("r", models=allowed))))


@pytest.mark.parametrize(
    ("allowed", "providers"),
    [
        ((), ""),
        (("*",), "cloud house second"),
        (("fast",), "house"),
        (("unknown",), "cloud"),
        (("local/*",), "second"),
        (("local/llama",), "second"),
        (("lo*",), "cloud second"),
        (("f*",), "cloud house"),
        (("*llama",), "cloud second"),
    ],
)
def test_a_role_leads_where_its_models_are(allowed: tuple[str, ...], providers: str):
    assert reached(policy_of(house="fast", second="local/*", cloud="*"), *allowed) == providers


def test_a_glob_that_another_one_hides_from_the_role_leads_nowhere():
    policy = policy_of(house="gpt-4o-*", cloud="gpt-*")
    assert reached(policy, "gpt-4o-*") == "house"
    assert reached(policy, "gpt-4o-mini*") == "house"
    assert reached(policy, "gpt-*-mini") == "cloud house"


def test_a_model_whose_providers_are_off_leads_nowhere():
    assert led_to(Policy("rev-1", models={"m": Model("m", (), off=("cloud/m",))}), Role("r", ("*",))) == set()


GLOBS = st.text(alphabet="ab*", min_size=1, max_size=3)
NAMES = ["".join(letters) for length in range(1, 8) for letters in product("abc", repeat=length)]


@settings(max_examples=40, deadline=None)
@given(st.lists(GLOBS, max_size=3, unique=True), st.lists(GLOBS, min_size=1, max_size=2))
def test_it_leads_to_those_that_some_name_of_it_leads_to(models: list[str], allowed: list[str]):
    policy = named({name: f"at-{name}" for name in models})
    role = Role("r", models=tuple(allowed))
    found = [policy.model_for(name) for name in NAMES if role.allows_model(name)]
    assert led_to(policy, role) == {f"at-{model.name}" for model in found if model is not None}
