"""Whether a policy does what a case expects of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.call import Caller
from gateway.errors import Refused
from gateway.policy.cases import Case
from gateway.policy.declared_keys import DeclaredKey
from gateway.policy.faults import Fault
from gateway.policy.models.cases import CallerEntry, ExpectEntry, RequestEntry
from gateway.policy.snapshot import Policy
from gateway.rehearsal.rehearse import Circumstances, Rehearsed, rehearse
from gateway.rehearsal.requests import Facts, NotSayable, request_of
from gateway.runtime import Prices
from gateway.stages import authenticate
from gateway.stores.key_records import KeyRecord

_SOMEBODY: Final = "somebody"


async def judge(case: Case, policy: Policy, now_ms: int, prices: Prices) -> tuple[Fault, ...]:
    """What is otherwise than the case expects, in the place where the case stands; nothing if all is as expected."""
    entry = case.entry
    circumstances = circumstances_of(entry.request, now_ms)
    try:
        caller = caller_of(entry.as_, policy, circumstances)
        rehearsed = await rehearse(policy, caller, request_of(facts_of(entry.request)), circumstances, prices)
        refused = rehearsed.refused
    except Refused as at_the_door:
        rehearsed, refused = None, at_the_door
    except NotSayable as unsayable:
        return (Fault.at(case.mark, f"{entry.name}: {unsayable}"),)
    return tuple(
        Fault.at(case.mark, f"{entry.name}: {what}") for what in _departures(entry.expect, rehearsed, refused)
    )


def caller_of(entry: CallerEntry, policy: Policy, circumstances: Circumstances) -> Caller:
    """Raises Refused where a declared key is not good at that time or from there."""
    if entry.key is None:
        user = None if entry.user is None else _SOMEBODY
        return Caller("key", "rehearsal", user, entry.team, entry.all_roles, entry.use_case)
    return the_caller(
        next((key for key in policy.keys.values() if key.id == f"policy:{entry.key}"), None), circumstances
    )


def the_caller(key: KeyRecord | DeclaredKey | None, circumstances: Circumstances) -> Caller:
    """Raises Refused where the key is not good at that time or from there."""
    good = authenticate.decide(key, circumstances.at_ms, circumstances.address, frozenset())
    user = None if good.user is None else _SOMEBODY
    return Caller("key", good.id, user, good.team, good.roles, good.use_case)


def facts_of(entry: RequestEntry) -> Facts:
    return Facts(
        model=entry.model,
        api=entry.api,
        text=entry.text,
        stream=entry.stream,
        max_output_tokens=entry.max_output_tokens,
        functions=entry.functions,
        hosted_tools=entry.hosted_tools,
        mcp_servers=entry.mcp_servers,
        options=entry.options,
        body=entry.body,
    )


def circumstances_of(entry: RequestEntry, now_ms: int) -> Circumstances:
    return Circumstances(
        now_ms if entry.at is None else entry.at, entry.address, claims(entry.use_case, entry.tags)
    )


def claims(use_case: str | None, tags: dict[str, str]) -> tuple[tuple[bytes, bytes], ...]:
    """As the headers that make them."""
    headers = list[tuple[bytes, bytes]]()
    if use_case is not None:
        headers.append((b"x-gateway-use-case", use_case.encode()))
    if tags:
        headers.append((b"x-gateway-tags", ", ".join(f"{name}={tag}" for name, tag in tags.items()).encode()))
    return tuple(headers)


def _departures(expect: ExpectEntry, rehearsed: Rehearsed | None, refused: Refused | None) -> Iterator[str]:
    if refused is None:
        assert rehearsed is not None
        yield from _of_allowed(expect, rehearsed)
    elif expect.decision == "allow":
        yield f"expected allow, found refuse: {refused.problem.message} ({refused.problem.code})"
    else:
        yield from _of_refused(expect, refused)


def _of_allowed(expect: ExpectEntry, rehearsed: Rehearsed) -> Iterator[str]:
    call = rehearsed.call
    assert call.grant is not None and call.plan is not None
    targets = [candidate.target.name for candidate in call.plan.candidates]
    if expect.decision == "refuse":
        yield f"expected refuse, found allow by the role '{call.grant.role.name}', to {', '.join(targets)}"
        return
    if expect.role is not None and expect.role != call.grant.role.name:
        yield f"expected the role '{expect.role}' to allow it, found '{call.grant.role.name}'"
    if expect.max_output_tokens is not None and expect.max_output_tokens != call.grant.max_output_tokens:
        yield f"expected max_output_tokens {expect.max_output_tokens}, found {call.grant.max_output_tokens}"
    if expect.targets is not None and set(expect.targets) != set(targets):
        yield f"expected the targets {', '.join(sorted(expect.targets)) or 'none'}, found {', '.join(sorted(targets))}"
    for target in expect.not_targets:
        if target in targets:
            yield f"expected it not to reach {target}, but it may"


def _of_refused(expect: ExpectEntry, refused: Refused) -> Iterator[str]:
    problem = refused.problem
    if expect.code is not None and expect.code != problem.code:
        yield f"expected the code {expect.code}, found {problem.code}: {problem.message}"
    if expect.status is not None and expect.status != problem.kind.status:
        yield f"expected the status {expect.status}, found {problem.kind.status}: {problem.message}"
    if expect.says is not None and expect.says not in problem.message:
        yield f"expected a message with {expect.says!r}, found: {problem.message}"
