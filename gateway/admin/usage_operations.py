"""What calls used and cost, in the admin API."""

from __future__ import annotations

from gateway.admin.operations import Operation
from gateway.admin.usage_bodies import Recomputed, Span, UsageAsked, UsageReport

USAGE_OPERATIONS = (
    Operation(
        name="usage.report",
        method="GET",
        path="/usage",
        permission="usage:read",
        summary="What calls used and cost. A call of the last quarter of a second may be missing.",
        query=UsageAsked,
        told=UsageReport,
        do=lambda to, actor, given: to.usage.report(actor, given.query),
    ),
    Operation(
        name="usage.repriced",
        method="GET",
        path="/usage/recomputation",
        permission="usage:read",
        summary="What calls would cost by today's prices. Nothing is recorded.",
        query=Span,
        told=Recomputed,
        do=lambda to, actor, given: to.recomputing.look(actor, given.query),
    ),
    Operation(
        name="usage.recompute",
        method="POST",
        path="/usage/recomputation",
        permission="usage:recompute",
        summary="Record what calls would cost by today's prices, beside what their records say.",
        body=Span,
        told=Recomputed,
        act="usage.recompute",
        do=lambda to, actor, given: to.recomputing.apply(actor, given.body),
    ),
)
