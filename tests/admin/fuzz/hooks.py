"""Schemathesis asks of every answer: did whoever asked have the permission? (Loaded by its command line.)"""

from __future__ import annotations

import os
import re
from typing import Any

import schemathesis  # type: ignore[import-not-found,unused-ignore]

CURSOR = re.compile(r"[A-Za-z0-9_-]{1,2000}\Z")
_PART = r"(?:[^\s*,/:]|[\x1c-\x1f\x85])+"  # to JavaScript's patterns, which descriptions speak in, these are no spaces
NAME = re.compile(rf"(?=.{{1,100}}\Z){_PART}( {_PART})*\Z")
NETWORK = re.compile(r"(?s).{0,64}\Z")
PERMITTED = frozenset(os.environ["PERMITTED"].split())
"""The permissions of whoever asks."""


@schemathesis.check  # type: ignore[untyped-decorator,unused-ignore]
def permitted(ctx: Any, response: Any, case: Any) -> None:
    """Nothing is done, or told, without the operation's permission: not even whether something is there."""
    needed = case.operation.definition.raw.get("x-permission")
    if needed is None or needed in PERMITTED:
        return
    assert response.status_code in (401, 403, 405), f"{response.status_code} without {needed}"


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """What no description can tell: cursors that a page told, roles and teams of this policy, networks without
    host bits. Only what is described well is put in its place: what is wrong stays wrong."""
    query, body = case.query, case.body
    if isinstance(query, dict) and CURSOR.match(str(query.get("cursor", ""))):
        del query["cursor"]
    if isinstance(body, dict) and "name" in body:
        for field, shape, meant in (("roles", NAME, "analyst"), ("networks", NETWORK, "10.0.0.0/8")):
            given = body.get(field)
            if isinstance(given, list) and all(isinstance(one, str) and shape.match(one) for one in given):
                body[field] = [meant] * len(given)
        if isinstance(body.get("team"), str) and NAME.match(body["team"]):
            body["team"] = "support"
