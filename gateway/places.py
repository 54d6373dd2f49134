"""Where an operation on kept objects goes: to whoever keeps what it refers to, else to whom it may go.

What is new goes only where a model of the role has a target: who may use no model of a provider sends it
nothing to keep either.
"""

from __future__ import annotations

from typing import Final, NoReturn

from gateway.dialects.interface import Dialect, Family
from gateway.dialects.speech import FAMILY_OF
from gateway.errors import Kind, Problem, Refused
from gateway.policy.reach import led_to
from gateway.policy.roles import Role, Team
from gateway.policy.snapshot import Policy, Provider
from gateway.stores.ownership import Place

CHOICE: Final = b"x-gateway-provider"
"""The header by which a caller chooses the provider of a new object, or of a list."""


def place_for(
    policy: Policy,
    dialect: Dialect,
    family: Family,
    *,
    role: Role,
    team: Team | None,
    places: frozenset[Place] | None,
    chosen: str | None,
) -> tuple[Provider, int]:
    """The provider, and the index of the credential. Refused if there is none that may be asked.

    Without an object to go by it is the `chosen` one, else the first in the policy to which the role leads,
    and there the first credential: so a list has all that was made. A list sends nothing: it may be asked
    of the others too.
    """
    able = [
        provider
        for provider in policy.providers.values()
        if FAMILY_OF.get(provider.dialect) is family
        and (provider.apis is None or dialect.api in provider.apis)
    ]
    near = {provider.name: provider for provider in able if may_go(team, provider)}
    led = led_to(policy, role)
    if places is not None:
        provider, credential = _keeper(places, near, able)
        if _is_billed_later(dialect) and provider.name not in led:
            _refuse_unled(role)
        return provider, credential
    open_to = near if dialect.method == "GET" else {name: near[name] for name in near if name in led}
    if chosen is not None:
        if chosen not in open_to:
            message = f"'{chosen[:100]}' is no provider that this can be asked of"
            _refuse(Kind.INVALID_REQUEST, "chosen", message, "unknown_provider")
        return open_to[chosen], 0
    for provider in sorted(open_to.values(), key=lambda one: one.name not in led):
        return provider, 0
    if near:
        _refuse_unled(role)
    if able:
        message = "no provider in the regions this team may use has this operation"
        _refuse(Kind.FORBIDDEN, "region", message, "residency")
    return _refuse(Kind.INVALID_REQUEST, "dialect", "no provider has this operation", "api_not_served")


def _keeper(
    places: frozenset[Place], near: dict[str, Provider], able: list[Provider]
) -> tuple[Provider, int]:
    for place in sorted(places):
        provider = near.get(place.provider)
        if provider is not None and place.credential < max(1, len(provider.credentials)):
            return provider, place.credential
    far = {provider.name for provider in able} - near.keys()
    if any(place.provider in far for place in places):
        message = "what this refers to is kept outside the regions this team may use"
        _refuse(Kind.FORBIDDEN, "region", message, "residency")
    message = "the provider that keeps what this refers to is not switched on"
    return _refuse(Kind.UNAVAILABLE, "targets", message, "no_provider")


def may_go(team: Team | None, provider: Provider) -> bool:
    """Residency: whether what a team sends may go to a provider. One without a region is outside every region."""
    return team is None or team.regions is None or provider.region in team.regions


def _is_billed_later(dialect: Dialect) -> bool:
    """Whether what it makes goes on to ask models."""
    return dialect.keeping is not None and dialect.keeping.billed_later


def _refuse_unled(role: Role) -> NoReturn:
    message = f"no model of the role '{role.name}' has a target at a provider that could keep this"
    _refuse(Kind.FORBIDDEN, "role", message, "provider_forbidden")


def _refuse(kind: Kind, rule: str, message: str, code: str) -> NoReturn:
    raise Refused(Problem(kind, message, code=code, should_retry=False), stage="plan", rule=rule)
