from __future__ import annotations

from typing import Any, get_args

import pytest

from gateway.policy.models.guardrails import OWN_KEYS, GuardrailEntry, Kind, number
from tests.policy.models.entry import read, refused

FITS: dict[str, dict[str, Any]] = {
    "secrets": {},
    "regex": {"patterns": ("a+",)},
    "keywords": {"words": ("a",)},
    "prompt_injection": {"threshold": 0.5},
    "topics": {"deny_topics": ("a",)},
    "json_schema": {"schema": {"type": "object"}},
    "size": {"max_chars": 10},
    "language": {"languages": ("en",)},
    "http": {"url": "https://x.example", "timeout": "1s"},
    "judge": {"model": "m", "question": "q?"},
}
BASE: dict[str, Any] = {"name": "g", "apply_to": "input", "action": "block"}


@pytest.mark.parametrize("kind", get_args(Kind))
def test_each_kind_takes_its_own_keys(kind: str):
    assert read(GuardrailEntry, **BASE, kind=kind, **FITS[kind]).kind == kind


@pytest.mark.parametrize("kind", [kind for kind, (needed, _) in OWN_KEYS.items() if needed])
def test_each_kind_needs_its_keys(kind: str):
    assert f"a guardrail of kind {kind} needs it" in refused(GuardrailEntry, **BASE, kind=kind)


def test_a_key_of_another_kind_is_refused():
    assert "`max_chars` is nothing that a guardrail of kind secrets has" in refused(
        GuardrailEntry, **BASE, kind="secrets", max_chars=1
    )


def test_topics_need_one_of_their_keys():
    assert "needs one of them" in refused(GuardrailEntry, **BASE, kind="topics")


def test_what_judges_a_text_as_a_whole_can_not_redact():
    assert "can't redact" in refused(GuardrailEntry, **BASE | {"action": "redact"}, kind="size", max_chars=1)


@pytest.mark.parametrize("pattern", ["(", "(?=a)", r"(a)\1", "(?<!a)b", "(?P<n>a)(?P=n)"])
def test_a_pattern_can_be_matched_in_linear_time(pattern: str):
    assert "takes time linear" in refused(GuardrailEntry, **BASE, kind="regex", patterns=(pattern,))


@pytest.mark.parametrize("value", [True, "0.8"])
def test_a_score_is_a_number(value: object):
    with pytest.raises(ValueError, match="expected a number"):
        number(value)
