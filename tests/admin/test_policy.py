"""The policy through the admin API: what is in force, what was, what differs; propose, reload, go back."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from gateway.admin import policy
from gateway.admin.policy_bodies import Judgement
from tests.admin.parts import Side, admin_side

POLICY: dict[str, Any] = {
    "gateway": 1,
    "providers": {
        "acme": {
            "dialect": "openai",
            "base_url": "https://acme.example/v1",
            "credentials": ["sk-written-out-1"],
        }
    },
    "models": {"fast": {"targets": [{"to": "acme/small"}]}},
    "roles": {"caller": {"models": ["fast"]}},
}
CHANGED = POLICY | {"roles": {"caller": {"models": ["*"]}}}


def put(side: Side, policy: Any) -> None:
    text = policy if isinstance(policy, str) else json.dumps(policy)
    (side.policies / "gateway.yaml").write_text(text)


async def events(side: Side, count: int = 1) -> list[dict[str, Any]]:
    """What came into force, once so much is written down."""
    while len(found := (await side.ask("GET", "/policy/history")).body["events"]) < count:
        await asyncio.sleep(0)
    return list(found)


async def test_it_says_what_is_in_force_and_since_when(tmp_path: Path):
    async with admin_side(tmp_path, POLICY) as side:
        [first] = await events(side)
        answer = await side.ask("GET", "/policy")
    assert answer.body["revision"] == side.runtime.policies.current.revision == first["revision"]
    assert (answer.body["cause"], answer.body["faults"], answer.body["off"]) == ("start", [], {})


async def test_a_reload_puts_the_folder_in_force_and_says_who_asked(tmp_path: Path):
    async with admin_side(tmp_path, POLICY) as side:
        await events(side)
        put(side, CHANGED)
        answer = await side.ask("POST", "/policy/reload")
        newest, oldest = await events(side, 2)
    assert (answer.status, answer.body["what"]) == (200, "policy")
    assert (newest["cause"], newest["author"], newest["previous"]) == ("api", "admin_key", oldest["revision"])
    assert [one["path"] for one in newest["changes"]] == ["roles.caller.models"]


async def test_a_folder_that_is_no_policy_is_refused_with_every_fault(tmp_path: Path):
    async with admin_side(tmp_path, POLICY) as side:
        [first] = await events(side)
        put(side, "gateway: 1\nmodelz: {}\nrolez: {}\n")
        answer = await side.ask("POST", "/policy/reload")
        assert side.runtime.policies.current.revision == first["revision"]
        status = await side.ask("GET", "/policy")
    assert (answer.status, answer.body["code"]) == (409, "policy_invalid")
    assert [one["field"] for one in answer.body["errors"]] == ["gateway.yaml:2:1", "gateway.yaml:3:1"]
    assert len(status.body["faults"]) == 2


async def test_the_files_of_a_revision_are_told_without_secrets(tmp_path: Path):
    async with admin_side(tmp_path, POLICY) as side:
        [first] = await events(side)
        told = [
            (await side.ask("GET", f"/policy/revisions/{name}")).body
            for name in (first["revision"], first["revision"][:6], "folder")
        ]
    assert told[0] == told[1] == told[2]
    assert told[0]["files"]["gateway.yaml"]["withheld"] is True
    assert "sk-written-out-1" not in json.dumps(told)


async def test_two_revisions_are_compared_by_meaning_and_as_text(tmp_path: Path):
    async with admin_side(tmp_path, POLICY) as side:
        [first] = await events(side)
        (side.policies / "more.yaml").write_text("teams: {support: {}}\n")
        answer = await side.ask("GET", "/policy/diff")
        named = await side.ask("GET", f"/policy/diff?old=folder&new={first['revision']}")
    assert [(one["path"], one["kind"], one["new"]) for one in answer.body["changes"]] == [
        ("teams", "added", {"support": {}})
    ]
    assert "+teams: {support: {}}" in answer.body["patch"]
    assert [one["kind"] for one in named.body["changes"]] == ["removed"]


async def test_a_revision_that_is_not_there_is_not_found(tmp_path: Path):
    async with admin_side(tmp_path, POLICY) as side:
        await events(side)
        for path in (
            "/policy/revisions/ffffffffffff",
            "/policy/diff?old=ffffffffffff",
            "/policy/revisions/..%2f",
        ):
            assert (await side.ask("GET", path)).status == 404, path
        answer = await side.ask("POST", "/policy/rollback", body={"revision": "ffffffffffff"})
    assert answer.status == 404


async def test_a_proposal_is_judged_and_nothing_more(tmp_path: Path):
    async with admin_side(tmp_path, POLICY) as side:
        [first] = await events(side)
        good = await side.ask("POST", "/policy/check", body={"files": {"a.yaml": json.dumps(CHANGED)}})
        bad = await side.ask("POST", "/policy/check", body={"files": {"a.yaml": "gateway: 1\nmodelz: {}\n"}})
        assert side.runtime.policies.current.revision == first["revision"]
        assert sorted(path.name for path in side.policies.iterdir()) == ["gateway.yaml"]
    assert [one["path"] for one in good.body["changes"]] == ["roles.caller.models"]
    assert (bad.body["revision"], bad.body["faults"][0]["line"], bad.body["faults"][0]["file"]) == (
        None,
        2,
        "a.yaml",
    )


async def test_who_proposes_holds_up_nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A proposal may take seconds to judge, and few threads administer: one is judged at a time."""
    judging, done = threading.Event(), threading.Event()

    def slowly(files: object, old: object) -> Judgement:
        judging.set()
        assert done.wait(30)
        return Judgement(revision="5107", faults=[], changes=[], patch="")

    monkeypatch.setattr(policy, "judged_apart", slowly)
    body = {"files": {"a.yaml": "gateway: 1\n"}}
    async with admin_side(tmp_path, POLICY) as side:
        first = asyncio.ensure_future(side.ask("POST", "/policy/check", body=body))
        await asyncio.to_thread(judging.wait, 30)
        try:
            async with asyncio.timeout(20):
                second = await side.ask("POST", "/policy/check", body=body)
                other = await side.ask("GET", "/keys")
        finally:
            done.set()
        found = [(await first).status, (await side.ask("POST", "/policy/check", body=body)).status]
    assert (second.status, second.body["code"], other.status) == (503, "too_many_requests", 200)
    assert found == [200, 200], "and afterwards the next one"


async def test_who_proposes_learns_nothing_of_the_machine(tmp_path: Path):
    """Neither whether a file or a variable is there, nor where files of the gateway are."""
    told = []
    async with admin_side(tmp_path, POLICY) as side:
        await events(side)
        for reference in ("${file:/etc/passwd}", "${file:/nowhere}", "${PATH}", "${NOWHERE}"):
            provider = {"dialect": "openai", "base_url": "https://a.example", "credentials": [reference]}
            proposal = POLICY | {"providers": {"acme": provider}}
            answer = await side.ask("POST", "/policy/check", body={"files": {"a.yaml": json.dumps(proposal)}})
            told.append(json.dumps(answer.body["faults"]))
    assert told == ["[]"] * 4


async def test_a_file_of_a_proposal_stays_where_it_is_put(tmp_path: Path):
    async with admin_side(tmp_path, POLICY) as side:
        for name in ("../a.yaml", "/tmp/a.yaml", "a.yml", ".yaml", "a/b.yaml", "a\x00.yaml", ""):
            answer = await side.ask("POST", "/policy/check", body={"files": {name: "gateway: 1\n"}})
            assert answer.status == 400, name


async def test_going_back_writes_the_files_of_then(tmp_path: Path):
    before = {"gateway": 1, "roles": {"caller": {"apis": ["chat"]}}}
    async with admin_side(tmp_path, before) as side:
        [first] = await events(side)
        put(side, before | {"roles": {}})
        await side.ask("POST", "/policy/reload")
        await events(side, 2)
        answer = await side.ask("POST", "/policy/rollback", body={"revision": first["revision"]})
        assert json.loads((side.policies / "gateway.yaml").read_text()) == before
    assert (answer.status, answer.body["done"], answer.body["written"]) == (200, True, ["gateway.yaml"])


async def test_going_back_is_only_shown_where_that_is_asked_for(tmp_path: Path):
    before = {"gateway": 1, "roles": {"caller": {"apis": ["chat"]}}}
    async with admin_side(tmp_path, before) as side:
        [first] = await events(side)
        put(side, "gateway: 1\n")
        body = {"revision": first["revision"], "dry_run": True}
        answer = await side.ask("POST", "/policy/rollback", body=body)
        assert (side.policies / "gateway.yaml").read_text() == "gateway: 1\n"
    assert (answer.body["done"], "+" in answer.body["patch"]) == (False, True)


async def test_what_no_revision_holds_is_not_lost_by_going_back(tmp_path: Path):
    before = {"gateway": 1, "roles": {"caller": {"apis": ["chat"]}}}
    async with admin_side(tmp_path, before) as side:
        [first] = await events(side)
        put(side, "gateway: 1\nmodelz: 1\n")
        answer = await side.ask("POST", "/policy/rollback", body={"revision": first["revision"]})
        assert "modelz" in (side.policies / "gateway.yaml").read_text()
    assert (answer.status, answer.body["code"]) == (409, "not_restorable")


async def test_the_history_goes_on_where_a_page_ended(tmp_path: Path):
    async with admin_side(tmp_path, POLICY) as side:
        await events(side)
        put(side, CHANGED)
        await side.ask("POST", "/policy/reload")
        whole = await events(side, 2)
        first = (await side.ask("GET", "/policy/history?limit=1")).body
        then = (await side.ask("GET", f"/policy/history?limit=1&cursor={first['next']}")).body
    assert first["events"] + then["events"] == whole
