"""Every row of decisions.md: caller × model × API × tool × hour × network × team × claim, and what becomes of it.

A request is written as a client would write it, and judged by the stages of a real call.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from gateway.call import Call, Caller
from gateway.errors import Refused
from gateway.policy.load import load_policy
from gateway.policy.snapshot import Policy
from gateway.stages import authorize, plan, prompt
from tests.parts.calls import make_call
from tests.parts.runtime import make_runtime
from tests.policy.folder import written

HERE = Path(__file__).parent
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


def rows() -> list[Row]:
    lines = (HERE / "decisions.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return [Row(*each) for each in cells if each[0] != "caller"]


ROWS = rows()


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    text = (HERE / "decisions.yaml").read_text(encoding="utf-8")
    return load_policy(written(tmp_path_factory.mktemp("policies"), {"a.yaml": text}), environment={})


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


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(cell for cell in row[:7] if cell) or "nobody")
async def test_a_call_is_decided_as_it_is_written_down(row: Row, policy: Policy):
    assert await verdict(policy, row) == row.verdict


def test_the_table_is_long_and_no_row_stands_in_it_twice():
    assert len({row[:7] for row in ROWS}) == len(ROWS) >= 200


def test_every_role_team_api_and_refusal_stands_in_the_table(policy: Policy):
    """What nobody wrote down nobody has thought about."""
    said = " ".join(word for row in ROWS for word in (row.caller, row.verdict))
    assert [role for role in policy.roles if not re.search(rf"\b{role}\b", said)] == []
    assert [team for team in policy.teams if f"@{team}" not in said.split()] == []
    assert [code for code in authorize.OBJECTIONS if code not in said and code != "prompt_forbidden"] == []
