"""May they? RBAC judges the model, the API and the tools. Refuses with 403, an unknown model with 404.

A call is allowed if at least one of the caller's roles allows all of it; roles are never mixed.
The team's roles are a ceiling on those of the key, judged now and not when the key was made.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.call import Call, Caller, Grant
from gateway.dialects.interface import Asked
from gateway.errors import Kind, Problem, Refused
from gateway.policy.roles import Role
from gateway.policy.snapshot import Policy
from gateway.runtime import Runtime


async def enter(call: Call, runtime: Runtime) -> None:
    assert call.caller is not None and call.asked is not None
    call.grant = decide(call.policy, call.caller, call.dialect.api, call.asked)
    call.note("authorize", call.grant.role.name, "allow")


def decide(policy: Policy, caller: Caller, api: str, asked: Asked) -> Grant:
    """The first of the caller's roles that allows all of this call."""
    model = policy.model_for(asked.model) if asked.model else None
    if model is None and asked.model:
        message = f"the model '{asked.model[:200]}' does not exist here"
        raise _refused(Kind.NOT_FOUND, "model", message, code="model_not_found", param="model")
    why: Refused | None = None
    for role in effective_roles(policy, caller.team, caller.roles):
        objection = _objection(role, api, asked)
        if objection is None:
            return Grant(role=role, model=model, max_output_tokens=role.max_output_tokens)
        why = why or objection
    raise why or _refused(Kind.FORBIDDEN, "role", "this key has no role that is in force", code="no_role")


def effective_roles(policy: Policy, team_name: str | None, roles: tuple[str, ...]) -> Iterator[Role]:
    """Those of `roles` that exist in this policy and that the team may have."""
    team = None if team_name is None else policy.teams.get(team_name)
    if team_name is not None and team is None:
        message = f"the team '{team_name}' of this key is not declared"
        raise _refused(Kind.FORBIDDEN, "team", message, code="unknown_team")
    for name in roles:
        role = policy.role(name)
        if role is not None and (team is None or team.roles is None or name in team.roles):
            yield role


def _objection(role: Role, api: str, asked: Asked) -> Refused | None:
    """What this role does not allow of the call, or None."""
    if asked.model and not role.allows_model(asked.model):
        return _forbidden(role, f"may not use the model '{asked.model[:200]}'", "model_forbidden", "model")
    for each in (api, *asked.apis):
        if not role.allows_api(each):
            return _forbidden(role, f"may not use the API '{each}'", "api_forbidden", None)
    for function in asked.functions:
        if not role.allows_function(function):
            return _forbidden(
                role, f"may not offer the function '{function[:100]}'", "tool_forbidden", "tools"
            )
    for tool in asked.hosted_tools:
        if not role.allows_hosted_tool(tool):
            return _forbidden(
                role, f"may not use the provider-run tool '{tool[:100]}'", "tool_forbidden", "tools"
            )
    for server in asked.mcp_servers:
        if not role.allows_mcp_server(server):
            return _forbidden(role, "may not use this MCP server", "mcp_server_forbidden", "mcp_servers")
    for privilege in asked.privileges:
        if not role.allows_privilege(privilege):
            return _forbidden(role, f"may not set '{privilege}'", "option_forbidden", privilege)
    return None


def _forbidden(role: Role, what: str, code: str, param: str | None) -> Refused:
    return _refused(Kind.FORBIDDEN, role.name, f"the role '{role.name}' {what}", code=code, param=param)


def _refused(kind: Kind, rule: str, message: str, *, code: str, param: str | None = None) -> Refused:
    return Refused(Problem(kind, message, code=code, param=param), stage="authorize", rule=rule)
