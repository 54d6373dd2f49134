"""`GET /v1/models`: the models that a caller may ask for now and from here. No call: nothing is sent, nothing
recorded.

A role that does not hold at this hour or where the caller is shows nothing, and a model is not there whose
every target lies outside the team's regions. What a request would have to claim is not asked for here.
"""

from __future__ import annotations

from gateway.dialects.registry import Route
from gateway.errors import Kind, Problem, Refused
from gateway.network import caller_address
from gateway.places import may_go
from gateway.policy.roles import Role, Team
from gateway.policy.snapshot import Model, Policy
from gateway.reply import plain_answer, plain_problem
from gateway.runtime import Runtime
from gateway.stages import authenticate
from gateway.stages.authorize import effective_roles, holds
from gateway.stages.plan import with_fallbacks
from gateway.wire import Exchange


async def serve_models(found: Route, exchange: Exchange, runtime: Runtime) -> None:
    """The list, or one model: deny by default, so what a role may not use is not there."""
    policy = runtime.policies.current
    at_ms = runtime.clock.now_ms()
    request_id = runtime.chance.call_id(at_ms)
    address = caller_address(
        exchange.scope.get("client"), exchange.text("x-forwarded-for"), runtime.trusted_proxies
    )
    try:
        record = await authenticate.identify(exchange.raw_headers, at_ms, address, policy, runtime)
        team = None if record.team is None else policy.teams.get(record.team)
        held = effective_roles(policy, record.team, record.roles)
        roles = tuple(role for role in held if holds(role, at_ms, address))
        body = (
            found.family.models_body(visible(policy, roles, team))
            if found.model is None
            else _one(found, policy, roles, team)
        )
    except Refused as refused:
        await plain_problem(exchange, found.family, request_id, refused.problem)
        return
    await plain_answer(exchange, found.family, request_id, body)


def visible(policy: Policy, roles: tuple[Role, ...], team: Team | None = None) -> list[str]:
    """Names that may be asked for, sorted. A glob is a rule and no name; a model that is off is left out."""
    return sorted(
        name
        for name, model in policy.models.items()
        if "*" not in name and model.targets and _is_open(policy, name, model, roles, team)
    )


def _one(found: Route, policy: Policy, roles: tuple[Role, ...], team: Team | None) -> bytes:
    name = found.model or ""
    model = policy.model_for(name)
    if model is None or not _is_open(policy, name, model, roles, team):
        problem = Problem(
            Kind.NOT_FOUND, "this model does not exist here", code="model_not_found", param="model"
        )
        raise Refused(problem, stage="authorize", rule="model")
    return found.family.model_body(name)


def _is_open(policy: Policy, name: str, model: Model, roles: tuple[Role, ...], team: Team | None) -> bool:
    """Whether one of these roles allows it, and leads to a target where the team may go: its own, or one of
    a fallback's. Where all of them are off, it is not judged by where they are."""
    for role in roles:
        if role.allows_model(name):
            members = with_fallbacks(policy, model, name, role)
            targets = [target for _, member in members for target in member.targets]
            if not targets or any(may_go(team, target.provider) for target in targets):
                return True
    return False
