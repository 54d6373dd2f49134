"""The gateway itself in the admin API."""

from __future__ import annotations

from gateway.admin.operations import Operation
from gateway.admin.system_bodies import SystemStatus

SYSTEM_OPERATIONS = (
    Operation(
        name="system.status",
        method="GET",
        path="/status",
        permission="system:read",
        summary="How the gateway is: its parts, its database, its issuers, and the processes beside this one.",
        told=SystemStatus,
        do=lambda to, actor, given: to.system.status(actor),
    ),
)
