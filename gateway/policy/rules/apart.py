"""Whether two matches can be about one call."""

from __future__ import annotations

from typing import Final

from gateway.policy.globs import overlap
from gateway.policy.models.match import Fact, MatchEntry

_ONE_EACH: Final[tuple[Fact, ...]] = (
    "team",
    "user",
    "key",
    "use_case",
    "model",
    "api",
    "provider",
    "target",
    "region",
    "end_user",
)
"""Facts of which a call has one: of roles and tags it may have those of both."""


def apart(one: MatchEntry | None, other: MatchEntry | None) -> bool:
    """True: surely no call is meant by both. None is every call."""
    if one is None or other is None:
        return False
    return _differ(one, other) or _excludes(one, other) or _excludes(other, one)


def _differ(one: MatchEntry, other: MatchEntry) -> bool:
    for fact in _ONE_EACH:
        mine, yours = one.names(fact), other.names(fact)
        if mine is not None and yours is not None and not _meet(mine, yours):
            return True
    return False


def _meet(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return any(overlap(mine, yours) for mine in one for yours in other)


def _excludes(one: MatchEntry, other: MatchEntry) -> bool:
    """Whether all that `other` means is under the `not` of `one`: each fact there is asked by `other` too, and
    only for names that are excluded."""
    excluded = one.not_
    if excluded is None or excluded.network is not None or excluded.hours is not None:
        return False
    for fact in sorted(excluded.used):
        inside, asked = excluded.names(_named(fact)), other.names(_named(fact))
        if inside is None or asked is None or not all(_covered(name, inside) for name in asked):
            return False
    return True


def _covered(name: str, names: tuple[str, ...]) -> bool:
    """Whether whatever a name or glob stands for is among the others; for a glob only if it stands there itself."""
    return name in names or ("*" not in name and any(overlap(name, each) for each in names))


def _named(fact: str) -> Fact:
    return next(each for each in (*_ONE_EACH, *_SEVERAL) if each == fact)


_SEVERAL: Final[tuple[Fact, ...]] = ("role", "tag")
