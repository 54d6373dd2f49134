from __future__ import annotations

from gateway.policy.shape import keys_at, title_at, words_at


def test_the_keys_of_the_whole_are_the_top_level_keys():
    assert keys_at(()) == (
        "gateway",
        "teams",
        "providers",
        "models",
        "roles",
        "identity_providers",
        "egress",
        "keys",
        "audit",
        "use_cases",
        "privacy",
        "guardrails",
        "limits",
        "budgets",
        "experiments",
        "shadows",
        "prompts",
        "chains",
        "monitors",
        "alerts",
    )


def test_names_and_positions_lead_to_the_block_they_hold():
    assert keys_at(("models", "any", "targets", 3)) == (
        "to",
        "weight",
        "price",
        "context_window",
        "max_output",
        "hosted_tools",
    )


def test_a_key_that_is_optional_or_a_union_leads_to_its_block():
    assert keys_at(("models", "any", "targets", 0, "price")) == (
        "input",
        "output",
        "cache_read",
        "cache_write",
        "cache_write_1h",
        "audio_input",
        "audio_output",
        "image",
        "tiers",
    )


def test_words_are_those_of_a_literal():
    assert words_at(("providers", "any", "dialect")) == (
        "openai",
        "azure",
        "anthropic",
        "gemini",
        "bedrock",
        "vertex",
        "echo",
    )
    assert words_at(("roles", "any", "allow", 0)) == ("store", "background", "service_tier")


def test_a_path_that_leads_nowhere_has_neither():
    assert keys_at(("teams", "any", "roles")) == ()
    assert keys_at(("nothing", "any")) == ()
    assert words_at(("teams", "any", "cost_centre")) == ()


def test_a_block_is_called_by_its_title():
    assert title_at(("providers", "any")) == "provider"
