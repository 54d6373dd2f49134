from __future__ import annotations

import pytest
from pydantic import ValidationError

from gateway.policy.models.providers import ProviderEntry


@pytest.mark.parametrize("dialect", ["openai", "anthropic"])
def test_a_provider_needs_an_address(dialect: str):
    with pytest.raises(ValidationError, match="base_url is missing"):
        ProviderEntry.model_validate({"dialect": dialect})


@pytest.mark.parametrize("key", [{"base_url": "https://x"}, {"credentials": ("${A}",)}])
def test_echo_takes_neither_address_nor_credentials(key: dict[str, object]):
    with pytest.raises(ValidationError, match="echo is built in and takes no"):
        ProviderEntry.model_validate({"dialect": "echo", **key})


def test_a_provider_does_not_show_its_credentials():
    provider = ProviderEntry(dialect="openai", base_url="https://secret-host", credentials=("sk-1",))
    assert "sk-1" not in repr(provider)
    assert "secret-host" not in repr(provider)


def test_an_address_with_references_is_judged_when_they_are_resolved():
    assert ProviderEntry(dialect="openai", base_url="${URL}").base_url == "${URL}"


def test_a_provider_waits_as_the_documentation_says():
    timeouts = ProviderEntry(dialect="echo").timeouts
    assert (timeouts.connect, timeouts.first_byte, timeouts.idle, timeouts.total) == (5, 120, 120, 900)
