"""A `match`, compiled: which calls a rule is about.

A fact that a call lacks never matches, so a rule about it is not about that call. Under `not` that is turned
round as everything else is: `not: {region: eu}` is about a call to a provider without a region, since it is
outside every region, and `not: {team: legal}` about a key without a team.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_network
from operator import attrgetter
from typing import Final

from msgspec import Struct

from gateway.policy.globs import NameSet
from gateway.policy.hours import Hours
from gateway.policy.models.match import Facts as Asked
from gateway.policy.models.match import MatchEntry


class Facts(Struct, frozen=True, gc=False):
    """What is known of a call. None, or an empty tuple: it has none, or it is not known yet.

    `key` is a key's id, `tags` are name=value, `target` is provider/model, `at` is aware of its zone.
    """

    team: str | None = None
    user: str | None = None
    roles: tuple[str, ...] = ()
    key: str | None = None
    use_case: str | None = None
    model: str | None = None
    api: str | None = None
    tags: tuple[str, ...] = ()
    provider: str | None = None
    target: str | None = None
    region: str | None = None
    address: IPv4Address | IPv6Address | None = None
    at: datetime | None = None
    end_user: str | None = None


Test = Callable[[Facts], bool]

_SINGLE: Final = (
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


@dataclass(frozen=True, slots=True)
class Match:
    """Asked with what is known of a call. Without tests it is about every call."""

    _tests: tuple[Test, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, entry: MatchEntry | None) -> Match:
        if entry is None:
            return EVERY_CALL
        tests = list(_tests(entry))
        if entry.not_ is not None:
            tests.append(_not(_tests(entry.not_)))
        return cls(tuple(tests))

    @property
    def every_call(self) -> bool:
        return not self._tests

    def matches(self, facts: Facts) -> bool:
        return all(test(facts) for test in self._tests)


EVERY_CALL: Final = Match()


def _tests(asked: Asked) -> tuple[Test, ...]:
    tests = [_is_among(fact, names) for fact in _SINGLE if (names := getattr(asked, fact)) is not None]
    if asked.role is not None:
        tests.append(_one_is_among("roles", asked.role))
    if asked.tag is not None:
        tests.append(_one_is_among("tags", asked.tag))
    if asked.network is not None:
        tests.append(_is_within(asked.network))
    if asked.hours is not None:
        hours = Hours.of(asked.hours)
        tests.append(lambda facts: facts.at is not None and hours.hold(facts.at))
    return tuple(tests)


def _is_among(fact: str, names: tuple[str, ...]) -> Test:
    read, among = attrgetter(fact), NameSet.of(names)
    if among.globs:
        return lambda facts: (value := read(facts)) is not None and value in among
    exact = among.names
    return lambda facts: read(facts) in exact


def _one_is_among(fact: str, names: tuple[str, ...]) -> Test:
    read, among = attrgetter(fact), NameSet.of(names)
    return lambda facts: any(value in among for value in read(facts))


def _is_within(networks: tuple[str, ...]) -> Test:
    """An IPv4 address inside IPv6 counts as what is inside."""
    within = tuple(ip_network(text) for text in networks)

    def test(facts: Facts) -> bool:
        address = facts.address
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        return address is not None and any(address in each for each in within)

    return test


def _not(tests: tuple[Test, ...]) -> Test:
    return lambda facts: not all(test(facts) for test in tests)
