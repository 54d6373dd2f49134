"""`GET /v1/models`: the models that a caller may ask for. No call: nothing is sent, nothing recorded."""

from __future__ import annotations

from gateway.dialects.registry import Route
from gateway.errors import Kind, Problem, Refused
from gateway.network import caller_address
from gateway.policy.roles import Role
from gateway.policy.snapshot import Policy
from gateway.reply import plain_answer, plain_problem
from gateway.runtime import Runtime
from gateway.stages import authenticate
from gateway.stages.authorize import effective_roles
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
        roles = tuple(effective_roles(policy, record.team, record.roles))
        body = (
            found.family.models_body(visible(policy, roles))
            if found.model is None
            else _one(found, policy, roles)
        )
    except Refused as refused:
        await plain_problem(exchange, found.family, request_id, refused.problem)
        return
    await plain_answer(exchange, found.family, request_id, body)


def visible(policy: Policy, roles: tuple[Role, ...]) -> list[str]:
    """Names that may be asked for, sorted. A glob is a rule and no name; a model that is off is left out."""
    return sorted(
        name
        for name, model in policy.models.items()
        if "*" not in name and model.targets and any(role.allows_model(name) for role in roles)
    )


def _one(found: Route, policy: Policy, roles: tuple[Role, ...]) -> bytes:
    name = found.model or ""
    if policy.model_for(name) is None or not any(role.allows_model(name) for role in roles):
        problem = Problem(
            Kind.NOT_FOUND, "this model does not exist here", code="model_not_found", param="model"
        )
        raise Refused(problem, stage="authorize", rule="model")
    return found.family.model_body(name)
