"""May they? RBAC judges model, API, tools, claims, place and time. Refuses with 403, an unknown model with 404.

A call is allowed if at least one of the caller's roles allows all of it; roles are never mixed.
The team's roles are a ceiling on those of the key, judged now and not when the key was made.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, Protocol

from gateway.call import Call, Caller, Grant
from gateway.claims import as_tag
from gateway.dialects.interface import Asked
from gateway.errors import Kind, Problem, Refused
from gateway.policy.roles import Role
from gateway.policy.snapshot import Policy
from gateway.runtime import Runtime

OBJECTIONS: Final = (
    "model_forbidden api_forbidden tool_forbidden mcp_server_forbidden option_forbidden prompt_forbidden "
    "use_case_forbidden use_case_required end_user_required network_forbidden hours_forbidden"
).split()
"""Objections in the order in which they are raised: the later, the nearer a role came to allowing the call."""


class Circumstances(Protocol):
    """Of a request: when (milliseconds since 1970) and from which address it comes, what it says of itself,
    and the managed prompt that it uses. `use_case` is the key's, `claimed` one that no key proves."""

    @property
    def at_ms(self) -> int: ...
    @property
    def address(self) -> str | None: ...
    @property
    def use_case(self) -> str | None: ...
    @property
    def claimed(self) -> str | None: ...
    @property
    def tags(self) -> Mapping[str, str]: ...
    @property
    def end_user(self) -> str | None: ...
    @property
    def prompt(self) -> str | None: ...


async def enter(call: Call, runtime: Runtime) -> None:
    assert call.caller is not None and call.asked is not None
    grant = call.grant = decide(call.policy, call.caller, call.dialect.api, call.asked, call)
    name = grant.role.name
    call.note("authorize", name, "allow", None if name in call.caller.roles else "held through another role")
    if call.claimed is not None:
        call.use_case = call.claimed


def decide(policy: Policy, caller: Caller, api: str, asked: Asked, here: Circumstances) -> Grant:
    """By a role that allows all of this call; of several by the one with the highest cap on output, of these
    by the first."""
    model = policy.model_for(asked.model) if asked.model else None
    if model is None and asked.model:
        message = f"the model '{asked.model[:200]}' does not exist here"
        raise _refused(Kind.NOT_FOUND, "model", message, code="model_not_found", param="model")
    nearest: Refused | None = None
    for role in effective_roles(policy, caller.team, caller.roles):
        why = _objection(role, api, asked, here)
        if why is None:
            tags = _listed(role, here.tags) if here.tags else ()
            return Grant(role, model, role.max_output_tokens, tags)
        nearest = why if nearest is None or _rank(why) > _rank(nearest) else nearest
    raise nearest or _refused(Kind.FORBIDDEN, "role", "this key has no role that is in force", code="no_role")


def effective_roles(policy: Policy, team: str | None, roles: tuple[str, ...]) -> tuple[Role, ...]:
    """Those of `roles` that exist in this policy, and those that they extend, as far as the team may have them."""
    held = policy.held(team, roles)
    if held is None:
        message = f"the team '{team}' of this key is not declared"
        raise _refused(Kind.FORBIDDEN, "team", message, code="unknown_team")
    return held


def holds(role: Role, at_ms: int, address: str | None) -> bool:
    """Whether a role holds at this moment and from there, whatever is asked for."""
    return role.holds_from(address) and (
        role.hours is None or role.hours.hold(datetime.fromtimestamp(at_ms / 1000, UTC))
    )


def _listed(role: Role, tags: Mapping[str, str]) -> tuple[str, ...]:
    """Those that rules may match on."""
    return tuple(tag for tag in map(as_tag, tags.items()) if role.lists_tag(tag))


def _objection(role: Role, api: str, asked: Asked, here: Circumstances) -> Refused | None:
    """What this role does not allow of the call, or None."""
    if asked.model and not role.allows_model(asked.model):
        return _forbidden(role, f"may not use the model '{asked.model[:200]}'", "model_forbidden", "model")
    if role.apis is not None:
        for each in (api, *asked.apis):
            if each not in role.apis:
                return _forbidden(role, f"may not use the API '{each}'", "api_forbidden")
    if asked.functions or asked.hosted_tools or asked.mcp_servers or asked.privileges:
        why = _objection_to_tools(role, asked)
        if why is not None:
            return why
    if role.conditional or here.claimed is not None:
        return _objection_to_claims(role, here) or _objection_to_place(role, here)
    return None


def _objection_to_tools(role: Role, asked: Asked) -> Refused | None:
    for function in asked.functions:
        if not role.allows_function(function):
            what = f"may not offer the function '{function[:100]}'"
            return _forbidden(role, what, "tool_forbidden", "tools")
    for tool in asked.hosted_tools:
        if not role.allows_hosted_tool(tool):
            what = f"may not use the provider-run tool '{tool[:100]}'"
            return _forbidden(role, what, "tool_forbidden", "tools")
    for server in asked.mcp_servers:
        if not role.allows_mcp_server(server):
            return _forbidden(role, "may not use this MCP server", "mcp_server_forbidden", "mcp_servers")
    for privilege in asked.privileges:
        if not role.allows_privilege(privilege):
            return _forbidden(role, f"may not set '{privilege}'", "option_forbidden", privilege)
    return None


def _objection_to_claims(role: Role, here: Circumstances) -> Refused | None:
    if here.prompt is not None and not role.allows_prompt(here.prompt):
        return _forbidden(role, f"may not use the prompt '{here.prompt[:100]}'", "prompt_forbidden", "prompt")
    if here.claimed is not None and not role.allows_use_case(here.claimed):
        what = f"may not call for the use case '{here.claimed[:100]}'"
        return _forbidden(role, what, "use_case_forbidden")
    if "use_case" in role.require and here.claimed is None and here.use_case is None:
        what = "must say what each call is for: send its use case as x-gateway-use-case"
        return _forbidden(role, what, "use_case_required")
    if "end_user" in role.require and here.end_user is None:
        what = "must say for whom each call is: send 'user', or x-gateway-end-user"
        return _forbidden(role, what, "end_user_required")
    return None


def _objection_to_place(role: Role, here: Circumstances) -> Refused | None:
    if not role.holds_from(here.address):
        return _forbidden(role, "does not hold where you are", "network_forbidden")
    if role.hours is not None:
        at = datetime.fromtimestamp(here.at_ms / 1000, UTC)
        if not role.hours.hold(at):
            return _forbidden(role, f"does not hold now; it does {role.hours.told(at)}", "hours_forbidden")
    return None


def _rank(refused: Refused) -> int:
    code = refused.problem.code
    return -1 if code is None else OBJECTIONS.index(code)


def _forbidden(role: Role, what: str, code: str, param: str | None = None) -> Refused:
    return _refused(Kind.FORBIDDEN, role.name, f"the role '{role.name}' {what}", code=code, param=param)


def _refused(kind: Kind, rule: str, message: str, *, code: str, param: str | None = None) -> Refused:
    return Refused(Problem(kind, message, code=code, param=param), stage="authorize", rule=rule)
