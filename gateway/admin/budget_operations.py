"""Budgets in the admin API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.admin.budget_bodies import Budgets, Increase, NewIncrease, Withdrawn
from gateway.admin.operations import Link, Operation, Parameter

_INCREASE_ID: Final[Mapping[str, Parameter]] = {
    "increase_id": Parameter(
        r"^inc_[0-9a-f]{12}$", "The id of an increase, as the list shows it.", "inc_4f1d2c3b5a69"
    )
}

BUDGET_OPERATIONS = (
    Operation(
        name="budgets.list",
        method="GET",
        path="/budgets",
        permission="usage:read",
        summary="What is left of each budget in its period, by the records of calls: those of the last quarter of a "
        "second may be missing. A permission within one's own team reaches budgets that count by team.",
        told=Budgets,
        links=(Link("budgets.withdraw", "increase_id", "increases/0/id"),),
        do=lambda to, actor, given: to.budgets.list(actor),
    ),
    Operation(
        name="budgets.raise",
        method="POST",
        path="/budgets/increases",
        permission="budgets:raise",
        summary="More of a budget, for a while. Running gateways know within a second.",
        body=NewIncrease,
        told=Increase,
        status=201,
        act="budgets.raise",
        links=(Link("budgets.withdraw", "increase_id", "id"),),
        do=lambda to, actor, given: to.budgets.increase(actor, given.body),
    ),
    Operation(
        name="budgets.withdraw",
        method="POST",
        path="/budgets/increases/{increase_id}/end",
        permission="budgets:raise",
        summary="Take back an increase of a budget before its time. What was spent by it stays spent.",
        parameters=_INCREASE_ID,
        told=Withdrawn,
        act="budgets.withdraw",
        do=lambda to, actor, given: to.budgets.withdraw(actor, given.path["increase_id"]),
        refusals=(404,),
    ),
)
