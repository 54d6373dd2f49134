"""What administrators did, in the admin API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.admin.act_bodies import ActPage, ActRecord, ActsAsked
from gateway.admin.actor import Actor
from gateway.admin.administration import Administration
from gateway.admin.operations import Given, Link, Operation, Parameter
from gateway.admin.pages import after, cursor
from gateway.stores.act_rows import ActFilter

_ACT_ID: Final[Mapping[str, Parameter]] = {
    "act_id": Parameter(
        r"^act_[0-9a-z_]{1,60}$", "The id of an act, as the list shows it.", "act_4f1d2c3b5a69788796a5b4c3"
    )
}


def _acts(administration: Administration, actor: Actor, given: Given) -> ActPage:
    asked: ActsAsked = given.query
    place = after(asked.cursor, 2)
    found = administration.acts.query(
        actor,
        ActFilter(
            since=asked.since,
            until=asked.until,
            people=None if asked.user is None else (asked.user,),
            team=asked.team,
            key=asked.key,
            act=asked.act,
            ending=asked.ending,
            about=() if asked.about is None else (asked.about,),
            before=None if place is None else (place[0], place[1]),
            limit=asked.limit,
        ),
    )
    full = len(found) == asked.limit
    return ActPage(acts=found, next=cursor(found[-1]["at"], found[-1]["id"]) if full else None)


ACT_OPERATIONS = (
    Operation(
        name="audit.acts",
        method="GET",
        path="/audit/acts",
        permission="audit:read",
        summary="What administrators did, newest first. An act of the last quarter of a second may be missing.",
        query=ActsAsked,
        told=ActPage,
        links=(Link("audit.act", "act_id", "acts/0/id"),),
        do=_acts,
    ),
    Operation(
        name="audit.act",
        method="GET",
        path="/audit/acts/{act_id}",
        permission="audit:read",
        summary="The record of one act.",
        parameters=_ACT_ID,
        told=ActRecord,
        do=lambda to, actor, given: ActRecord(act=to.acts.show(actor, given.path["act_id"])),
        refusals=(404,),
    ),
)
