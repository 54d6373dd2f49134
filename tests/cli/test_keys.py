"""`gateway keys`: a key is made, shown once, listed without its secret, and revoked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.clock import SystemClock
from gateway.credentials import well_formed
from tests.cli.conftest import Run


def create(gateway: Run, *words: str) -> dict[str, Any]:
    done = gateway("keys", "create", "app", "--role", "caller", *words, "--json")
    assert (done.status, done.err) == (0, "")
    made = json.loads(done.out)
    assert isinstance(made, dict)
    return made


def listed(gateway: Run) -> list[dict[str, Any]]:
    done = gateway("keys", "list", "--json")
    assert done.status == 0
    return [json.loads(line) for line in done.out.splitlines()]


def test_create_prints_the_id_and_the_key_as_json(gateway: Run):
    made = create(gateway)
    assert set(made) == {"id", "key"}
    assert well_formed(made["key"])


def test_create_shows_the_key_to_a_person_and_says_that_it_is_once(gateway: Run):
    done = gateway("keys", "create", "app", "--role", "caller")
    assert done.status == 0
    assert [well_formed(word) for word in done.out.split()].count(True) == 1
    assert "not shown again" in done.out


def test_list_has_every_fact_of_a_key_but_the_key(gateway: Run):
    facts = ("--role", "auditor", "--team", "home", "--user", "anna", "--use-case", "faq")
    made = create(gateway, *facts)
    [shown] = listed(gateway)
    created, expires = shown.pop("created_at"), shown.pop("expires_at")
    assert shown == {
        "id": made["id"],
        "name": "app",
        "hint": made["key"][-4:],
        "roles": ["caller", "auditor"],
        "team": "home",
        "user": "anna",
        "use_case": "faq",
        "revoked_at": None,
        "state": "in force",
    }
    assert created < expires, "90 days unless said otherwise"
    assert made["key"] not in gateway("keys", "list").out


def test_list_is_a_table_for_people(gateway: Run):
    made = create(gateway, "--expires", "never")
    head, row = gateway("keys", "list").out.splitlines()
    assert head.split()[:3] == ["id", "name", "ends"]
    assert row.split() == [
        made["id"],
        "app",
        made["key"][-4:],
        "caller",
        row.split()[4],
        "never",
        "in",
        "force",
    ]


def test_an_id_is_whole_on_a_narrow_terminal(gateway: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "60")
    made = create(gateway, "--team", "home", "--user", "somebody-with-a-long-name")
    assert made["id"] in gateway("keys", "list").out


@pytest.mark.parametrize(
    ("expires", "state"),
    [("1h", "expired"), ("2h", "in force"), ("36500d", "in force"), ("never", "in force")],
)
def test_a_key_is_in_force_until_it_expires(
    gateway: Run, monkeypatch: pytest.MonkeyPatch, expires: str, state: str
):
    made_at_ms = SystemClock().now_ms()
    monkeypatch.setattr(SystemClock, "now_ms", lambda _: made_at_ms)
    create(gateway, "--expires", expires)
    monkeypatch.setattr(SystemClock, "now_ms", lambda _: made_at_ms + 3_600_000)
    [shown] = listed(gateway)
    assert shown["state"] == state
    assert (shown["expires_at"] is None) == (expires == "never")


def test_a_revoked_key_stays_in_the_list(gateway: Run):
    first, second = create(gateway)["id"], create(gateway)["id"]
    done = gateway("keys", "revoke", first)
    assert (done.status, done.out) == (0, f"revoked {first}\n")
    states = {shown["id"]: (shown["state"], shown["revoked_at"] is not None) for shown in listed(gateway)}
    assert states == {first: ("revoked", True), second: ("in force", False)}


def test_revoking_what_is_no_key_is_exit_code_1(gateway: Run):
    done = gateway("keys", "revoke", "key_nothing")
    assert done.status == 1
    assert "key_nothing" in done.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--role", "callr"), "the policy has no role 'callr'; it has 'auditor', 'caller'"),
        (("--role", "caller", "--team", "away"), "the policy has no team 'away'; it has 'home'"),
        (("--role", "caller", "--expires", "1y"), "expected a number and a unit"),
        (("--role", "caller", "--expires", "٣d"), "expected a number and a unit"),
        (("--role", "caller", "--expires", "0d"), "never in force; expected at least 1h"),
        (("--role", "caller", "--expires", "36501d"), "expected at most 36500d, or never"),
        (("--role", "caller", "--expires", "99999999999999d"), "expected at most 36500d, or never"),
        (("--role", "caller", "--expires", "9" * 5000 + "h"), "expected at most 36500d, or never"),
        (("--role", "caller", "--user", "a\nb"), "--user holds an invisible character (U+000A)"),
        (("--role", "caller", "--use-case", "a\u202eb"), "--use-case holds an invisible character (U+202E)"),
    ],
)
def test_what_the_policy_does_not_have_is_wrong_use_and_makes_no_key(
    gateway: Run, words: tuple[str, ...], said: str
):
    done = gateway("keys", "create", "app", *words)
    assert (done.status, done.out) == (2, "")
    assert said in done.err
    assert listed(gateway) == []


@pytest.mark.parametrize("name", ["a\x1b[31mb", "a\nb", "\x7f", "a\udc80"])
def test_a_name_with_a_control_character_is_wrong_use_and_makes_no_key(gateway: Run, name: str):
    done = gateway("keys", "create", name, "--role", "caller")
    assert (done.status, done.out) == (2, "")
    assert "NAME holds an invisible character (U+" in done.err
    assert listed(gateway) == []


def test_a_key_is_made_without_the_secrets_of_providers(gateway: Run, folder: Path):
    policy = folder / "policies" / "gateway.yaml"
    policy.write_text(policy.read_text().replace("\n  optional: true", ""))
    assert gateway("check").status == 1
    create(gateway)


def test_a_folder_that_is_no_policy_is_told_in_words(gateway: Run, folder: Path):
    (folder / "policies" / "gateway.yaml").write_text("gateway: 2\n")
    done = gateway("keys", "create", "app", "--role", "caller")
    assert done.status == 2
    assert "gateway.yaml:1:" in done.err


@pytest.mark.parametrize(
    ("name", "value"),
    [("SECRET_KEY", "short"), ("DATABASE_URL", "postgresql://x"), ("DATABASE_URL", "sqlite:////no/such/x")],
)
def test_a_wrong_setting_is_a_sentence_and_exit_code_2(
    gateway: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str
):
    monkeypatch.setenv(f"GATEWAY_{name}", value)
    done = gateway("keys", "list")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("gateway: ")
    assert "Traceback" not in done.err
