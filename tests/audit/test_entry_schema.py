"""The JSON Schema of entries is that of the docs, and real entries are what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from gateway.audit.entry import Content, Entry, encode
from gateway.audit.entry_schema import entry_schema, text
from tests.audit.parts import act, acted, boot, intent, outcome
from tests.parts.audit_reading import entries_of
from tests.parts.gateway_inside import GatewayInside

DOCS = Path(__file__).parents[2] / "docs"
CHECKED = Draft202012Validator(entry_schema())
POLICY: dict[str, Any] = {
    "gateway": 1,
    "providers": {"echo": {"dialect": "echo"}},
    "models": {"echo": {"targets": [{"to": "echo/echo"}]}},
    "roles": {"caller": {"models": ["echo"]}},
}


def test_the_docs_hold_the_schema_of_this_version():
    """Else: python -m gateway.audit.entry_schema > docs/audit-entries.schema.json"""
    assert (DOCS / "audit-entries.schema.json").read_text(encoding="utf-8") == text()


@pytest.mark.parametrize(
    "entry",
    [intent("c1"), outcome("c1"), act("act_1"), acted("act_1"), boot()],
    ids=lambda one: type(one).__name__,
)
def test_every_kind_of_entry_is_what_the_schema_says(entry: Entry):
    assert list(CHECKED.iter_errors(json.loads(encode(entry)))) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "intent"},
        {"kind": "unheard"},
        json.loads(encode(boot())) | {"more": 1},
        json.loads(encode(boot())) | {"at": 7},
        json.loads(encode(replace(outcome("c1"), content=Content(mode="sealed", ref="x"))))
        | {"content": "sealed"},
    ],
)
def test_what_is_no_entry_is_none(wrong: dict[str, Any]):
    assert list(CHECKED.iter_errors(wrong))


async def test_what_a_gateway_writes_is_what_the_schema_says(tmp_path: Path):
    async with GatewayInside(tmp_path, POLICY) as gateway, gateway.client() as client:
        for model in ("echo", "nothing"):
            client.ask(
                "/v1/chat/completions", {"model": model, "messages": [{"role": "user", "content": "hi"}]}
            )
            await client.finished()
        await gateway.stop()
        found = [json.loads(encode(entry)) for entry in entries_of(gateway.settings.data)]
    assert [one["kind"] for one in found if one["kind"] in ("intent", "outcome", "boot")].count(
        "outcome"
    ) == 2
    assert [error.message for one in found for error in CHECKED.iter_errors(one)] == []
