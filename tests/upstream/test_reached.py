"""Whom a policy reaches: origins, and the way there."""

from __future__ import annotations

from gateway.policy.snapshot import Policy, Provider
from gateway.policy.via import Via
from gateway.upstream.reached import reached

PROXY = Via(proxy="http://proxy.test:3128")


def test_providers_are_reached_at_their_origins_by_their_way():
    providers = (
        Provider("one", "openai", "https://acme.test/v1"),
        Provider("two", "anthropic", "https://acme.test"),
        Provider("three", "openai", "http://10.0.0.1:8000/v1", via=PROXY),
        Provider("four", "azure", "https://res.test/openai/deployments/{model}?api-version=1"),
        Provider("echo", "echo"),
    )
    policy = Policy("r", providers={each.name: each for each in providers})
    assert reached(policy) == {
        ("https://acme.test", None),
        ("http://10.0.0.1:8000", PROXY),
        ("https://res.test", None),
    }
