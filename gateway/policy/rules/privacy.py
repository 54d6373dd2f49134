"""Profiles that extend each other, and rules that protect less than the default does."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.policy import nodes
from gateway.policy.dangling import fault_at, shown_way, unknown, way_along
from gateway.policy.faults import Fault
from gateway.policy.models.document import PolicyDocument
from gateway.policy.models.entities import DEFAULT, ENTITIES, ON_BY_DEFAULT
from gateway.policy.models.match import CLAIMS
from gateway.policy.models.privacy import Action, PrivacyEntry, PrivacyRuleEntry, ProfileEntry
from gateway.policy.nodes import Path, find
from gateway.policy.suggest import shown

STRICTEST_FIRST: Final = ("block", "redact", "hash", "mask", "flag", "allow")
_UNREAD: Final = ("block", "flag", "allow")


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


def check_privacy(document: PolicyDocument, root: nodes.Mapping) -> Iterator[Fault]:
    profiles, _, _ = find(root, ("privacy", "profiles"))
    declared = set(profiles.entries) if isinstance(profiles, nodes.Mapping) else set[str]()
    for path, name in _named(document):
        if name not in declared:
            yield fault_at(root, path, unknown(name, "profile", declared))
    yield from _unknown_kinds(document, root)
    circles = list(_circles(document, root))
    yield from circles
    if not circles:
        yield from _weaker(document, root)


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


def weaker_in(one: Profile, other: Profile) -> tuple[str, ...]:
    """In what the one protects less than the other."""
    rank = STRICTEST_FIRST.index
    less = [each for each in one.entities if rank(one.entities[each]) > rank(other.entities[each])]
    if one.languages is not None and (other.languages is None or not one.languages >= other.languages):
        less.append("languages")
    if not set(one.ner.items()) >= set(other.ner.items()):
        less.append("ner")
    if one.output == "restore" and other.output == "leave":
        less.append("output")
    if _UNREAD.index(one.unread) > _UNREAD.index(other.unread):
        less.append("unread")
    if one.on_failure == "allow" and other.on_failure == "block":
        less.append("on_failure")
    return tuple(less)


def _named(document: PolicyDocument) -> Iterator[tuple[Path, str]]:
    privacy = document.privacy
    if privacy.default is not None:
        yield ("privacy", "default"), privacy.default
    for name, profile in privacy.profiles.items():
        if profile.extends is not None:
            yield ("privacy", "profiles", name, "extends"), profile.extends
    for index, rule in enumerate(privacy.rules):
        yield ("privacy", "rules", index, "profile"), rule.profile


def _unknown_kinds(document: PolicyDocument, root: nodes.Mapping) -> Iterator[Fault]:
    known = (DEFAULT, *ENTITIES, *sorted(own_kinds(document.privacy)))
    for name, profile in document.privacy.profiles.items():
        for each in profile.entities:
            if each not in known:
                rule = ", or a kind that one of `privacy.recognizers` declares"
                message = unknown(each, "kind of data", known, rule)
                yield Fault.at(find(root, ("privacy", "profiles", name, "entities", each))[1], message)


def _circles(document: PolicyDocument, root: nodes.Mapping) -> Iterator[Fault]:
    edges = {
        name: [] if profile.extends is None else [(0, profile.extends)]
        for name, profile in document.privacy.profiles.items()
    }
    reported = set[frozenset[str]]()
    for name, above in edges.items():
        way = way_along(above[0][1], name, edges) if above else None
        if way is not None and frozenset(way) not in reported:
            reported.add(frozenset(way))
            circle = shown_way(" → ".join((name, *way)))
            message = f"these profiles extend each other in a circle: {circle}; remove one `extends`"
            yield fault_at(root, ("privacy", "profiles", name, "extends"), message)


def _weaker(document: PolicyDocument, root: nodes.Mapping) -> Iterator[Fault]:
    privacy = document.privacy
    if privacy.default not in privacy.profiles:
        return
    assert privacy.default is not None  # None is no name of a profile
    own = own_kinds(privacy)
    usual = resolved(privacy.profiles, privacy.default, own)
    for index, rule in enumerate(privacy.rules):
        if rule.profile in privacy.profiles:
            less = weaker_in(resolved(privacy.profiles, rule.profile, own), usual)
            if less:
                yield from _unfounded(("privacy", "rules", index), rule, root, privacy.default, less)


def _unfounded(
    path: Path, rule: PrivacyRuleEntry, root: nodes.Mapping, usual: str, less: tuple[str, ...]
) -> Iterator[Fault]:
    weak = f"`{shown(rule.profile)}` protects less than the default profile `{shown(usual)}` ({_few(less)})"
    if rule.reason is None:
        yield fault_at(root, (*path, "profile"), f"{weak}: say why in `reason`, or take a stricter one")
    if rule.match is None:
        return
    for fact in sorted(rule.match.used & CLAIMS):
        message = (
            f"{weak}, and `{fact}` is what a request says of itself: match on what the key or token proves"
        )
        yield fault_at(root, (*path, "match", fact), message)


def _few(names: tuple[str, ...]) -> str:
    return ", ".join(names) if len(names) <= 4 else f"{', '.join(names[:3])} and {len(names) - 3} more"
