"""Rights of people, legal holds, kept contents and the record of processing, in the admin API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.admin.actor import Actor
from gateway.admin.administration import Administration
from gateway.admin.content_bodies import ContentAsked, ContentOpened, ContentSearched, SearchAsked
from gateway.admin.operations import Given, Operation, Parameter
from gateway.admin.pages import after, cursor
from gateway.admin.privacy_bodies import (
    ErasureAsked,
    ExportAsked,
    HoldAsked,
    HoldPage,
    HoldReleased,
    HoldTold,
    PersonAsked,
    PersonErased,
    PersonExported,
    PersonFound,
    ProcessingAsked,
    ProcessingReport,
    RequestPage,
    RequestsAsked,
)
from gateway.audit.query import place_in

_HOLD_ID: Final[Mapping[str, Parameter]] = {
    "hold_id": Parameter(
        r"^hold_[0-9a-f]{1,60}$", "The id of a hold, as the list shows it.", "hold_4f1d2c3b5a69"
    )
}
_CALL_ID: Final[Mapping[str, Parameter]] = {
    "call_id": Parameter(
        r"^[!-.0-~]{1,100}$", "The id of a call: `x-request-id` of its answer.", "01k8xq6wvn3f5m2j7r9t4y6z8b"
    )
}


def _export(to: Administration, actor: Actor, given: Given) -> PersonExported:
    asked: ExportAsked = given.body
    place = after(asked.cursor, 2)
    before = None if place is None else (place[0], place[1])
    page, records = to.privacy.export(actor, asked.subject, asked.limit, before)
    if len(records) < asked.limit:
        return page
    return page.model_copy(update={"next": cursor(*map(str, place_in(records[-1], "oldest")))})


PRIVACY_OPERATIONS = (
    Operation(
        name="privacy.find",
        method="POST",
        path="/privacy/find",
        permission="privacy:requests",
        summary="What each store holds of a person.",
        body=PersonAsked,
        told=PersonFound,
        act="privacy.find",
        do=lambda to, actor, given: to.privacy.find(actor, given.body.subject),
    ),
    Operation(
        name="privacy.export",
        method="POST",
        path="/privacy/export",
        permission="privacy:requests",
        summary="All that is kept of a person, page by page, with what article 15 asks for on the first.",
        body=ExportAsked,
        told=PersonExported,
        act="privacy.export",
        do=_export,
        refusals=(404,),
    ),
    Operation(
        name="privacy.erase",
        method="POST",
        path="/privacy/erase",
        permission="privacy:requests",
        summary="Destroy a person's key, name and contents for good. A legal hold defers it.",
        body=ErasureAsked,
        told=PersonErased,
        act="privacy.erase",
        do=lambda to, actor, given: to.privacy.erase(actor, given.body),
        refusals=(404,),
    ),
    Operation(
        name="privacy.requests",
        method="GET",
        path="/privacy/requests",
        permission="privacy:requests",
        summary="What people asked for, by when it is due.",
        query=RequestsAsked,
        told=RequestPage,
        do=lambda to, actor, given: to.privacy.requests(actor, done=given.query.all == "true"),
    ),
    Operation(
        name="holds.list",
        method="GET",
        path="/audit/holds",
        permission="privacy:requests",
        summary="The legal holds in force.",
        query=RequestsAsked,
        told=HoldPage,
        do=lambda to, actor, given: to.holds.list(actor, released=given.query.all == "true"),
    ),
    Operation(
        name="holds.add",
        method="POST",
        path="/audit/holds",
        permission="privacy:requests",
        summary="Keep calls, and people, from being deleted or erased.",
        body=HoldAsked,
        told=HoldTold,
        act="holds.add",
        do=lambda to, actor, given: to.holds.add(actor, given.body),
        refusals=(404,),
    ),
    Operation(
        name="holds.release",
        method="POST",
        path="/audit/holds/{hold_id}/release",
        permission="privacy:requests",
        summary="Release a legal hold. Erasures that waited for it are to be asked for again.",
        parameters=_HOLD_ID,
        told=HoldReleased,
        act="holds.release",
        do=lambda to, actor, given: to.holds.release(actor, given.path["hold_id"]),
        refusals=(404,),
    ),
    Operation(
        name="audit.content",
        method="POST",
        path="/audit/calls/{call_id}/content",
        permission="audit:content",
        summary="What was kept of a call's content. It needs a reason, which is recorded.",
        parameters=_CALL_ID,
        body=ContentAsked,
        told=ContentOpened,
        act="audit.content",
        do=lambda to, actor, given: to.contents.open(actor, given.path["call_id"], given.body),
        refusals=(404, 409),
    ),
    Operation(
        name="audit.search_content",
        method="POST",
        path="/audit/contents/search",
        permission="audit:content",
        summary="Look through kept contents for a text, page by page. It needs a reason, which is recorded.",
        body=SearchAsked,
        told=ContentSearched,
        act="audit.search_content",
        do=lambda to, actor, given: to.contents.search(actor, given.body),
    ),
    Operation(
        name="reports.processing",
        method="GET",
        path="/reports/processing",
        permission="audit:read",
        summary="The record of processing (GDPR, article 30), of each use case.",
        query=ProcessingAsked,
        told=ProcessingReport,
        do=lambda to, actor, given: to.processing.report(actor, given.query.since),
    ),
)
