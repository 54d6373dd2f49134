"""Profiles that extend each other, and rules that protect less than the default does."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.policy import nodes
from gateway.policy.dangling import fault_at, shown_way, unknown, way_along
from gateway.policy.faults import Fault
from gateway.policy.models.document import PolicyDocument
from gateway.policy.models.entities import DEFAULT, ENTITIES
from gateway.policy.models.match import CLAIMS
from gateway.policy.models.privacy import PrivacyRuleEntry
from gateway.policy.nodes import Path, find
from gateway.policy.profiles import STRICTEST_FIRST, UNREAD_STRICTEST_FIRST, Profile, own_kinds, resolved
from gateway.policy.suggest import shown


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
    if UNREAD_STRICTEST_FIRST.index(one.unread) > UNREAD_STRICTEST_FIRST.index(other.unread):
        less.append("unread")
    if one.on_failure == "allow" and other.on_failure == "block":
        less.append("on_failure")
    return tuple(less)


def doubt_privacy(document: PolicyDocument, root: nodes.Mapping) -> Iterator[Fault]:
    """A warning: profiles that no call can have look like protection."""
    privacy = document.privacy
    if privacy.profiles and privacy.default is None and not privacy.rules:
        message = "nobody is protected: there is neither a `default` nor a rule that gives a call one of these profiles"
        yield fault_at(root, ("privacy", "profiles"), message)


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
