"""Every recognizer that the gateway brings: one for each kind of data and language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.privacy.recognizers import addresses, documents, national, network, numbers, phones, secrets
from gateway.privacy.recognizers.recognizer import CompiledRule, LinearRecognizer
from gateway.privacy.rules import ALL_LANGUAGES, Rule


def registry() -> Sequence[LinearRecognizer]:
    """Each rule is compiled once: what is of every language is shared by them."""
    compiled = {rule: CompiledRule(rule) for rule in all_rules()}
    kinds = sorted({rule.entity for rule in compiled})
    return [_recognizer(kind, language, compiled) for kind in kinds for language in ALL_LANGUAGES]


def all_rules() -> tuple[Rule, ...]:
    kinds = (secrets, numbers, network, national, documents, phones, addresses)
    return tuple(rule for kind in kinds for rule in kind.rules())


def _recognizer(kind: str, language: str, compiled: Mapping[Rule, CompiledRule]) -> LinearRecognizer:
    of_kind = [
        rule for rule in compiled if rule.entity == kind and language in (rule.languages or (language,))
    ]
    return LinearRecognizer(kind, language, [compiled[rule] for rule in of_kind])
