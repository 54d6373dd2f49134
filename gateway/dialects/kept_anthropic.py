"""Anthropic's operations on message batches."""

from __future__ import annotations

from typing import Final

from gateway.dialects.body import Names, members, require_list
from gateway.dialects.interface import Asked
from gateway.dialects.kept_answers import batch_deleted, created, results_here
from gateway.dialects.kept_listing import Shape
from gateway.dialects.kept_operations import Operation

_BATCH: Final = Names(("requests",))
_PATH: Final = "/messages/batches/{message_batch}"
_BETA: Final = frozenset({"beta"})
"""A switch of the SDK's, which says nothing."""


def read_batch(body: bytes) -> Asked:
    """BadBody unless it has a list of requests; each of them is judged by `unpack`."""
    fields = members(body, _BATCH)
    require_list(fields, "requests")
    return Asked(raw=body, fields=fields, model="", apis=("messages",))


OPERATIONS: Final = (
    Operation(
        "message_batches.create",
        "POST",
        "/messages/batches",
        "batches",
        query=_BETA,
        made=created("message_batch"),
        retold=results_here,
        read=read_batch,
        billed_later=True,
    ),
    Operation(
        "message_batches.list",
        "GET",
        "/messages/batches",
        "batches",
        query=_BETA | {"limit", "after_id", "before_id"},
        shape=Shape("message_batch", "after_id", "before_id", page=1_000),
        retold=results_here,
    ),
    Operation("message_batches.read", "GET", _PATH, "batches", query=_BETA, retold=results_here),
    Operation("message_batches.delete", "DELETE", _PATH, "batches", query=_BETA, removed=batch_deleted),
    Operation(
        "message_batches.cancel",
        "POST",
        f"{_PATH}/cancel",
        "batches",
        query=_BETA,
        retold=results_here,
    ),
    Operation("message_batches.results", "GET", f"{_PATH}/results", "batches", query=_BETA, passes=True),
)
