"""Which providers a role leads to: those of which some call that it allows may ask something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.policy.globs import Glob
from gateway.policy.roles import Role
from gateway.policy.snapshot import Policy

_ANY: Final = "\u203b"
"""Stands where any characters may: printable, and in no name that is declared."""


def led_to(policy: Policy, role: Role) -> frozenset[str]:
    """The names of the providers that are targets of a model of this role.

    Each is proved by a name that the role allows and that has a target there: which model stands behind
    it is the policy's word, so a glob that the role's names never come to leads nowhere. Where globs
    are so entangled that no such name is found, it leads to too few and never to too many.
    """
    found: set[str] = set()
    for name in _names(policy, role):
        model = policy.model_for(name) if role.allows_model(name) else None
        if model is not None:
            found.update(target.provider.name for target in model.targets)
    return frozenset(found)


def _names(policy: Policy, role: Role) -> Iterator[str]:
    """Names that may lead somewhere: the declared ones, and some of those that a glob of the role and one
    of the policy have in common."""
    globs = [Glob.of(name) for name in policy.models if "*" in name]
    yield from (name for name in policy.models if "*" not in name)
    for allowed in role.models:
        if "*" not in allowed:
            yield allowed
            continue
        mine = Glob.of(allowed)
        for glob in globs:
            yield from _common(mine, glob)


def _common(one: Glob, other: Glob) -> Iterator[str]:
    """Names that both match, as unlike to any other glob as can be; none if no name begins or ends as
    both ask."""
    prefix, suffix = max(one.prefix, other.prefix, key=len), max(one.suffix, other.suffix, key=len)
    begins = prefix.startswith(one.prefix) and prefix.startswith(other.prefix)
    if not begins or not suffix.endswith(one.suffix) or not suffix.endswith(other.suffix):
        return
    for inner in {(*one.inner, *other.inner), (*other.inner, *one.inner)}:
        yield _ANY.join((prefix, *inner, suffix))
