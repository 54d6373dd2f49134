"""Every kind of guard, and how one is made ready: at load, once for a policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from gateway.guards.asking import Classifier, Judge
from gateway.guards.guard import Guard, Guards
from gateway.guards.json_schema import JsonSchema
from gateway.guards.language import Language
from gateway.guards.patterns import Keywords, Patterns
from gateway.guards.prompt_injection import PromptInjection
from gateway.guards.secrets import Secrets
from gateway.guards.size import Size
from gateway.guards.topics import Topics
from gateway.policy.guardrails import Guardrail
from gateway.policy.models.guardrails import Kind
from gateway.policy.snapshot import Policy
from gateway.privacy.detector import Detects
from gateway.privacy.profile import Profile, looked_for
from gateway.privacy.redaction import redact
from gateway.privacy.spans import resolve

Make = Callable[[Guardrail, Mapping[str, Any], Detects], Guard]

_DEFAULT_THRESHOLD: Final = 0.5


def _secrets(rule: Guardrail, settings: Mapping[str, Any], detector: Detects) -> Guard:
    return Guard(rule, finds=Secrets(detector))


def _regex(rule: Guardrail, settings: Mapping[str, Any], detector: Detects) -> Guard:
    return Guard(rule, finds=Patterns(settings["patterns"]))


def _keywords(rule: Guardrail, settings: Mapping[str, Any], detector: Detects) -> Guard:
    return Guard(rule, finds=Keywords(settings["words"]))


def _prompt_injection(rule: Guardrail, settings: Mapping[str, Any], detector: Detects) -> Guard:
    return Guard(rule, finds=PromptInjection(settings.get("threshold", _DEFAULT_THRESHOLD)))


def _topics(rule: Guardrail, settings: Mapping[str, Any], detector: Detects) -> Guard:
    names = settings.get("topics", ()), settings.get("deny_topics", ()), settings.get("vocabulary", {})
    return Guard(rule, judges=Topics(*names, settings.get("threshold", 0.75)))


def _json_schema(rule: Guardrail, settings: Mapping[str, Any], detector: Detects) -> Guard:
    return Guard(rule, judges=JsonSchema(settings["schema"]))


def _size(rule: Guardrail, settings: Mapping[str, Any], detector: Detects) -> Guard:
    return Guard(rule, judges=Size(settings["max_chars"]))


def _language(rule: Guardrail, settings: Mapping[str, Any], detector: Detects) -> Guard:
    return Guard(rule, judges=Language(settings["languages"]))


def _http(rule: Guardrail, settings: Mapping[str, Any], detector: Detects) -> Guard:
    assert rule.url is not None  # the policy's model says that this kind has one
    about = {"guardrail": rule.name, "apply_to": rule.apply_to}
    threshold = settings.get("threshold", _DEFAULT_THRESHOLD)
    return Guard(rule, asks=Classifier(rule.url.reveal(), about, threshold, rule.timeout_s))


def _judge(rule: Guardrail, settings: Mapping[str, Any], detector: Detects) -> Guard:
    return Guard(rule, asks=Judge(settings["model"], settings["question"], rule.timeout_s))


KINDS: Final[Mapping[Kind, Make]] = {
    "secrets": _secrets,
    "regex": _regex,
    "keywords": _keywords,
    "prompt_injection": _prompt_injection,
    "topics": _topics,
    "json_schema": _json_schema,
    "size": _size,
    "language": _language,
    "http": _http,
    "judge": _judge,
}


def guard_of(rule: Guardrail, detector: Detects) -> Guard:
    return KINDS[rule.kind](rule, rule.settings, detector)


class GuardBook:
    """The guards of the policies in force. Made ready before the first call of a policy needs them, where `prepare` is
    called; else by that call."""

    def __init__(self, detector: Detects) -> None:
        self._detector = detector
        self._known: list[tuple[Policy, Guards]] = []

    def of(self, policy: Policy) -> Guards:
        for known, guards in self._known:
            if known is policy:
                return guards
        return self.prepare(policy)

    def redacted(self, text: str, policy: Policy) -> str:
        """What others may see of a text: all that is personal by default is out of it, and all that any profile of
        the policy looks for. Raises NotRead."""
        return redact(
            text, resolve(span for each in _looked_for(policy) for span in self._detector.spans(text, each))
        )

    def prepare(self, policy: Policy) -> Guards:
        made = [guard_of(rule, self._detector) for rule in policy.guardrails]
        if any(guard.asks is not None for guard in made):
            for each in _looked_for(policy):
                self._detector.prepare(each)
        guards = Guards(
            tuple(guard for guard in made if guard.rule.apply_to == "input"),
            tuple(guard for guard in made if guard.rule.apply_to == "output"),
        )
        self._known = [*self._known[-_MOST_KNOWN + 1 :], (policy, guards)]
        return guards


def _looked_for(policy: Policy) -> set[Profile]:
    """Without the models that look for names: others are asked within a second."""
    every = () if policy.privacy is None else policy.privacy.every()
    return {Profile(), *(looked_for(each)._replace(models=()) for each in every)}


_MOST_KNOWN: Final = 4
"""Calls keep the policy that they met at the door: after a reload two are in use."""
