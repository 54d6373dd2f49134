"""Keys in the admin API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.admin.key_bodies import Key, KeyPage, KeySecret, NewKey, Rotation
from gateway.admin.operations import Link, Operation, Parameter
from gateway.admin.words import Paging

_KEY_ID: Final[Mapping[str, Parameter]] = {
    "key_id": Parameter(r"^[!-.0-~]{1,100}$", "The key's id, as the list shows it.", "key_4f1d2c3b5a69"),
}


def _leads_to(field: str) -> tuple[Link, ...]:
    return tuple(Link(f"keys.{verb}", "key_id", field) for verb in ("show", "rotate", "revoke"))


KEY_OPERATIONS = (
    Operation(
        name="keys.list",
        method="GET",
        path="/keys",
        permission="keys:read",
        summary="Keys of the database, oldest first, then those of the policy.",
        query=Paging,
        told=KeyPage,
        links=_leads_to("keys/0/id"),
        do=lambda to, actor, given: to.keys.page(
            actor, cursor_text=given.query.cursor, limit=given.query.limit
        ),
    ),
    Operation(
        name="keys.create",
        method="POST",
        path="/keys",
        permission="keys:create",
        summary="Make a key. Its secret is told this once.",
        body=NewKey,
        told=KeySecret,
        status=201,
        act="keys.create",
        do=lambda to, actor, given: to.keys.create(actor, given.body),
        links=_leads_to("id"),
    ),
    Operation(
        name="keys.show",
        method="GET",
        path="/keys/{key_id}",
        permission="keys:read",
        summary="One key.",
        parameters=_KEY_ID,
        told=Key,
        do=lambda to, actor, given: to.keys.show(actor, given.path["key_id"]),
        refusals=(404,),
    ),
    Operation(
        name="keys.rotate",
        method="POST",
        path="/keys/{key_id}/rotate",
        permission="keys:rotate",
        summary="Give a key a new secret, which is told this once. The old one is good for a while.",
        parameters=_KEY_ID,
        body=Rotation,
        told=KeySecret,
        act="keys.rotate",
        do=lambda to, actor, given: to.keys.rotate(actor, given.path["key_id"], given.body),
        refusals=(404, 409),
        links=_leads_to("id"),
    ),
    Operation(
        name="keys.revoke",
        method="POST",
        path="/keys/{key_id}/revoke",
        permission="keys:revoke",
        summary="Revoke a key. Running gateways refuse it, and end its running calls, within two seconds.",
        parameters=_KEY_ID,
        told=Key,
        act="keys.revoke",
        do=lambda to, actor, given: to.keys.revoke(actor, given.path["key_id"]),
        refusals=(404, 409),
    ),
)
