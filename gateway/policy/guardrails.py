"""`guardrails`, made ready for the request path at load. What they look for is compiled by gateway.guards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from gateway.policy.match import Match
from gateway.policy.models.guardrails import GuardrailEntry, Kind
from gateway.policy.secrets import Secret, resolve

_TIMEOUTS_S: Final[Mapping[str, float]] = {"judge": 10.0}


@dataclass(frozen=True, slots=True)
class Guardrail:
    """`asks` are the facts that its match asks for; `settings` are the keys that only its kind has, those that are
    absent left out."""

    name: str
    kind: Kind
    apply_to: Literal["input", "output"]
    action: Literal["block", "flag", "redact"]
    on_failure: Literal["block", "allow"]
    match: Match = field(compare=False)  # code made of the text that the policy's revision names
    asks: frozenset[str] = frozenset()
    settings: Mapping[str, Any] = field(default_factory=dict)
    timeout_s: float = 1.0
    url: Secret | None = field(default=None, repr=False)


def guardrails_of(
    entries: Iterable[GuardrailEntry], environment: Mapping[str, str], secrets: str
) -> tuple[Guardrail, ...]:
    """`secrets` as for `load_policy`: where references are not read, nobody can be asked. ValueError: one leads
    nowhere."""
    return tuple(_guardrail(entry, environment, secrets) for entry in entries)


def _guardrail(entry: GuardrailEntry, environment: Mapping[str, str], secrets: str) -> Guardrail:
    said = {
        "patterns": entry.patterns,
        "words": entry.words,
        "threshold": entry.threshold,
        "topics": entry.topics,
        "deny_topics": entry.deny_topics,
        "vocabulary": entry.vocabulary,
        "schema": entry.schema_,
        "max_chars": entry.max_chars,
        "languages": entry.languages,
        "model": entry.model,
        "question": entry.question,
    }
    url = entry.url
    return Guardrail(
        name=entry.name,
        kind=entry.kind,
        apply_to=entry.apply_to,
        action=entry.action,
        on_failure=entry.on_failure,
        match=Match.of(entry.match),
        asks=frozenset() if entry.match is None else entry.match.used_at_all,
        settings={key: value for key, value in said.items() if value is not None},
        timeout_s=_TIMEOUTS_S.get(entry.kind, 1.0) if entry.timeout is None else entry.timeout,
        url=None if url is None else Secret(resolve(url, environment) if secrets == "read" else url),
    )
