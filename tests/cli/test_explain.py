"""`gateway explain` and `gateway check --test`: what a policy does, without calling anyone."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from gateway.policy.models.cases import CallerEntry, ExpectEntry, RequestEntry
from tests.cli.conftest import POLICY, Run


@pytest.fixture
def cases(folder: Path) -> Path:
    (folder / "policies" / "tests").mkdir()
    return folder / "policies" / "tests" / "cases.yaml"


def test_what_is_allowed_is_exit_code_0_with_its_role_and_targets(gateway: Run):
    done = gateway("explain", "--role", "caller", "--model", "echo")
    assert (done.status, done.err) == (0, "")
    assert "allowed by the role 'caller'" in done.out
    assert "echo/echo" in done.out


def test_what_is_refused_is_exit_code_1_with_its_rule(gateway: Run):
    done = gateway("explain", "--role", "auditor", "--model", "echo")
    assert (done.status, done.err) == (1, "")
    assert "refused with 403 model_forbidden: the role 'auditor' may not use the model 'echo'" in done.out
    assert "of the stage authorize" in done.out


def test_programs_get_one_json_object(gateway: Run):
    done = gateway("explain", "--role", "caller", "--model", "echo", "--json")
    found = json.loads(done.out)
    assert found["decision"] == "allow"
    assert found["targets"][0]["target"] == "echo/echo"


def test_a_key_of_the_database_is_asked_about_by_its_id(gateway: Run):
    made = json.loads(
        gateway("keys", "create", "app", "--role", "caller", "--network", "10.0.0.0/8", "--json").out
    )
    who = ("explain", "--as", f"key:{made['id']}", "--model", "echo")
    assert gateway(*who, "--from", "10.1.1.1").status == 0
    outside = gateway(*who, "--from", "192.0.2.1")
    assert outside.status == 1
    assert "network_forbidden" in outside.out
    gateway("keys", "revoke", made["id"])
    assert "revoked" in gateway(*who, "--from", "10.1.1.1").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--model", "echo"), "say who asks: --role ROLE, or --as key:ID"),
        (
            ("--role", "callr"),
            "the policy has no role 'callr'; it has auditor, caller or trial; did you mean `caller`?",
        ),
        (("--role", "caller", "--team", "nowhere"), "the policy has no team 'nowhere'; it has home"),
        (("--role", "caller", "--as", "key:x"), "a key has its own roles and team"),
        (("--as", "x"), "--as x: expected key:ID"),
        (("--as", "key:x"), "there is no key 'x'"),
        (("--role", "caller", "--api", "chatt"), "did you mean `chat`?"),
        (("--role", "caller", "--at", "noon"), "--at noon: expected a time with its zone"),
        (("--role", "caller", "--tag", "x"), "--tag x: expected NAME=VALUE"),
        (
            ("--role", "caller", "--model", "echo", "--hosted-tool", "x"),
            "no word of its own for `hosted_tools`",
        ),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_code_2(words: tuple[str, ...], said: str, gateway: Run):
    done = gateway("explain", *words)
    assert done.status == 2
    assert said in done.err
    assert done.out == ""


def test_cases_that_come_out_as_expected_are_counted(gateway: Run, cases: Path):
    cases.write_text(
        "tests:\n"
        "- {name: callers may, as: {role: caller}, request: {model: echo}, expect: allow}\n"
        "- {name: auditors may not, as: {role: auditor}, request: {model: echo}, expect: refuse}\n"
    )
    done = gateway("check", "--test")
    assert done.status == 0
    assert "2 cases, all as expected" in done.out


def test_a_case_that_comes_out_otherwise_is_a_line_and_exit_code_1(gateway: Run, cases: Path):
    cases.write_text(
        "tests:\n- {name: auditors may, as: {role: auditor}, request: {model: echo}, expect: allow}\n"
    )
    done = gateway("check", "--test")
    assert done.status == 1
    assert f"{cases}:2:3: auditors may: expected allow, found refuse: " in done.out
    assert gateway("check").status == 0


def test_a_provider_that_is_off_here_is_on_for_the_cases(gateway: Run, cases: Path, folder: Path):
    (folder / "policies" / "more.yaml").write_text(
        'models: {m: {targets: [{to: "acme/m"}]}}\nroles: {user: {models: [m]}}\n'
    )
    cases.write_text(
        "tests:\n- {name: it may, as: {role: user}, request: {model: m}, expect: {decision: allow, targets: [acme/m]}}\n"
    )
    assert gateway("check", "--test").status == 0


def test_a_folder_without_cases_is_said(gateway: Run):
    done = gateway("check", "--test")
    assert done.status == 1
    assert "this folder does not exist" in done.out


SHIPPED = Path(__file__).parents[2] / "policies"
PAGE = Path(__file__).parents[2] / "docs" / "testing-policies.md"


def test_the_shipped_policies_do_what_they_are_meant_to(gateway: Run):
    done = gateway("check", "--test", str(SHIPPED))
    assert (done.status, done.err) == (0, "")


def test_the_cases_of_the_docs_hold_for_the_shipped_policies(gateway: Run, tmp_path: Path):
    (written,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    copy = tmp_path / "copy"
    shutil.copytree(SHIPPED, copy)
    (copy / "tests" / "support.yaml").write_text(written)
    done = gateway("check", "--test", str(copy))
    assert (done.status, done.err) == (0, ""), done.out


def test_every_member_of_a_case_is_in_the_docs():
    text = PAGE.read_text()
    members = {
        field.alias or name
        for block in (CallerEntry, RequestEntry, ExpectEntry)
        for name, field in block.model_fields.items()
    }
    assert [name for name in sorted(members) if f"`{name}`" not in text] == []


def test_the_commands_of_the_docs_are_understood(gateway: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GATEWAY_POLICIES", str(SHIPPED))
    (first, second, _) = re.findall(r"^gateway (explain .*)$", PAGE.read_text(), re.MULTILINE)
    assert gateway(*first.split()).status == 0
    assert gateway(*second.split()).status == 1


def test_limits_and_budgets_are_told_with_what_is_left(gateway: Run, folder: Path):
    budgets = "budgets: [{name: month, per: [team], amount: 10 USD, period: month}]\n"
    (folder / "policies" / "gateway.yaml").write_text(POLICY + budgets)
    asked = ("explain", "--role", "caller", "--team", "home", "--model", "echo", "--json")
    [word] = json.loads(gateway(*asked).out)["entries"]
    assert (word["entry"], word["scope"], word["left"]) == ("month", ["team=home"], None), "no database yet"
    assert not (folder / "data").exists(), "and none is made"
    gateway("budgets", "raise", "month", "--amount", "5", "--until", "7d", "--reason", "r")
    [word] = json.loads(gateway(*asked).out)["entries"]
    assert (word["amount"], word["left"]) == ("15 USD", "15 USD")
    assert "15 USD" in gateway(*asked[:-1]).out


def test_what_is_frozen_is_told(gateway: Run):
    gateway("freeze", "--match", "team=home", "--reason", "r")
    done = gateway("explain", "--role", "caller", "--team", "home", "--model", "echo")
    assert (done.status, "refused with 403 frozen" in done.out) == (1, True)
