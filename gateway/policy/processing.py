"""The record of processing (GDPR, article 30), as a policy declares it: for each use case who, why, whose data, to whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.policy.auditing import Retention
from gateway.policy.models.use_cases import UseCaseEntry
from gateway.policy.snapshot import Model, Policy, Provider

_DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class Recipient:
    """A provider that data may go to, or went to: `calls` in the time that was asked about. What the policy does not say
    of it is None."""

    provider: str
    name: str | None
    country: str | None
    region: str | None
    dpa: str | None
    transfer: str | None
    retention: str | None
    trains: bool | None
    calls: int = 0


@dataclass(frozen=True, slots=True)
class ProcessingRecord:
    """One use case. Where the policy says nothing about its processing, `controller` and all that comes from there is None
    or empty, and `gaps` says what is missing."""

    use_case: str
    owner: str | None
    purpose: str | None
    controller: str | None
    lawful_basis: str | None
    data_subjects: tuple[str, ...]
    data_categories: tuple[str, ...]
    recipients: tuple[Recipient, ...]
    retention: Mapping[str, str]
    safeguards: tuple[str, ...]
    dpia: str | None
    ai_act: str | None
    gaps: tuple[str, ...]

    @property
    def transfers(self) -> tuple[Recipient, ...]:
        """Recipients in a third country."""
        return tuple(one for one in self.recipients if one.transfer not in (None, "none"))


Seen = Mapping[str | None, Mapping[str, int]]
"""Calls by use case and provider."""


def processing_records(policy: Policy, seen: Seen) -> list[ProcessingRecord]:
    """One for each use case that is declared, and for each other one that calls named."""
    names = [*policy.use_cases, *(name for name in seen if name is not None and name not in policy.use_cases)]
    return [_record(policy, name, policy.use_cases.get(name), seen.get(name, {})) for name in names]


def recipient(policy: Policy, name: str, calls: int = 0) -> Recipient:
    """What is known of a provider, also of one that the policy no longer has."""
    provider = policy.providers.get(name)
    known = None if provider is None else provider.processor
    return Recipient(
        provider=name,
        name=None if known is None else known.name,
        country=None if known is None else known.country,
        region=None if provider is None else provider.region,
        dpa=None if known is None else known.dpa,
        transfer=None if known is None else known.transfer,
        retention=None if known is None or known.retention is None else days(known.retention),
        trains=None if known is None else known.trains,
        calls=calls,
    )


def retention_of(kept: Retention) -> dict[str, str]:
    """In words; what has no end is kept for ever."""
    entries = "for ever" if kept.entries_s is None else days(kept.entries_s)
    return {
        "entries": entries,
        "content": entries if kept.content_s is None else days(kept.content_s),
        "feedback": "for ever" if kept.feedback_s is None else days(kept.feedback_s),
    }


def days(seconds: float) -> str:
    return f"{seconds / _DAY_S:g} d"


def _record(
    policy: Policy, name: str, entry: UseCaseEntry | None, calls: Mapping[str, int]
) -> ProcessingRecord:
    said = None if entry is None else entry.processing
    named = dict.fromkeys([*sorted(_reachable(policy, name)), *sorted(calls)])
    recipients = tuple([recipient(policy, provider, calls.get(provider, 0)) for provider in named])
    return ProcessingRecord(
        use_case=name,
        owner=None if entry is None else entry.owner,
        purpose=None if entry is None else entry.objective,
        controller=None if said is None else said.controller,
        lawful_basis=None if said is None else said.lawful_basis,
        data_subjects=() if said is None else said.data_subjects,
        data_categories=() if said is None else said.data_categories,
        recipients=recipients,
        retention=retention_of(policy.audit.retention),
        safeguards=safeguards(policy),
        dpia=None if said is None else said.dpia,
        ai_act=None if said is None else said.ai_act,
        gaps=tuple(_gaps(entry, recipients)),
    )


def safeguards(policy: Policy) -> tuple[str, ...]:
    """The technical measures that are in force (article 32), whatever the use case."""
    found = [
        "access by roles, judged at each call",
        "people under pseudonyms in the log; names encrypted apart from it",
        "a log chained by hashes, whose changes are found",
    ]
    if policy.audit.keeps:
        found.append("contents encrypted (AES-256-GCM) under a key of each person, which erasing destroys")
    else:
        found.append("no prompt and no answer is kept")
    bound = sorted(name for name, team in policy.teams.items() if team.regions is not None)
    if bound:
        found.append(f"residency: what {', '.join(bound)} send stays in their regions")
    return tuple(found)


def _gaps(entry: UseCaseEntry | None, recipients: Iterable[Recipient]) -> Iterator[str]:
    if entry is None:
        yield "the use case is not declared in the policy"
    elif entry.processing is None:
        yield "the policy does not say how it processes data (`processing`)"
    if entry is not None and entry.objective is None:
        yield "no purpose is given (`objective`)"
    for one in recipients:
        if one.name is None:
            yield f"nothing is said of the processor behind {one.provider} (`processor`)"
        elif one.dpa is None:
            yield f"no contract with {one.name} is named (`dpa`)"


def _reachable(policy: Policy, use_case: str) -> set[str]:
    """The providers that a call for this use case may be sent to, by what roles and models say."""
    roles = [role for role in policy.roles.values() if role.allows_use_case(use_case)]
    allowed = [
        model
        for name, model in policy.models.items()
        if any(role.allows_model(name) or name in role.models for role in roles)
    ]
    return {provider.name for provider in _providers(policy, allowed)}


def _providers(policy: Policy, models: Sequence[Model]) -> Iterator[Provider]:
    seen, waiting = set[str](), list(models)
    while waiting:
        model = waiting.pop()
        if model.name in seen:
            continue
        seen.add(model.name)
        yield from (target.provider for target in model.targets)
        waiting += [found for name in model.fallbacks if (found := policy.model_for(name)) is not None]
