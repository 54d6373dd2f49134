"""`audit`, made ready for the request path at load: how calls are recorded, and what is kept of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from gateway.policy.match import Facts, Match
from gateway.policy.models.audit import AuditEntry, Content, ContentRuleEntry

_FROM_LEAST: Final[tuple[Content, ...]] = ("none", "redacted", "sealed")


@dataclass(frozen=True, slots=True)
class ContentRule:
    """What is kept of the calls that it is about. `asks` are the facts that its match asks for."""

    name: str
    match: Match
    content: Content
    asks: frozenset[str]


@dataclass(frozen=True, slots=True)
class Retention:
    """Seconds; None: for ever, and of contents as long as their entries."""

    entries_s: float | None = None
    content_s: float | None = None
    feedback_s: float | None = None


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place outside that keeps signed heads of the log: a file or an address."""

    file: str | None
    url: str | None
    every_s: float


@dataclass(frozen=True, slots=True)
class Audit:
    """How calls are recorded. `keeps`: the content of some call may be kept; `asks` are the facts of a call that it
    takes to know."""

    content: Content = "none"
    durability: str = "before_reply"
    fsync: bool = False
    retention: Retention = Retention()
    anchors: tuple[Anchor, ...] = ()
    rules: tuple[ContentRule, ...] = field(default=(), compare=False)  # code made of the text of the revision
    keeps: bool = field(init=False)
    asks: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        said = {self.content, *(rule.content for rule in self.rules)}
        object.__setattr__(self, "keeps", said != {"none"})
        object.__setattr__(self, "asks", frozenset().union(*(rule.asks for rule in self.rules)))

    def content_of(self, facts: Facts) -> Content:
        """What is kept of a call: of several rules that are about it, what the one says that keeps least."""
        said = [rule.content for rule in self.rules if rule.match.matches(facts)]
        return min(said, key=_FROM_LEAST.index) if said else self.content


def audit_in_force(entry: AuditEntry) -> Audit:
    """What of it is in force: see gateway.policy.later."""
    kept = entry.retention
    return Audit(
        content=entry.content,
        durability=entry.durability,
        fsync=entry.fsync,
        retention=Retention(kept.entries, kept.content, kept.feedback),
        anchors=tuple(Anchor(one.file, one.url, one.every) for one in entry.anchors),
        rules=tuple(map(_rule, entry.rules)),
    )


def _rule(entry: ContentRuleEntry) -> ContentRule:
    return ContentRule(entry.name, Match.of(entry.match), entry.content, entry.match.used_at_all)
