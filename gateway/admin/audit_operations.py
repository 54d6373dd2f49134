"""The audit log in the admin API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.admin.actor import Actor
from gateway.admin.administration import Administration
from gateway.admin.audit_bodies import CallPage, CallQuery, CallRecord
from gateway.admin.operations import Given, Link, Operation, Parameter
from gateway.admin.pages import after, cursor
from gateway.stores.interfaces import CallFilter

_CALL_ID: Final[Mapping[str, Parameter]] = {
    "call_id": Parameter(
        r"^[!-.0-~]{1,100}$", "The id of a call: `x-request-id` of its answer.", "01k8xq6wvn3f5m2j7r9t4y6z8b"
    )
}


def _calls(administration: Administration, actor: Actor, given: Given) -> CallPage:
    asked: CallQuery = given.query
    place = after(asked.cursor, 2)
    found = administration.audit.query(
        actor,
        CallFilter(
            since=asked.since,
            until=asked.until,
            user=asked.user,
            team=asked.team,
            key=asked.key,
            use_case=asked.use_case,
            model=asked.model,
            region=asked.region,
            ending=asked.ending,
            decision=asked.decision,
            before=None if place is None else (place[0], place[1]),
            limit=asked.limit,
        ),
    )
    full = len(found) == asked.limit
    return CallPage(calls=found, next=cursor(found[-1]["at"], found[-1]["id"]) if full else None)


AUDIT_OPERATIONS = (
    Operation(
        name="audit.calls",
        method="GET",
        path="/audit/calls",
        permission="audit:read",
        summary="Calls in the audit log, newest first. A call of the last quarter of a second may be missing.",
        query=CallQuery,
        told=CallPage,
        links=(Link("audit.call", "call_id", "calls/0/id"),),
        do=_calls,
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
