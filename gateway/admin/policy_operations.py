"""The policy in the admin API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.admin.operations import Link, Operation, Parameter
from gateway.admin.policy_bodies import (
    Between,
    GoBack,
    HistoryPage,
    Judgement,
    PolicyDifference,
    PolicyHistory,
    PolicyReloaded,
    PolicyRevision,
    PolicyStatus,
    Proposal,
    WentBack,
)

_REVISION: Final[Mapping[str, Parameter]] = {
    "revision": Parameter(
        r"^([0-9a-f]{1,64}|folder)$", "A revision, the beginning of its name, or `folder`.", "folder"
    ),
}

POLICY_OPERATIONS = (
    Operation(
        name="policy.status",
        method="GET",
        path="/policy",
        permission="policy:read",
        summary="What this process has in force, and what became of its last look at the folder.",
        told=PolicyStatus,
        do=lambda to, actor, given: to.policy.status(actor),
    ),
    Operation(
        name="policy.history",
        method="GET",
        path="/policy/history",
        permission="policy:read",
        summary="What came into force, newest first: when, why, by whom, and what it changed.",
        query=HistoryPage,
        told=PolicyHistory,
        links=(Link("policy.revision", "revision", "events/0/revision"),),
        do=lambda to, actor, given: to.policy.history(
            actor, cursor_text=given.query.cursor, limit=given.query.limit
        ),
    ),
    Operation(
        name="policy.revision",
        method="GET",
        path="/policy/revisions/{revision}",
        permission="policy:read",
        summary="The files of a revision, as they were last read; *** stands for a secret that was written out.",
        parameters=_REVISION,
        told=PolicyRevision,
        do=lambda to, actor, given: to.policy.revision(actor, given.path["revision"]),
        refusals=(404, 409),
    ),
    Operation(
        name="policy.diff",
        method="GET",
        path="/policy/diff",
        permission="policy:read",
        summary="What differs between two revisions: by meaning, key by key, and as text.",
        query=Between,
        told=PolicyDifference,
        do=lambda to, actor, given: to.policy.difference(actor, given.query),
        refusals=(404, 409),
    ),
    Operation(
        name="policy.check",
        method="POST",
        path="/policy/check",
        permission="policy:propose",
        summary="Whether a proposal is a policy, and what it would change. Nothing is put in force.",
        body=Proposal,
        told=Judgement,
        do=lambda to, actor, given: to.policy.check(actor, given.body),
    ),
    Operation(
        name="policy.reload",
        method="POST",
        path="/policy/reload",
        permission="system:reload",
        summary="Read the policy folder now. Where it is no policy, the one in force stays: 409, and every fault.",
        told=PolicyReloaded,
        act="policy.reload",
        do=lambda to, actor, given: to.policy.reload(actor),
        refusals=(409,),
    ),
    Operation(
        name="policy.rollback",
        method="POST",
        path="/policy/rollback",
        permission="policy:approve",
        summary="Write the files of a revision back into the folder, where it can be written to; else tell the patch.",
        body=GoBack,
        told=WentBack,
        act="policy.rollback",
        do=lambda to, actor, given: to.policy.roll_back(actor, given.body),
        refusals=(404, 409),
    ),
)
