"""Where may it go? Pure: ordered candidates, after residency and dialect. Refuses an empty plan.

The model's own targets come first, in an order drawn by weight, those of weight 0 behind the others;
then those of its fallbacks, each fallback judged by the role that allowed the call. Nothing is ever
sent outside the plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from gateway.call import Call, Candidate, Plan
from gateway.dialects.hub.features import Misfit
from gateway.dialects.interface import BadBody
from gateway.dialects.speech import Speech, Speeches
from gateway.errors import Kind, Problem, Refused
from gateway.places import CHOICE, may_go, place_for
from gateway.policy.roles import Role, Team
from gateway.policy.snapshot import Model, Policy, Provider, Target
from gateway.runtime import Runtime
from gateway.stores.ownership import Place
from gateway.upstream.prices import Rates

_UNBILLED: Final = Rates(input=0, output=0, version="not billed", free=True)
"""For operations that every provider does for nothing, whatever its models cost."""

RatesOf = Callable[[Target], Rates | None]
SpeechTo = Callable[[str, frozenset[str] | None], Speech | None]
"""(a provider's dialect, the APIs it offers). None: it has nothing like it. Raises Misfit, and BadBody where nobody can be asked this."""


async def enter(call: Call, runtime: Runtime) -> None:
    assert call.caller is not None and call.grant is not None and call.asked is not None
    team = None if call.caller.team is None else call.policy.teams.get(call.caller.team)
    if call.grant.model is None:
        call.plan = _of_objects(call, team)
    else:
        call.plan = _of_model(call, runtime, call.grant.model, call.asked.model, team)


def instead(call: Call, runtime: Runtime, asked_for: str) -> Plan | None:
    """Where it goes if another model is called than it asks for. None: its role doesn't allow that, nobody can serve
    it there, or it speaks of what a provider keeps."""
    assert call.caller is not None and call.grant is not None
    model = call.policy.model_for(asked_for)
    fixed = call.grant.model is None or call.dialect.operation == "keep" or call.places is not None
    if fixed or model is None or not call.grant.role.allows_model(asked_for):
        return None
    team = None if call.caller.team is None else call.policy.teams.get(call.caller.team)
    try:
        return _of_model(call, runtime, model, asked_for, team)
    except Refused:
        return None


def _of_model(call: Call, runtime: Runtime, model: Model, asked_for: str, team: Team | None) -> Plan:
    assert call.grant is not None and call.asked is not None
    prices, keeping = runtime.prices, call.dialect.keeping

    def rates_of(target: Target) -> Rates | None:
        if keeping is not None and keeping.billed_later:
            return None
        if not call.dialect.billed:
            return _UNBILLED
        provider = target.provider
        return prices.rates(
            provider.dialect, provider.name, provider.base_url, target.model, target.price, free=provider.free
        )

    once = call.dialect.operation == "keep"
    plan = decide(
        call.policy,
        model=_alone(model) if once else model,
        asked_for=asked_for,
        role=call.grant.role,
        team=team,
        speech_to=Speeches(call.dialect, call.family, call.asked).to,
        rates_of=rates_of,
        fraction=runtime.chance.fraction,
        places=call.places,
    )
    return Plan(plan.candidates[:1]) if once else plan


def _of_objects(call: Call, team: Team | None) -> Plan:
    """One place. What only reads may be tried again."""
    assert call.grant is not None
    dialect = call.dialect
    chosen = call.named.get(CHOICE)
    provider, credential = place_for(
        call.policy,
        dialect,
        call.family,
        role=call.grant.role,
        team=team,
        places=call.places,
        chosen=None if chosen is None else chosen.decode("latin-1").strip(),
    )
    later = dialect.keeping is not None and dialect.keeping.billed_later
    candidate = Candidate(
        Target(provider.name, provider, ""),
        asked_for="",
        rates=None if later else _UNBILLED,
        retries=1 if dialect.method == "GET" else 0,
        speech=Speech(dialect, call.family),
        credential=credential,
    )
    return Plan((candidate,))


def _alone(model: Model) -> Model:
    """What is made of it is made once, and of no other: there is no second try, and no second target."""
    return replace(model, fallbacks=(), retries=0)


def decide(
    policy: Policy,
    *,
    model: Model,
    asked_for: str,
    role: Role,
    team: Team | None,
    speech_to: SpeechTo,
    rates_of: RatesOf,
    fraction: Callable[[], float],
    places: frozenset[Place] | None = None,
) -> Plan:
    """Candidates in the order in which they are tried; Refused if there is none. `places`: nobody but
    who keeps what the request refers to can serve it."""
    candidates: list[Candidate] = []
    seen: set[str] = set()
    kept_out: Refused | None = None
    members = with_fallbacks(policy, model, asked_for, role) if model.fallbacks else ((asked_for, model),)
    for name, member in members:
        targets = member.targets
        for target in targets if len(targets) == 1 else in_drawn_order(targets, fraction):
            if target.name in seen:
                continue
            seen.add(target.name)
            try:
                credential = None if places is None else _credential(target.provider, places, asked_for)
                speech = _speech(target, team, speech_to, asked_for)
            except Refused as why:
                kept_out = kept_out or why
                continue
            rates = rates_of(target)
            candidates.append(Candidate(target, name, rates, member.retries, speech, credential))
    if candidates:
        return Plan(tuple(candidates))
    switched_off = f"the model '{asked_for[:200]}' has no provider that is switched on"
    raise kept_out or _refused(Kind.UNAVAILABLE, "targets", switched_off, "no_provider")


def in_drawn_order(targets: tuple[Target, ...], fraction: Callable[[], float]) -> list[Target]:
    """A random order in which a target of weight w comes first with probability w over the sum.

    Efraimidis and Spirakis, "Weighted random sampling with a reservoir" (2006): sort by u^(1/w).
    Targets of weight 0 are not drawn: they come last, as they are written.
    """
    if len(targets) == 1:
        return [targets[0]]
    drawn = [(fraction() ** (1 / target.weight), target) for target in targets if target.weight]
    drawn.sort(key=lambda pair: pair[0], reverse=True)
    return [target for _, target in drawn] + [target for target in targets if not target.weight]


def with_fallbacks(policy: Policy, model: Model, asked_for: str, role: Role) -> Iterator[tuple[str, Model]]:
    """The model, then its fallbacks and theirs, each once, depth first as they are written."""
    queue = [(asked_for, model)]
    seen = {model.name}
    while queue:
        name, member = queue.pop(0)
        yield name, member
        following: list[tuple[str, Model]] = []
        for fallback in member.fallbacks:
            found = policy.model_for(fallback)
            if found is not None and found.name not in seen and role.allows_model(fallback):
                seen.add(found.name)
                following.append((fallback, found))
        queue[:0] = following


def _credential(provider: Provider, places: frozenset[Place], asked_for: str) -> int:
    """The one under which this provider keeps it all; Refused if it doesn't."""
    for place in sorted(places):
        if place.provider == provider.name and place.credential < max(1, len(provider.credentials)):
            return place.credential
    message = (
        f"the model '{asked_for[:200]}' has no target at the provider that keeps what the request refers to"
    )
    raise _refused(Kind.INVALID_REQUEST, "places", message, "kept_elsewhere")


def _speech(target: Target, team: Team | None, speech_to: SpeechTo, asked_for: str) -> Speech:
    """How this target is spoken to; Refused with what keeps it out."""
    name = asked_for[:200]
    if team is not None and not may_go(team, target.provider):
        message = f"the model '{name}' has no target in the regions this team may use"
        raise _refused(Kind.FORBIDDEN, "region", message, "residency")
    try:
        speech = speech_to(target.provider.dialect, target.provider.apis)
    except Misfit as misfit:
        message = f"the provider of the model '{name}' speaks another API, which can't say it: {misfit}"
        rule = misfit.feature.name.lower()
        raise _refused(Kind.INVALID_REQUEST, rule, message, "not_translatable", misfit.param) from None
    except BadBody as bad:
        raise _refused(Kind.INVALID_REQUEST, "body", str(bad), "invalid_body", bad.param) from None
    if speech is None:
        message = f"no provider of the model '{name}' has anything like this API"
        raise _refused(Kind.INVALID_REQUEST, "dialect", message, "api_not_served")
    return speech


def _refused(kind: Kind, rule: str, message: str, code: str, param: str | None = "model") -> Refused:
    problem = Problem(kind, message, code=code, param=param, should_retry=False)
    return Refused(problem, stage="plan", rule=rule)
