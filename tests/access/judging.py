"""Rows of a table of decisions: each is made a request, as a client would write it, and judged by the stages of
a real call.

The columns are explained in decisions.md.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from gateway.call import Call, Caller
from gateway.errors import Refused
from gateway.policy.snapshot import Policy
from gateway.stages import authorize, plan, prompt
from tests.parts.calls import make_call
from tests.parts.runtime import make_runtime

PATHS = {
    "chat": "/v1/chat/completions",
    "responses": "/v1/responses",
    "messages": "/v1/messages",
    "embeddings": "/v1/embeddings",
}
ASK = [{"role": "user", "content": "hello"}]
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
PARIS = ZoneInfo("Europe/Paris")


class Row(NamedTuple):
    caller: str
    model: str
    api: str
    tools: str
    when: str
    address: str
    claims: str
    verdict: str


HEAD = Row(*"caller model api tools when from claims verdict".split())


def rows_of(text: str) -> list[Row]:
    """The rows of all tables that have these columns, or the first of them and the verdict."""
    found: list[Row] = []
    columns: list[int] | None = None
    for line in text.splitlines():
        if not line.startswith("|"):
            columns = None
            continue
        cells = [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        if set(cells) <= set(HEAD) and cells[0] == "caller":
            columns = [HEAD.index(cell) for cell in cells]
        elif columns is not None and not line.startswith("|-"):
            found.append(Row(*(cells[columns.index(at)] if at in columns else "" for at in range(len(HEAD)))))
    return found


def body_of(row: Row) -> dict[str, Any]:
    api = row.api or "chat"
    body: dict[str, Any] = {"model": row.model or "fast"}
    body |= {"input": "hello"} if api in ("responses", "embeddings") else {"messages": ASK}
    if api == "messages":
        body["max_tokens"] = 100
    for word in row.tools.split():
        body |= _tool(api, word, body)
    for word in row.claims.split():
        if word.startswith("m:"):
            body["metadata"] = {"use_case": word[2:]}
        elif word.startswith("b:"):
            body["user"] = word[2:]
    return body


def _tool(api: str, word: str, body: dict[str, Any]) -> dict[str, Any]:
    kind, _, name = word.partition(":")
    if kind in ("store", "background"):
        return {kind: True}
    if kind == "tier":
        return {"service_tier": "priority"}
    if kind == "h" and api == "chat":
        return {"web_search_options": {}}
    tools: dict[tuple[str, str], dict[str, Any]] = {
        ("f", "chat"): {"type": "function", "function": {"name": name}},
        ("f", "responses"): {"type": "function", "name": name, "parameters": {}},
        ("f", "messages"): {"name": name, "input_schema": {"type": "object"}},
        ("h", "responses"): {"type": name},
        ("h", "messages"): {"type": name, "name": name.rpartition("_")[0]},
        ("m", "responses"): {"type": "mcp", "server_label": "s", "server_url": name},
    }
    return {"tools": [*body.get("tools", ()), tools[kind, api]]}


def at_ms(when: str) -> int:
    if when.endswith("Z"):
        moment = datetime.fromisoformat(when)
    else:
        day, _, time = (when or "Tue 10:00").partition(" ")
        wall = datetime.fromisoformat(f"2026-11-23T{time}").replace(tzinfo=PARIS)
        moment = wall + timedelta(days=DAYS.index(day))
    return int(moment.astimezone(UTC).timestamp() * 1000)


def call_of(policy: Policy, row: Row) -> Call:
    headers = [(b"x-gateway-use-case", word[2:].encode()) for word in row.claims.split() if word[:2] == "u:"]
    headers += [(b"x-gateway-end-user", word[2:].encode()) for word in row.claims.split() if word[:2] == "e:"]
    call = make_call(
        policy,
        path=PATHS[row.api or "chat"],
        body=json.dumps(body_of(row)).encode(),
        headers=tuple(headers),
    )
    named = re.findall(r"(?<=@)\S+", row.caller), re.findall(r"(?<=#)\S+", row.caller)
    team, use_case = (found[0] if found else None for found in named)
    roles = tuple(word for word in row.caller.split() if word[0] not in "@#")
    call.caller = Caller("key", "key_1", None, team, roles, use_case)
    call.address = {"": "9.9.9.9", "none": None}.get(row.address, row.address)
    call.at_ms = at_ms(row.when)
    return call


async def verdict(policy: Policy, row: Row) -> str:
    call, runtime = call_of(policy, row), make_runtime(policy)
    try:
        for stage in (prompt, authorize, plan):
            await stage.enter(call, runtime)
    except Refused as refused:
        return f"{refused.problem.kind.status} {refused.problem.code}"
    assert call.grant is not None and call.plan is not None
    return f"{call.grant.role.name}: {', '.join(one.target.name for one in call.plan.candidates)}"
