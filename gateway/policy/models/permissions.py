"""The words of `permissions`: what the holder of a role may do with the gateway itself, through the admin
API and the command line."""

from __future__ import annotations

from typing import Final, Literal, get_args

Permission = Literal[
    "policy:read",
    "policy:propose",
    "policy:approve",
    "keys:read",
    "keys:create",
    "keys:rotate",
    "keys:revoke",
    "keys:disable",
    "budgets:raise",
    "usage:read",
    "usage:read_people",
    "usage:recompute",
    "audit:read",
    "audit:content",
    "audit:export",
    "privacy:requests",
    "prompts:read",
    "prompts:write",
    "prompts:promote",
    "experiments:read",
    "experiments:stop",
    "experiments:promote",
    "feedback:read",
    "feedback:export",
    "system:read",
    "system:reload",
    "system:freeze",
    "system:keyring",
]
Wildcard = Literal[
    "policy:*",
    "keys:*",
    "budgets:*",
    "usage:*",
    "audit:*",
    "privacy:*",
    "prompts:*",
    "experiments:*",
    "feedback:*",
    "system:*",
]

PermissionWord = Literal[Permission, Wildcard]

PERMISSIONS: Final[tuple[Permission, ...]] = get_args(Permission)


def meant_by(word: PermissionWord) -> frozenset[Permission]:
    """The permission itself; of `area:*` all of that area, those of later versions too once they exist."""
    area = word.removesuffix("*")
    return frozenset(each for each in PERMISSIONS if each == word or (area != word and each.startswith(area)))
