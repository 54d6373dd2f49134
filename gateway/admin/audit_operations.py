"""The audit log in the admin API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.admin.actor import Actor
from gateway.admin.administration import Administration
from gateway.admin.audit_bodies import (
    CallPage,
    CallQuery,
    CallRecord,
    CallsAsked,
    CallTotals,
    ExportAsked,
)
from gateway.admin.operations import Given, Link, Operation, Parameter
from gateway.admin.pages import after, cursor, number
from gateway.audit.query import place_in
from gateway.stores.interfaces import CallFilter, Totals
from gateway.usage import dollars, nano_of

_SAME: Final = (
    "since",
    "until",
    "user",
    "end_user",
    "team",
    "key",
    "use_case",
    "api",
    "model",
    "provider",
    "region",
    "entity",
    "policy",
    "ending",
    "decision",
)
"""What is called alike in questions and in the filter."""

_CALL_ID: Final[Mapping[str, Parameter]] = {
    "call_id": Parameter(
        r"^[!-.0-~]{1,100}$", "The id of a call: `x-request-id` of its answer.", "01k8xq6wvn3f5m2j7r9t4y6z8b"
    )
}


def _calls(administration: Administration, actor: Actor, given: Given) -> CallPage:
    asked: CallQuery = given.query
    wanted = filter_of(asked, order=asked.order, before=_place(asked), limit=asked.limit)
    found = administration.audit.query(actor, wanted)
    if len(found) < asked.limit:
        return CallPage(calls=found, next=None)
    return CallPage(calls=found, next=cursor(*map(str, place_in(found[-1], asked.order))))


def filter_of(asked: CallsAsked, **page: Any) -> CallFilter:
    named = {name: value for name in _SAME if (value := getattr(asked, name)) is not None}
    over = None if asked.cost_over is None else nano_of(asked.cost_over)
    return CallFilter(**named, cost_over=over, **page)


def _place(asked: CallQuery) -> tuple[str | int, str] | None:
    """What the cursor says; of amounts, a number."""
    found = after(asked.cursor, 2)
    if found is None:
        return None
    value, call_id = found
    return (value if asked.order in ("newest", "oldest") else number(value)), call_id


def _totals(administration: Administration, actor: Actor, given: Given) -> CallTotals:
    return CallTotals(**_told(administration.audit.totals(actor, filter_of(given.query))))


def _export(administration: Administration, actor: Actor, given: Given) -> CallTotals:
    asked: ExportAsked = given.body
    about = {name: value for name in (*_SAME, "cost_over", "format") if (value := getattr(asked, name))}
    return CallTotals(**_told(administration.audit.export(actor, filter_of(asked), about)))


def _told(found: Totals) -> dict[str, Any]:
    told = found._asdict()
    cost = told.pop("cost_nano_usd")
    return {**told, "cost_usd": dollars(cost)}


AUDIT_OPERATIONS = (
    Operation(
        name="audit.calls",
        method="GET",
        path="/audit/calls",
        permission="audit:read",
        summary="Calls in the audit log. A call of the last quarter of a second may be missing.",
        query=CallQuery,
        told=CallPage,
        links=(Link("audit.call", "call_id", "calls/0/id"),),
        do=_calls,
    ),
    Operation(
        name="audit.totals",
        method="GET",
        path="/audit/totals",
        permission="audit:read",
        summary="What all calls come to that are asked about.",
        query=CallsAsked,
        told=CallTotals,
        do=_totals,
    ),
    Operation(
        name="audit.export",
        method="POST",
        path="/audit/exports",
        permission="audit:export",
        summary="Record that calls are taken out of the log, and say what they come to; then ask for them.",
        body=ExportAsked,
        told=CallTotals,
        act="audit.export",
        do=_export,
    ),
    Operation(
        name="audit.call",
        method="GET",
        path="/audit/calls/{call_id}",
        permission="audit:read",
        summary="The record of one call.",
        parameters=_CALL_ID,
        told=CallRecord,
        do=lambda to, actor, given: CallRecord(call=to.audit.show(actor, given.path["call_id"])),
        refusals=(404,),
    ),
)
