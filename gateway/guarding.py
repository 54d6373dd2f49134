"""What guards have said of a call, told: to its caller, and to its record."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Final

from gateway.alerts import guardrails as events
from gateway.alerts.event import Event
from gateway.audit.entry import Check
from gateway.call import Call
from gateway.errors import GatewayError, Kind, Problem, Refused
from gateway.guards.finding import Text
from gateway.guards.guard import Guard, GuardFailed
from gateway.guards.verdict import Read, read
from gateway.policy.guardrails import Guardrail
from gateway.runtime import Runtime

AskModel = Callable[[Call, Runtime, str, str, str], Awaitable[str]]
"""A model of the policy is asked on behalf of a call: its name, what it is told, and a text. Raises GuardFailed."""

INPUT: Final = "guard"
OUTPUT: Final = "vet"
"""The stages, as decisions name them."""
_LONG_CHARS: Final = 4_096
"""What is longer is read in a thread of its own."""


def refused(rule: Guardrail, found: Mapping[str, int]) -> Refused:
    """What the caller is told of what may not pass: which guardrail, and what kind of thing; never what."""
    what = "request" if rule.apply_to == "input" else "answer"
    problem = Problem(
        Kind.FORBIDDEN,
        f"the guardrail '{rule.name}' blocks this {what}: {', '.join(sorted(found))}",
        code="guardrail_blocked",
        should_retry=False,
    )
    return Refused(problem, stage=_stage(rule), rule=rule.name)


def unable(rule: Guardrail) -> Refused:
    """Of a guardrail that could not tell, and must."""
    what = "request" if rule.apply_to == "input" else "answer"
    message = f"the guardrail '{rule.name}' could not read this {what}, so it does not pass"
    problem = Problem(Kind.UNAVAILABLE, message, code="guardrail_unavailable")
    return Refused(problem, stage=_stage(rule), rule=rule.name)


def record(
    call: Call,
    runtime: Runtime,
    guard: Guard,
    *,
    read_bytes: int,
    total_bytes: int,
    found: Mapping[str, int],
    failed: str | None,
) -> None:
    """A check of the call's record: what was read, of how much, and what was found. Of a batch all of it together."""
    rule, name = guard.rule, f"guardrail:{guard.rule.name}"
    if call.policy.webhooks and (found or failed is not None):
        runtime.events.tell(_event(call, rule, found, failed))
    whole = read_bytes >= total_bytes
    statuses = {"failed" if failed is not None else "read" if whole else "partial"}
    counts = dict(found)
    before = next((check for check in call.checks if check.name == name), None)
    if before is not None:
        call.checks.remove(before)
        statuses.add(before.status)
        read_bytes, total_bytes = read_bytes + before.read_bytes, total_bytes + before.total_bytes
        for kind, count in before.found.items():
            counts[kind] = counts.get(kind, 0) + count
    call.checks.append(
        Check(
            name=name,
            version=guard.version,
            read_bytes=0 if failed is not None else read_bytes,
            total_bytes=total_bytes,
            found=dict(sorted(counts.items())),
            mode=rule.on_failure,
            status=next(word for word in ("failed", "partial", "read") if word in statuses),
        )
    )


def _event(call: Call, rule: Guardrail, found: Mapping[str, int], failed: str | None) -> Event:
    if failed is not None:
        return events.failed(rule.name, rule.on_failure, call.id, call.at_ms)
    return events.found(rule.name, rule.action, found, call.id, call.at_ms)


def note(call: Call, rule: Guardrail, found: Mapping[str, int], failed: str | None) -> None:
    """Into the trail what passes and is worth a word."""
    if failed is not None:
        call.note(_stage(rule), rule.name, "flag", f"not read: {failed}; on_failure allows it")
    elif found:
        said = ", ".join(f"{kind} {count}" for kind, count in sorted(found.items()))
        call.note(_stage(rule), rule.name, "change" if rule.action == "redact" else "flag", said)


async def asked(
    guard: Guard, texts: Sequence[str], call: Call, runtime: Runtime, ask_model: AskModel
) -> tuple[dict[str, int], str | None]:
    """What somebody else found in the texts, redacted; and why they could not tell, if they could not."""
    assert guard.asks is not None
    try:
        seen = [await _off_the_loop(runtime.guards.redacted, text, call.policy) for text in texts]
        finding = await guard.asks.ask(seen, _Asker(call, runtime, ask_model))
    except GuardFailed as failed:
        return {}, str(failed)
    except GatewayError as failed:  # detection: what is not redacted is shown to nobody
        return {}, type(failed).__name__
    return ({} if finding is None else {finding.type: 1}), None


async def read_by(
    guard: Guard, texts: Sequence[Text], fixed: Collection[int], *, said: Sequence[str] | None = None
) -> Read:
    """As `read`, where it is long off the event loop."""
    if sum(len(each.text) for each in texts) <= _LONG_CHARS:
        return read(guard, texts, fixed=fixed, said=said)
    return await asyncio.to_thread(read, guard, texts, fixed=fixed, said=said)


def settle(call: Call, runtime: Runtime, done: Read, total_bytes: int) -> None:
    """Into the record what came of one guard. Refused where it may not pass."""
    rule = done.guard.rule
    record(
        call,
        runtime,
        done.guard,
        read_bytes=done.read_bytes,
        total_bytes=total_bytes,
        found=done.found,
        failed=done.failed,
    )
    if done.failed is not None and rule.on_failure == "block":
        raise unable(rule)
    if done.blocks:
        raise refused(rule, done.found)
    note(call, rule, done.found, done.failed)


class _Asker:
    """Who is asked on behalf of one call."""

    def __init__(self, call: Call, runtime: Runtime, ask_model: AskModel) -> None:
        self._call = call
        self._runtime = runtime
        self._ask_model = ask_model

    async def post(self, url: str, body: bytes, timeout_s: float) -> bytes:
        return await self._runtime.guards.post(url, body, self._call.policy.egress, timeout_s)

    async def model(self, model: str, told: str, text: str, timeout_s: float) -> str:
        try:
            async with asyncio.timeout(timeout_s):
                return await self._ask_model(self._call, self._runtime, model, told, text)
        except TimeoutError:
            raise GuardFailed(f"the model that judges took longer than {timeout_s:g} s") from None


async def _off_the_loop(redacted: Callable[..., str], text: str, policy: object) -> str:
    if len(text) <= _LONG_CHARS:
        return redacted(text, policy)
    return await asyncio.to_thread(redacted, text, policy)


def _stage(rule: Guardrail) -> str:
    return INPUT if rule.apply_to == "input" else OUTPUT
