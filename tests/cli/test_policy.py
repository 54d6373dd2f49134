"""`gateway policy`: what was in force, what differs, who runs what, and the way back."""

from __future__ import annotations

import asyncio
import json
import os
import pwd
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr
from sqlalchemy import select

from gateway.installation import Installation, open_installation
from gateway.policy.load import judge, read
from gateway.settings import load_settings
from gateway.stores.database import reading
from gateway.stores.processes import Process, SqlProcesses
from gateway.stores.revisions import Origin, Revision, SqlRevisions, Why
from gateway.stores.tables import acts
from tests.cli.conftest import POLICY, Done, Run
from tests.house.tree import ROOT
from tests.parts.gateway_inside import GatewayInside

OTHER = POLICY.replace("teams: {home: {}}", "teams: {home: {}, away: {}}")


class Past:
    """What a gateway on this database has left."""

    def __init__(self, folder: Path, installation: Installation) -> None:
        self.policies = folder / "policies"
        self.installation = installation
        self.engine = installation.database.engine

    def write(self, text: str) -> None:
        (self.policies / "gateway.yaml").write_text(text)

    @property
    def text(self) -> str:
        return (self.policies / "gateway.yaml").read_text()

    def enforce(self, text: str, **facts: Any) -> str:
        self.write(text)
        loaded = judge(read(self.policies), environment={}, secrets="find")
        revision = Revision(loaded.policy.revision, loaded.document, loaded.files)
        why = Why("file", None, Origin(str(self.policies)), self.installation.now_ms())
        SqlRevisions(self.engine).record(revision, why._replace(**facts))
        return revision.name

    @property
    def acts(self) -> list[tuple[str, str]]:
        with reading(self.engine) as connection:
            return [(row.act, row.ending) for row in connection.execute(select(acts.c.act, acts.c.ending))]

    def run(self, revision: str) -> None:
        now_ms = self.installation.now_ms()
        process = Process("p1", "w1", "host", 77, now_ms, now_ms, revision, now_ms, 0)
        SqlProcesses(self.engine).report(process)


@pytest.fixture
def past(folder: Path, gateway: Run) -> Any:
    with open_installation(load_settings()) as installation:
        yield Past(folder, installation)


def test_the_history_says_when_what_why_and_by_whom(past: Past, gateway: Run):
    one = past.enforce(POLICY)
    commit = Origin("policies", "0123456789abcdef", True)
    two = past.enforce(OTHER, author="Anna <anna@acme.test>", origin=commit)
    done = gateway("policy", "history")
    newest, first = done.out.splitlines()[1:]
    assert (one in first, two in newest) == (True, True)
    for part in ("file", "Anna <anna@acme.test>", "0123456789+", "+ teams.away: {}"):
        assert part in newest


def test_the_history_for_programs_is_a_line_each_with_its_changes(past: Past, gateway: Run):
    past.enforce(POLICY)
    past.enforce(OTHER)
    newest, first = map(json.loads, gateway("policy", "history", "--json").out.splitlines())
    assert newest["changes"] == [{"path": "teams.away", "kind": "added", "old": None, "new": {}}]
    assert newest["previous"] == first["revision"]
    assert (first["changes"], first["number"], first["source"]["commit"]) == (None, 1, None)


def test_a_revision_is_shown_with_its_files_the_newest_unless_asked(past: Past, gateway: Run):
    one, two = past.enforce(POLICY), past.enforce(OTHER)
    assert gateway("policy", "show").out == f"# revision {two}\n\n# file gateway.yaml\n{OTHER}"
    assert json.loads(gateway("policy", "show", one[:6], "--json").out) == {
        "revision": one,
        "files": {"gateway.yaml": {"text": POLICY, "withheld": False}},
    }


def test_a_difference_is_by_meaning_or_as_text(past: Past, gateway: Run):
    one, two = past.enforce(POLICY), past.enforce(OTHER)
    assert gateway("policy", "diff", one, two).out == f"{one} → {two}\n+ teams.away: {{}}\n"
    assert "+teams: {home: {}, away: {}}\n" in gateway("policy", "diff", one, two, "--text").out
    told = json.loads(gateway("policy", "diff", one, two, "--json").out)
    assert (told["old"], told["new"]) == (one, two)
    assert [change["path"] for change in told["changes"]] == ["teams.away"]


def test_the_docs_show_what_it_prints(past: Past, gateway: Run):
    page = (ROOT / "docs" / "reload.md").read_text()
    shown = page.partition("```console\n$ gateway policy history\n")[2].partition("```")[0]
    table, _, difference = shown.partition("$ gateway policy diff 1b7f fe0c\n")
    retried = POLICY.replace("echo: {targets", "echo: {retries: 2, targets")
    one = past.enforce(POLICY, cause="start")
    ben = {"author": "Ben <ben@example.com>", "origin": Origin("policies", "9f0c1d2e3a" + "0" * 30, False)}
    two = past.enforce(retried, **ben)
    past.enforce(POLICY, cause="rollback", author="anna")
    table, difference = (
        text.replace("fe0cd4c29792", one).replace("1b7f02362f97", two) for text in (table, difference)
    )
    assert gateway("policy", "diff", two, one).out == difference

    def words(line: str) -> list[str]:
        return [word for word in line.split() if not re.match(r"[0-9]{4}-|[0-9]{2}:", word)]

    printed = gateway("policy", "history").out.splitlines()
    assert [words(line) for line in printed] == [words(line) for line in table.splitlines()]


def test_without_names_the_folder_is_compared_with_what_is_in_force(past: Past, gateway: Run):
    past.enforce(POLICY)
    assert "the same meaning" in gateway("policy", "diff").out
    past.write(OTHER)
    assert "+ teams.away: {}" in gateway("policy", "diff").out


def test_a_rollback_writes_the_folder_and_says_so(past: Past, gateway: Run):
    one = past.enforce(POLICY)
    past.enforce(OTHER)
    done = gateway("policy", "rollback", one[:8])
    assert (done.status, past.text) == (0, POLICY)
    assert done.out == f"the policy folder holds {one}: gateway.yaml\n"
    newest = json.loads(gateway("policy", "history", "--json").out.splitlines()[0])
    assert (newest["cause"], newest["author"]) == ("rollback", pwd.getpwuid(os.getuid()).pw_name)


def test_a_rollback_is_an_act_in_the_audit_log(past: Past, gateway: Run):
    one = past.enforce(POLICY)
    past.enforce(OTHER)
    gateway("policy", "rollback", one)
    assert past.acts == [("policy.rollback", "done")]


def test_a_rollback_that_would_lose_something_says_no(past: Past, gateway: Run):
    one = past.enforce(POLICY)
    past.write(OTHER)
    done = gateway("policy", "rollback", one)
    assert (done.status, past.text) == (1, OTHER)
    assert "changes that were never in force" in done.out
    told = json.loads(gateway("policy", "rollback", one, "--force", "--json").out)
    assert (told["done"], told["written"], past.text) == (True, ["gateway.yaml"], POLICY)
    assert [Path(path).read_text() for path in told["aside"]] == [OTHER]


def test_where_the_folder_is_others_the_patch_is_printed(past: Past, gateway: Run):
    one = past.enforce(POLICY)
    past.enforce(OTHER)
    (past.policies / "gateway.yaml").rename(past.policies / "there")
    (past.policies / "gateway.yaml").symlink_to("there")
    done = gateway("policy", "rollback", one)
    assert (done.status, past.text) == (1, OTHER)
    assert done.out.startswith("--- a/gateway.yaml\n+++ b/gateway.yaml\n")
    assert "is a link" in done.err
    assert not json.loads(gateway("policy", "rollback", one, "--json").out)["done"]


def test_a_dry_run_prints_the_patch_and_is_an_act_too(past: Past, gateway: Run):
    one = past.enforce(POLICY)
    past.enforce(OTHER)
    done = gateway("policy", "rollback", one, "--dry-run")
    assert (done.status, past.text) == (0, OTHER)
    assert done.out.startswith("--- a/gateway.yaml\n")
    assert past.acts == [("policy.rollback", "done")]


@pytest.mark.parametrize("words", [("show", "00"), ("diff", "00"), ("rollback", "00")])
def test_a_revision_that_is_not_there_is_a_no(past: Past, gateway: Run, words: tuple[str, ...]):
    past.enforce(POLICY)
    assert gateway("policy", *words).status == 1
    told = json.loads(gateway("policy", *words, "--json").out)
    assert "begins with '00'" in told["error"]


def test_the_history_goes_on_where_a_page_ended(past: Past, gateway: Run):
    for text in (POLICY, OTHER, POLICY):
        past.enforce(text)
    cursor = gateway("policy", "history", "--limit", "2").out.splitlines()[-1].split()[-1]
    assert gateway("policy", "history", "--json", "--cursor", cursor).out.count("\n") == 1


def test_a_reload_is_asked_of_a_running_gateway(gateway: Run):
    done = gateway("policy", "reload")
    assert done.status == 2
    assert "use --url" in done.err


def test_before_a_gateway_ran_there_is_no_history(gateway: Run):
    assert gateway("policy", "history", "--json").out == ""
    assert gateway("policy", "show").out.endswith(POLICY), "what the folder holds"
    assert gateway("policy", "diff").status == 1


def test_a_folder_that_is_no_policy_is_said_with_its_faults(past: Past, gateway: Run):
    past.enforce(POLICY)
    past.write("gateway: 2\n")
    done = gateway("policy", "diff")
    assert done.status == 1
    assert "gateway.yaml:1:10: " in done.out


def test_the_status_says_what_each_process_runs(past: Past, gateway: Run):
    one = past.enforce(POLICY)
    past.run(one)
    done = gateway("policy", "status")
    assert done.status == 0
    assert (one in done.out.splitlines()[-1], "77" in done.out.splitlines()[-1]) == (True, True)
    told = json.loads(gateway("policy", "status", "--json").out)
    assert told["folder"] == one
    assert [process["revision"] for process in told["processes"]] == [one]


@pytest.mark.parametrize("text", [OTHER, "gateway: 2\n"])
def test_a_process_that_runs_something_else_than_the_folder_is_a_no(past: Past, gateway: Run, text: str):
    past.run(past.enforce(POLICY))
    past.write(text)
    assert gateway("policy", "status").status == 1
    assert gateway("policy", "status", "--json").status == 1


def test_no_process_is_no_fault(past: Past, gateway: Run):
    done = gateway("policy", "status")
    assert (done.status, done.out.splitlines()[-1]) == (0, "no gateway is running")


async def test_a_running_gateway_is_asked_the_same_by_its_address(
    tmp_path: Path, gateway: Run, monkeypatch: pytest.MonkeyPatch
):
    key = "an-admin-key-that-only-the-tests-know-" + "0" * 10
    monkeypatch.setenv("GATEWAY_TOKEN", key)
    declared: Any = yaml.safe_load(POLICY)
    async with GatewayInside(tmp_path / "remote", declared, admin_key=SecretStr(key)) as running:
        url = ("--url", f"http://127.0.0.1:{running.port}")

        async def ask(*words: str) -> Done:
            return await asyncio.to_thread(gateway, "policy", *words, *url)

        first = json.loads((await ask("status", "--json")).out)
        folder = running.settings.policies / "gateway.yaml"
        folder.write_text(OTHER)
        reloaded = json.loads((await ask("reload", "--json")).out)
        assert reloaded["revision"] != first["folder"]
        assert "+ teams.away: {}" in (await ask("history")).out
        folder.write_text("gateway: 2\n")
        broken = await ask("reload")
        assert (broken.status, "gateway.yaml:1:10" in broken.out) == (1, True)
        status = await ask("status")
        assert (status.status, status.out.splitlines()[0]) == (1, "the policy folder holds no valid policy")
        assert (await ask("rollback", first["folder"])).status == 1, "what no revision holds"
        assert (await ask("rollback", first["folder"], "--force")).status == 0
        assert folder.read_text() == json.dumps(declared)
