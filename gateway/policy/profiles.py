"""Profiles of personal data, with what they extend."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.policy.models.entities import DEFAULT, ENTITIES, ON_BY_DEFAULT
from gateway.policy.models.privacy import Action, PrivacyEntry, ProfileEntry

STRICTEST_FIRST: Final = ("block", "redact", "hash", "mask", "flag", "allow")
UNREAD_STRICTEST_FIRST: Final = ("block", "flag", "allow")


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile with what it extends. `languages` None: all; `entities` has an action for every kind of data, `ner`
    the models that look for names by language."""

    languages: frozenset[str] | None
    entities: Mapping[str, Action]
    ner: Mapping[str, str]
    output: str
    unread: str
    on_failure: str


def own_kinds(privacy: PrivacyEntry) -> frozenset[str]:
    """Kinds of data that only the policy's own recognizers find. They are on by default."""
    return frozenset(entry.entity for entry in privacy.recognizers.values()) - frozenset(ENTITIES)


def resolved(profiles: Mapping[str, ProfileEntry], name: str, own: Collection[str] = ()) -> Profile:
    """What is said by a profile and those that it extends, the nearest first; `own` as in `own_kinds`. Without
    circles."""
    chain = list[ProfileEntry]()
    at: str | None = name
    while at is not None and at in profiles:
        chain.append(profiles[at])
        at = profiles[at].extends
    said = dict[str, Action]()
    for entry in reversed(chain):
        said.update(entry.entities)
    usual = said.get(DEFAULT, "redact")
    on = {*ON_BY_DEFAULT, *own}
    languages = next((entry.languages for entry in chain if entry.languages is not None), None)
    return Profile(
        languages=None if languages is None else frozenset(languages),
        entities={
            each: said.get(each, usual if each in on else "allow") for each in (*ENTITIES, *sorted(own))
        },
        ner=next((entry.ner for entry in chain if entry.ner is not None), {}),
        output=next((entry.output for entry in chain if entry.output is not None), "restore"),
        unread=next((entry.unread for entry in chain if entry.unread is not None), "flag"),
        on_failure=next((entry.on_failure for entry in chain if entry.on_failure is not None), "block"),
    )
