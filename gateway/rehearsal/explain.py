"""Which rules would apply to a request, and why: for whoever wrote the policy, or stands before its refusal."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from gateway.call import Caller
from gateway.errors import Refused
from gateway.policy.snapshot import Model, Policy, Target
from gateway.rehearsal.entries import EntryWord, Standing, entry_words, frozen_by
from gateway.rehearsal.guardrails import GuardrailWord, guardrail_words
from gateway.rehearsal.rehearse import Circumstances, Rehearsed, kept_out, rehearse, runtime_of
from gateway.rehearsal.requests import Request
from gateway.runtime import Prices
from gateway.stages import inspect
from gateway.upstream.rates import Rates

_NANO: Final = Decimal(1_000_000_000)


class RoleWord(Struct, frozen=True):
    """What one role of the caller says. `why` it does not allow it; None: it does."""

    role: str
    allows: bool
    why: str | None = None


class TargetWord(Struct, frozen=True):
    """What becomes of one target. `place` is its place in the order of attempts, from 1; None: it is not in
    the plan, and `why` says what keeps it out. `model` is the declared model that it belongs to. Prices are
    USD per million tokens, as exact text; None: unknown. `privacy` names the rules about personal data that apply
    there; empty: none does."""

    target: str
    model: str
    region: str | None = None
    place: int | None = None
    input_usd: str | None = None
    output_usd: str | None = None
    weight: int = 1
    why: str | None = None
    privacy: tuple[str, ...] = ()


class Explanation(Struct, frozen=True):
    """`stage`, `rule`, `code`, `status` and `message` are those of the refusal, None where it is allowed."""

    revision: str
    decision: Literal["allow", "refuse"]
    roles: tuple[RoleWord, ...]
    targets: tuple[TargetWord, ...] = ()
    role: str | None = None
    asked_model: str | None = None
    use_case: str | None = None
    tags: dict[str, str] = {}
    max_output_tokens: int | None = None
    entries: tuple[EntryWord, ...] = ()
    guardrails: tuple[GuardrailWord, ...] = ()
    stage: str | None = None
    rule: str | None = None
    code: str | None = None
    status: int | None = None
    message: str | None = None


async def explain(
    policy: Policy,
    caller: Caller,
    request: Request,
    circumstances: Circumstances,
    prices: Prices,
    standing: Standing | None = None,
) -> Explanation:
    """`standing` None: nothing but the policy is asked. Raises NotSayable for a path that is no call, StoreUnavailable."""
    whole = await rehearse(policy, caller, request, circumstances, prices)
    roles = tuple(
        [await _of_role(role, policy, caller, request, circumstances, prices) for role in caller.roles]
    )
    call, refused = whole.call, whole.refused
    targets = tuple(await _targets(whole, prices))
    if refused is None and standing is not None:
        refused = frozen_by(call, standing, runtime_of(prices))
    granted = Explanation(
        revision=policy.revision,
        decision="allow" if refused is None else "refuse",
        roles=roles,
        targets=targets,
        entries=() if refused is not None else entry_words(call, standing),
        guardrails=() if refused is not None else guardrail_words(call),
        role=None if call.grant is None else call.grant.role.name,
        asked_model=None if call.asked is None else call.asked.model or None,
        use_case=call.use_case,
        tags=call.tags,
        max_output_tokens=None if call.grant is None else call.grant.max_output_tokens,
    )
    return granted if refused is None else _refused(granted, refused)


def at_the_door(policy: Policy, refused: Refused) -> Explanation:
    """Of a key that is not good at that time, or from there."""
    return _refused(Explanation(policy.revision, "refuse", ()), refused)


def _refused(found: Explanation, refused: Refused) -> Explanation:
    return replace(
        found,
        stage=refused.stage,
        rule=refused.rule,
        code=refused.problem.code,
        status=refused.problem.kind.status,
        message=refused.problem.message,
    )


async def _of_role(
    role: str, policy: Policy, caller: Caller, request: Request, circumstances: Circumstances, prices: Prices
) -> RoleWord:
    """What the role says by itself, with what it inherits: whether a call can go anywhere is not its word."""
    if policy.role(role) is None:
        return RoleWord(role, allows=False, why="this policy does not declare it")
    team = None if caller.team is None else policy.teams.get(caller.team)
    if team is not None and team.roles is not None and role not in team.roles:
        return RoleWord(role, allows=False, why=f"the team '{team.name}' may not have it")
    alone = await rehearse(policy, replace(caller, roles=(role,)), request, circumstances, prices)
    if alone.call.grant is not None:
        return RoleWord(role, allows=True)
    assert alone.refused is not None  # nothing else leaves a call without a grant
    return RoleWord(role, allows=False, why=alone.refused.problem.message)


async def _targets(whole: Rehearsed, prices: Prices) -> list[TargetWord]:
    """Those in the plan in their order, then those of the same models that are not."""
    call = whole.call
    if call.grant is None or call.grant.model is None:
        return []
    words = list[TargetWord]()
    planned = set[str]()
    for place, candidate in enumerate(call.plan.candidates if call.plan is not None else (), 1):
        planned.add(candidate.target.name)
        word = _word(candidate.target, candidate.asked_for, place, candidate.rates)
        protection = inspect.protection_of(call, candidate)
        words.append(word if protection is None else replace(word, privacy=protection.rules))
    for model in _models(call.policy, call.grant.model):
        for target in model.targets:
            if target.name not in planned:
                planned.add(target.name)
                refused = await kept_out(call, model, target, prices)
                why = "not reached" if refused is None else refused.problem.message
                words.append(_word(target, model.name, why=why))
        for name in model.off:
            if name not in planned:
                planned.add(name)
                provider = name.partition("/")[0]
                why = f"the provider '{provider}' is off: {call.policy.off.get(provider, 'not reachable')}"
                words.append(TargetWord(name, model.name, why=why))
    return words


def _models(policy: Policy, model: Model) -> list[Model]:
    """The model and all that it falls back to, each once."""
    found, names = [model], {model.name}
    for each in found:
        for fallback in each.fallbacks:
            member = policy.model_for(fallback)
            if member is not None and member.name not in names:
                names.add(member.name)
                found.append(member)
    return found


def _word(
    target: Target, model: str, place: int | None = None, rates: Rates | None = None, why: str | None = None
) -> TargetWord:
    return TargetWord(
        target=target.name,
        model=model,
        region=target.provider.region,
        place=place,
        input_usd=None if rates is None else _usd(rates.input),
        output_usd=None if rates is None else _usd(rates.output),
        weight=target.weight,
        why=why,
    )


def _usd(nano: int) -> str:
    return f"{(Decimal(nano) / _NANO).normalize():f}"
