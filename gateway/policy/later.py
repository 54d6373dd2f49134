"""What the policy language has and this version can't enforce yet.

It is an error, not a warning: a rule that nobody enforces must not look as if it were in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.policy.nodes import Path

KEYS: Final[Mapping[tuple[str, ...], frozenset[str]]] = {
    (): frozenset(
        {
            "use_cases",
            "privacy",
            "guardrails",
            "limits",
            "budgets",
            "experiments",
            "shadows",
            "prompts",
            "chains",
            "monitors",
            "alerts",
        }
    ),
    ("providers", "*"): frozenset({"processor"}),
    ("models", "*"): frozenset({"cache"}),
    ("roles", "*"): frozenset({"use_cases", "networks", "hours", "prompts", "require"}),
    ("audit",): frozenset({"retention", "anchors", "rules"}),
}

VALUES: Final[Mapping[tuple[str, ...], frozenset[str]]] = {
    ("providers", "*", "dialect"): frozenset({"bedrock", "vertex"}),
    ("audit", "content"): frozenset({"redacted", "sealed"}),
    ("audit", "durability"): frozenset({"database"}),
}

NOT_YET = "belongs to the policy language, but this version can't enforce it yet: remove it"


def is_later_key(path: Path) -> bool:
    """Whether the last step of `path` is a key of a later version."""
    *parent, key = path
    return any(key in keys and _same(pattern, tuple(parent)) for pattern, keys in KEYS.items())


def is_later_value(path: Path, value: object) -> bool:
    return any(value in values and _same(pattern, path) for pattern, values in VALUES.items())


def _same(pattern: tuple[str, ...], path: Path) -> bool:
    return len(pattern) == len(path) and all(
        want in ("*", step) for want, step in zip(pattern, path, strict=True)
    )
