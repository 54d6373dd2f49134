"""The emergency stop in the admin API."""

from __future__ import annotations

from gateway.admin.freeze_bodies import EndOfFreeze, Freezes, FreezeTold, NewFreeze, Unfrozen
from gateway.admin.operations import Operation

FREEZE_OPERATIONS = (
    Operation(
        name="freezes.list",
        method="GET",
        path="/freezes",
        permission="system:read",
        summary="The freezes in force, oldest first.",
        told=Freezes,
        do=lambda to, actor, given: to.freezes.list(actor),
    ),
    Operation(
        name="freezes.freeze",
        method="POST",
        path="/freezes",
        permission="system:freeze",
        summary="Refuse calls like these. Running gateways do, and end those that run, within two seconds.",
        body=NewFreeze,
        told=FreezeTold,
        status=201,
        act="freezes.freeze",
        do=lambda to, actor, given: to.freezes.freeze(actor, given.body),
    ),
    Operation(
        name="freezes.unfreeze",
        method="POST",
        path="/freezes/end",
        permission="system:freeze",
        summary="Take calls again that were frozen by these facts.",
        body=EndOfFreeze,
        told=Unfrozen,
        act="freezes.unfreeze",
        do=lambda to, actor, given: to.freezes.unfreeze(actor, given.body),
        refusals=(404,),
    ),
)
