"""What is asked? Parses the body once, reads the claims about purpose and person. Refuses with 400,
and with 403 what no policy here can judge, and a use case that the key rules out.

Managed prompts become a version with its model here, once they exist.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from gateway.call import Call
from gateway.claims import accepted_use_case, read_claims
from gateway.dialects.body import with_model
from gateway.dialects.interface import Asked, BadBody, ModelMissing, NotOffered
from gateway.errors import Kind, Problem, Refused
from gateway.people import pseudonym
from gateway.runtime import Runtime

_MAX_END_USER: Final = 256
_KEPT_OF_LONGER: Final = 128


async def enter(call: Call, runtime: Runtime) -> None:
    try:
        asked = _read(call)
    except NotOffered as held:
        problem = Problem(Kind.FORBIDDEN, str(held), code="not_offered", param=held.param)
        raise Refused(problem, stage="prompt", rule="not_offered") from None
    except BadBody as bad:
        problem = Problem(Kind.INVALID_REQUEST, str(bad), code="invalid_body", param=bad.param)
        raise Refused(problem, stage="prompt", rule="body") from None
    call.asked = asked
    end_user = asked.end_user
    call.use_case = proven = call.caller.use_case if call.caller else None
    claims = read_claims(call.named, asked.tags)
    if claims is not None:
        call.tags = claims.tags
        call.claimed = accepted_use_case(claims.use_case, proven=proven)
        end_user = claims.end_user or end_user
    if end_user:
        call.end_user_name = bounded(end_user)
        call.end_user = await pseudonym(runtime.subjects, "end_user", call.end_user_name, "prompt")


def _read(call: Call) -> Asked:
    try:
        return _parsed(call, None)
    except ModelMissing as missing:
        team, model = default_model(call)
        if call.form is None:
            call.body = with_model(call.body, missing.fields, model)
        asked = _parsed(call, model)
        call.note("prompt", "default_model", "change", f"{team}: {model}")
        return asked


def _parsed(call: Call, model: str | None) -> Asked:
    """`model` is for a form that names none: what a form holds is not written anew here."""
    if call.form is None:
        return call.dialect.parse(call.body)
    assert call.dialect.parse_form is not None  # else nobody had taken it for one
    return call.dialect.parse_form(call.form, model)


def default_model(call: Call) -> tuple[str, str]:
    """The model of a request that names none, and the team that has it: the caller's, or the nearest
    above it. BadBody if there is none."""
    teams = call.policy.teams
    own = teams.get(call.caller.team) if call.caller is not None and call.caller.team is not None else None
    for name in () if own is None else (own.name, *own.above):
        if (team := teams.get(name)) is not None and team.default_model is not None:
            return name, team.default_model
    message = "'model' is missing: name one, or let the policy give the team a 'default_model'"
    raise BadBody(message, param="model")


def bounded(name: str) -> str:
    """A long name cut, with its hash behind it: two people never become one."""
    if len(name) <= _MAX_END_USER:
        return name
    return f"{name[:_KEPT_OF_LONGER]}…{sha256(name.encode()).hexdigest()}"
