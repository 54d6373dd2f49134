"""Every operation, asked by nobody, by a key without permissions, by each permission alone, within one's own team,
and by all: what is not permitted is not answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gateway.admin.operations import Operation
from gateway.admin.site import OPERATIONS
from gateway.credentials import mint
from gateway.policy.models.permissions import PERMISSIONS
from tests.admin.parts import ADMIN_KEY, HERE, Side, admin_side

POLICY = {
    "gateway": 1,
    "providers": {"echo": {"dialect": "echo"}},
    "models": {"m": {"targets": [{"to": "echo/m"}]}},
    "budgets": [{"name": "month", "amount": "10 USD", "period": "month"}],
    "teams": {
        "sales": {"roles": ["caller", *(f"own {one.replace(':', ' ')}" for one in PERMISSIONS)]},
        "legal": {},
    },
    "roles": {
        "caller": {"models": ["*"]},
        **{one.replace(":", " "): {"permissions": [one]} for one in PERMISSIONS},
        **{
            f"own {one.replace(':', ' ')}": {"permissions": [one], "within": "own_team"}
            for one in PERMISSIONS
        },
    },
}
STRANGER = mint(bytes(32))
WITHIN_A_TEAM = frozenset(
    {
        *("keys.list", "keys.create", "keys.show", "keys.rotate", "keys.revoke"),
        *("audit.calls", "audit.call", "audit.acts", "audit.act"),
        *("audit.totals", "audit.export", "audit.content", "audit.search_content"),
        *("usage.report", "usage.repriced", "budgets.list"),
    }
)
"""Operations on what may belong to a team; all others are about everybody's."""
BODIES: dict[str, Any] = {
    "keys.create": {"name": "bot", "roles": ["caller"], "team": "sales"},
    "users.disable": {"user": "nobody in particular"},
    "users.enable": {"user": "nobody in particular"},
    "keyring.rotate": {"purpose": "cookie"},
    "freezes.freeze": {"match": {"key": ["key_0"]}, "reason": "a test"},
    "freezes.unfreeze": {"match": {"key": ["key_9"]}},
    "budgets.raise": {
        "budget": "month",
        "amount": "5 USD",
        "until": f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
        "reason": "a test",
    },
    "audit.export": {"team": "sales"},
    "audit.content": {"reason": "a test"},
    "audit.search_content": {"reason": "a test", "text": "whatever"},
    "privacy.find": {"subject": "user:nobody"},
    "privacy.export": {"subject": "user:nobody"},
    "privacy.erase": {"subject": "user:nobody"},
    "holds.add": {"reason": "a test", "team": "sales"},
    "policy.check": {"files": {"gateway.yaml": "gateway: 1\n"}},
    "policy.rollback": {"revision": "0" * 12},
}
NOT_THERE = {
    "freezes.unfreeze": 404,
    "budgets.withdraw": 404,
    "audit.call": 404,
    "audit.act": 404,
    "audit.content": 404,
    "privacy.export": 404,
    "privacy.erase": 404,
    "holds.release": 404,
    "policy.rollback": 404,
    "policy.diff": 404,
}
"""What the operations that need more than this test makes answer to those who may."""


async def asked(side: Side, operation: Operation, key: str | None, team: str = "sales") -> int:
    path = operation.path
    if "{key_id}" in path:
        path = path.format(key_id=side.key("caller", team=team)[1].id)
    path = path.format(
        call_id="01k8", act_id="act_01", revision="folder", increase_id="inc_0123456789ab", hold_id="hold_0"
    )
    body = BODIES.get(operation.name)
    if body is not None and "team" in body:
        body = body | {"team": team}
    return (await side.ask(operation.method, path, key, body)).status


def expected(operation: Operation) -> set[int]:
    """Of who may. Whether a first revision is written down by now is not this test's subject."""
    also = {NOT_THERE[operation.name]} if operation.name in NOT_THERE else set()
    return {operation.status} | also


async def test_every_operation_answers_those_who_have_its_permission_and_nobody_else(tmp_path: Path):
    wrong = []
    async with admin_side(tmp_path, POLICY) as side:
        keys: dict[str, str] = {one: side.key(one.replace(":", " "))[0] for one in PERMISSIONS}
        holders: dict[str, str | None] = {
            "nobody": None,
            "a stranger": STRANGER,
            "a caller": side.key("caller")[0],
            **keys,
            "all": ADMIN_KEY,
        }
        for operation in OPERATIONS:
            for holder, key in holders.items():
                status = await asked(side, operation, key)
                if holder in ("nobody", "a stranger"):
                    right = status == 401
                elif holder in (operation.permission, "all"):
                    right = status in expected(operation)
                else:
                    right = status == 403
                if not right:
                    wrong.append(f"{operation.name} answers {holder} with {status}")
    assert wrong == []


async def test_within_ones_own_team_nothing_of_others_is_answered(tmp_path: Path):
    wrong = []
    async with admin_side(tmp_path, POLICY) as side:
        own = {
            one: side.key(f"own {one.replace(':', ' ')}", "caller", team="sales")[0] for one in PERMISSIONS
        }
        for operation in OPERATIONS:
            key = own[operation.permission]
            mine = await asked(side, operation, key)
            foreign = await asked(side, operation, key, "legal")
            if operation.name not in WITHIN_A_TEAM:
                right = mine == foreign == 403
            elif operation.name == "keys.create":
                right = (mine, foreign) == (201, 403)
            elif "{key_id}" in operation.path:
                right = (mine, foreign) == (200, 404)
            else:
                right = {mine, foreign} <= expected(operation)
            if not right:
                wrong.append(f"{operation.name}: {mine} for one's own, {foreign} for another's")
            others = {name: key for name, key in own.items() if name != operation.permission}
            for holder, other in others.items():
                status = await asked(side, operation, other)
                if status != 403:
                    wrong.append(f"{operation.name} answers {holder} within a team with {status}")
    assert wrong == []


async def test_every_path_says_which_methods_it_takes(tmp_path: Path):
    examples = {name: one.example for each in OPERATIONS for name, one in each.parameters.items()}
    async with admin_side(tmp_path, POLICY) as side:
        for path in {operation.path for operation in OPERATIONS} | {"/openapi.json"}:
            allowed = sorted(one.method for one in OPERATIONS if one.path == path) or ["GET"]
            answer = await side.ask("PATCH", path.format(**examples))
            assert (answer.status, answer.headers["allow"]) == (405, ", ".join(allowed)), path


async def test_the_description_needs_no_credential(tmp_path: Path):
    async with admin_side(tmp_path, POLICY) as side:
        answer = await side.ask("GET", "/openapi.json", None)
    assert (answer.status, answer.body["openapi"]) == (200, "3.1.0")


async def test_what_is_not_there_is_told_in_the_one_shape(tmp_path: Path):
    async with admin_side(tmp_path, POLICY) as side:
        answer = await side.ask("GET", "/nowhere", address=HERE)
    assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.body["code"] == "unknown_path"


async def test_on_its_own_port_callers_from_elsewhere_are_answered(tmp_path: Path):
    async with admin_side(tmp_path, POLICY, admin_port=0) as side:
        answer = await side.ask("GET", "/status", address="198.51.100.7")
    assert answer.status == 200


async def test_without_a_port_of_its_own_nothing_is_there_for_callers_from_elsewhere(tmp_path: Path):
    async with admin_side(tmp_path, POLICY) as side:
        for path in ("/status", "/openapi.json"):
            answer = await side.ask("GET", path, address="198.51.100.7")
            assert (answer.status, answer.body["code"]) == (404, "unknown_path")
