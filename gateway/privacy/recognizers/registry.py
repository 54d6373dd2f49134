"""Presidio's registry with our recognizers in it, and nothing that it would load by itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from presidio_analyzer import RecognizerRegistry

from gateway.privacy.recognizers import addresses, documents, national, network, numbers, phones, secrets
from gateway.privacy.recognizers.recognizer import LinearRecognizer
from gateway.privacy.rules import ALL_LANGUAGES, Rule


def registry(extra: Iterable[Any] = ()) -> Any:
    """One recognizer for each kind and language; those of every language share what they compile."""
    rules = all_rules()
    shared = {rule.entity: LinearRecognizer(rule.entity, "en", ()) for rule in rules}
    for entity, recognizer in shared.items():
        of_all = [rule for rule in rules if rule.entity == entity and not rule.languages]
        recognizer.compiled = LinearRecognizer(entity, "en", of_all).compiled
    recognizers = [
        _in_language(entity, language, rules, recognizer)
        for entity, recognizer in shared.items()
        for language in ALL_LANGUAGES
    ]
    return RecognizerRegistry(recognizers=[*recognizers, *extra], supported_languages=list(ALL_LANGUAGES))


def all_rules() -> tuple[Rule, ...]:
    kinds = (secrets, numbers, network, national, documents, phones, addresses)
    return tuple(rule for kind in kinds for rule in kind.rules())


def _in_language(
    entity: str, language: str, rules: tuple[Rule, ...], shared: LinearRecognizer
) -> LinearRecognizer:
    own = [rule for rule in rules if rule.entity == entity and language in rule.languages]
    recognizer = LinearRecognizer(entity, language, own)
    recognizer.compiled = (*shared.compiled, *recognizer.compiled)
    return recognizer
