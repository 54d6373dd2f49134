"""Schemathesis asks of every answer: did whoever asked have the permission? (Loaded by its command line.)"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from unicodedata import category

import schemathesis  # type: ignore[import-not-found,unused-ignore]

CURSOR = re.compile(r"[A-Za-z0-9_-]{1,2000}\Z")
_PART = r"(?:[^\s*,/:]|[\x1c-\x1f\x85])+"  # to JavaScript's patterns, which descriptions speak in, these are no spaces
NAME = re.compile(rf"(?=.{{1,100}}\Z){_PART}( {_PART})*\Z")
LINE = re.compile(r"\S+( \S+)*\Z", re.ASCII)
BUDGET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)\Z", re.ASCII)
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
FACTS = frozenset(
    {"team", "user", "key", "use_case", "model", "api", "provider", "target", "region", "end_user"}
)
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
    if isinstance(body, dict) and isinstance(body.get("match"), dict):
        _known_facts(body["match"])
    if isinstance(body, dict) and "budget" in body:
        _known_budget(body)


def _known_facts(match: dict[str, Any]) -> None:
    """Names of this policy for those that nobody has."""
    for fact, meant in (
        ("team", "support"),
        ("role", "analyst"),
        ("model", "m"),
        ("provider", "echo"),
        ("api", "chat"),
    ):
        given = match.get(fact)
        if isinstance(given, list) and all(isinstance(one, str) and _is_name(one) for one in given):
            match[fact] = [meant] * len(given)
    given = match.get("network")
    if isinstance(given, list) and all(isinstance(one, str) and NETWORK.match(one) for one in given):
        match["network"] = ["10.0.0.0/8"] * len(given)


def _known_budget(body: dict[str, Any]) -> None:
    """The budget of this policy, which counts all calls together, and a time that is to come."""
    if isinstance(body["budget"], str) and BUDGET.match(body["budget"]):
        body["budget"] = "month"
    if isinstance(body.get("until"), str) and MOMENT.match(body["until"]):
        body["until"] = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    scope = body.get("scope")
    if isinstance(scope, dict) and scope.keys() <= FACTS and all(map(_is_label, scope.values())):
        body["scope"] = {}


def _is_label(text: object) -> bool:
    return isinstance(text, str) and 0 < len(text) <= 256 and all(category(one) not in UNSEEN for one in text)


def _is_name(text: str) -> bool:
    return _is_label(text) and LINE.match(text) is not None
