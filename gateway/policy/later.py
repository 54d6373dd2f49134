"""What the policy language has and this version can't enforce yet.

It is read, and every mistake in it is an error; `gateway check` and `gateway serve` say what of it is not in
force, so that no rule looks as if somebody kept it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gateway.policy import nodes


@dataclass(frozen=True, slots=True)
class Later:
    """A part that is read and not enforced: whatever stands at `path` (* is any name), or one of `words` there.
    `note` says what that means for those who rely on it."""

    path: tuple[str, ...]
    note: str
    words: frozenset[str] | None = None


LATER: Final = (
    Later(("use_cases",), "outcomes, goals and allowed uses of calls are neither taken nor checked"),
    Later(("experiments",), "every call goes as its model says"),
    Later(("shadows",), "no call is copied"),
    Later(("prompts",), "prompts can't be asked for"),
    Later(("chains",), "chains can't be called"),
    Later(("monitors",), "nothing is measured"),
    Later(
        ("alerts", "webhooks", "*", "events"),
        "nobody is told of these kinds: nothing of them is noticed yet",
        frozenset(
            {
                "limit",
                "privacy",
                "experiment",
                "shadow",
                "monitor",
                "provider",
                "policy",
                "audit",
            }
        ),
    ),
    Later(
        ("providers", "*", "dialect"),
        "such a provider is off",
        frozenset({"bedrock", "vertex"}),
    ),
    Later(("models", "*", "cache"), "every call goes to a provider"),
    Later(("audit", "retention", "feedback"), "no feedback is taken, and none is kept"),
)


@dataclass(frozen=True, slots=True)
class NotYet:
    """A part of a policy that is declared and not in force: `section` as in privacy or providers.*.processor."""

    section: str
    note: str

    def __str__(self) -> str:
        return f"not yet in force: {self.section}: {self.note}"


def not_yet(root: nodes.Mapping) -> tuple[NotYet, ...]:
    """What of a policy is not in force, each part once, in the order of LATER."""
    return tuple(
        NotYet(".".join(later.path), later.note)
        for later in LATER
        if any(_counts(later, node) for node in _at(root, later.path))
    )


def is_later_dialect(dialect: str) -> bool:
    return any(later.path[-1] == "dialect" and dialect in (later.words or ()) for later in LATER)


def _counts(later: Later, node: nodes.Node) -> bool:
    """What is empty asks for nothing."""
    match node:
        case nodes.Mapping(entries):
            return bool(entries)
        case nodes.Sequence(items):
            return any(_counts(later, item) for item in items) if later.words else bool(items)
        case nodes.Scalar(value=value):
            return later.words is None or value in later.words
    return False


def _at(node: nodes.Node, path: tuple[str, ...]) -> Iterator[nodes.Node]:
    if not path:
        yield node
    elif isinstance(node, nodes.Mapping):
        for name, entry in node.entries.items():
            if path[0] in ("*", name):
                yield from _at(entry.value, path[1:])
    elif isinstance(node, nodes.Sequence) and path[0] == "*":
        for item in node.items:
            yield from _at(item, path[1:])
