"""People in the admin API."""

from __future__ import annotations

from gateway.admin.operations import Operation
from gateway.admin.user_bodies import DisabledUsers, User, UserNamed

USER_OPERATIONS = (
    Operation(
        name="users.disabled",
        method="GET",
        path="/users/disabled",
        permission="keys:read",
        summary="The users that are disabled. A permission within one's own team does not reach people.",
        told=DisabledUsers,
        do=lambda to, actor, given: to.users.disabled(actor),
    ),
    Operation(
        name="users.disable",
        method="POST",
        path="/users/disable",
        permission="keys:disable",
        summary="Refuse all keys and tokens of a user. Running gateways do, and end their calls, within two seconds.",
        body=UserNamed,
        told=User,
        act="users.disable",
        do=lambda to, actor, given: to.users.disable(actor, given.body.user),
    ),
    Operation(
        name="users.enable",
        method="POST",
        path="/users/enable",
        permission="keys:disable",
        summary="Take the keys and tokens of a user again, as far as they are still good.",
        body=UserNamed,
        told=User,
        act="users.enable",
        do=lambda to, actor, given: to.users.enable(actor, given.body.user),
    ),
)
