"""Facts of calls as people give them to a command: FACT=NAME."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from gateway.cli.target import shown
from gateway.cli.wrong_use import WrongUse
from gateway.policy.suggest import did_you_mean, one_of


def facts_of(given: Iterable[str], option: str, known: Collection[str]) -> dict[str, tuple[str, ...]]:
    """By fact; of one that is named again, each of its names. WrongUse: it is none of those that are `known`."""
    found: dict[str, tuple[str, ...]] = {}
    for text in given:
        fact, mark, name = text.partition("=")
        if not mark or not name:
            raise WrongUse(f"{option} {shown(text)}: expected FACT=NAME, such as team=support")
        if fact not in known:
            raise WrongUse(f"{option} {shown(text)}: expected {one_of(known)}{did_you_mean(fact, known)}")
        found[fact] = (*found.get(fact, ()), name)
    return found
