"""`gateway keys`: a key is made, shown once, listed without its secret, rotated, revoked, and hashed."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.clock import SystemClock
from gateway.credentials import declared_hash, mint, well_formed
from gateway.installation import open_installation
from gateway.settings import load_settings
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
    whose = ("--role", "auditor", "--team", "home", "--user", "anna", "--use-case", "faq")
    made = create(gateway, *whose, "--network", "10.0.0.0/8", "--network", "192.0.2.7")
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
        "networks": ["10.0.0.0/8", "192.0.2.7/32"],
        "revoked_at": None,
        "replaced_until": None,
        "last_used_at": None,
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
        "never",
        "never",
        "in",
        "force",
    ]


@pytest.mark.parametrize("name", ["[/b]", "[red]alarm[/red]", ":smile:", "[link=https://x.test]bot[/link]"])
def test_a_name_is_shown_as_it_is(gateway: Run, name: str):
    """Whoever may make a key names it: that must neither break the list nor draw in it."""
    made = json.loads(gateway("keys", "create", name, "--role", "caller", "--json").out)
    _, row = gateway("keys", "list").out.splitlines()
    assert row.split()[:2] == [made["id"], name]


def test_in_a_pipe_a_key_is_a_line(gateway: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "60")
    create(gateway, "--team", "home", "--user", "somebody-with-a-long-name")
    assert len(gateway("keys", "list").out.splitlines()) == 2


def test_an_id_is_whole_on_a_narrow_terminal(gateway: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    made = create(gateway, "--team", "home", "--user", "somebody-with-a-long-name")
    lines = gateway("keys", "list").out.splitlines()
    assert len(lines) > 2 and any(made["id"] in line for line in lines)


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
        (("--role", "caller", "--network", "10.1.0.0/8"), "without host bits, such as 10.0.0.0/8"),
        (("--role", "caller", "--network", "office"), "--network office: expected a network such as"),
        (("--role", "caller", "--user", "a\nb"), "--user a\\nb: it holds an invisible character (U+000A)"),
        (
            ("--role", "caller", "--use-case", "a\u202eb"),
            "--use-case a\\u202eb: it holds an invisible character (U+202E)",
        ),
    ],
)
def test_what_the_policy_does_not_have_is_wrong_use_and_makes_no_key(
    gateway: Run, words: tuple[str, ...], said: str
):
    done = gateway("keys", "create", "app", *words)
    assert (done.status, done.out) == (2, "")
    assert said in done.err
    assert listed(gateway) == []


@pytest.mark.parametrize("name", ["a\x1b[31mb", "a\nb", "\x7f"])
def test_a_name_with_a_control_character_is_wrong_use_and_makes_no_key(gateway: Run, name: str):
    done = gateway("keys", "create", name, "--role", "caller")
    assert (done.status, done.out) == (2, "")
    assert "it holds an invisible character (U+" in done.err
    assert done.err[:-1].isprintable()
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


def test_a_rotated_key_is_shown_once_and_keeps_its_id_and_its_facts(gateway: Run):
    old = create(gateway, "--network", "10.0.0.0/8", "--expires", "never")
    done = gateway("keys", "rotate", old["id"], "--overlap", "2h", "--json")
    new = json.loads(done.out)
    assert done.status == 0
    assert well_formed(new["key"])
    assert (new["id"], new["key"] != old["key"]) == (old["id"], True)
    [shown] = listed(gateway)
    assert (shown["hint"], shown["networks"]) == (new["key"][-4:], ["10.0.0.0/8"])
    assert (shown["expires_at"], shown["replaced_until"]) == (new["expires_at"], new["replaced_until"])
    assert new["expires_at"] > new["replaced_until"] > shown["created_at"]


def test_a_person_is_told_when_the_old_secret_ends(gateway: Run):
    old = create(gateway)
    done = gateway("keys", "rotate", old["id"], "--overlap", "0h", "--expires", "never")
    assert [well_formed(word) for word in done.out.split()].count(True) == 1
    assert "It expires never; the old one is good until 20" in done.out
    assert listed(gateway)[0]["replaced_until"] is None, "it has ended"


def test_a_revoked_key_and_what_is_no_key_get_no_new_secret(gateway: Run):
    revoked = create(gateway)["id"]
    gateway("keys", "revoke", revoked)
    for name, why in ((revoked, f"the key {revoked} was revoked"), ("key_no", "no key has the id key_no")):
        done = gateway("keys", "rotate", name)
        assert (done.status, done.out) == (1, f"{why}\n")


@pytest.mark.parametrize("overlap", ["91d", "1y", "-1h", "soon"])
def test_an_overlap_is_a_duration_of_at_most_90_days(gateway: Run, overlap: str):
    made = create(gateway)
    done = gateway("keys", "rotate", made["id"], f"--overlap={overlap}")
    assert (done.status, done.out) == (2, "")
    assert "--overlap" in done.err
    assert listed(gateway)[0]["hint"] == made["key"][-4:]


def test_revoking_is_told_to_programs_too(gateway: Run):
    made = create(gateway)
    assert json.loads(gateway("keys", "revoke", made["id"], "--json").out) == {
        "id": made["id"],
        "revoked": True,
    }
    done = gateway("keys", "revoke", "key_nothing", "--json")
    assert (done.status, json.loads(done.out)["error"]) == (1, "no key has the id key_nothing")


def test_the_hash_of_a_key_is_what_a_policy_takes(
    gateway: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    key = mint(bytes(32))
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{key}\n"))
    done = gateway("keys", "hash")
    assert (done.status, done.out) == (0, f"{declared_hash(key)}\n")
    (folder / "policies" / "keys.yaml").write_text(
        f"keys: {{ci: {{hash: {done.out.strip()}, roles: [caller], expires: never, user: anna}}}}\n"
    )
    assert gateway("check").status == 0


def test_a_new_key_for_a_policy_is_shown_with_its_hash_and_kept_nowhere(gateway: Run):
    made = json.loads(gateway("keys", "hash", "--new", "--json").out)
    assert well_formed(made["key"])
    assert made["hash"] == declared_hash(made["key"])
    assert listed(gateway) == []


@pytest.mark.parametrize("text", ["", "sk-something", mint(bytes(32))[:-1]])
def test_what_is_no_key_has_no_hash_and_is_not_repeated(
    gateway: Run, monkeypatch: pytest.MonkeyPatch, text: str
):
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    done = gateway("keys", "hash")
    assert (done.status, done.out) == (2, "")
    assert "no gateway key" in done.err
    assert not text or text not in done.err


def test_keys_of_the_policy_are_listed_with_their_last_use(gateway: Run, folder: Path):
    (folder / "policies" / "keys.yaml").write_text(
        "keys:\n  ci: {hash: " + declared_hash("x") + ", roles: [caller], expires: 2020-01-01}\n"
        "  app: {hash: " + declared_hash("y") + ", roles: [caller], expires: never, user: anna}\n"
    )
    with open_installation(load_settings()) as installation:
        installation.uses.write({"policy:app": 1_800_000_000_000})
        installation.users.disable("anna", 1)
    shown = {one["id"]: (one["state"], one["last_used_at"]) for one in listed(gateway)}
    assert shown == {
        "policy:ci": ("expired", None),
        "policy:app": ("user disabled", "2027-01-15T08:00:00+00:00"),
    }
    done = gateway("keys", "revoke", "policy:ci")
    assert (done.status, "a key of the policy is changed, or revoked by removing it, there" in done.out) == (
        1,
        True,
    )


def test_keys_are_listed_where_the_policy_is_not_valid(gateway: Run, folder: Path):
    made = create(gateway)
    (folder / "policies" / "gateway.yaml").write_text("gateway: 2\n")
    done = gateway("keys", "list", "--json")
    assert (done.status, json.loads(done.out)["id"]) == (0, made["id"])
    assert "its keys are not listed" in done.err


def test_a_name_that_is_half_a_character_is_wrong_use(gateway: Run):
    done = gateway("keys", "create", "a\udc80", "--role", "caller")
    assert (done.status, done.out, listed(gateway)) == (2, "", [])
    assert done.err.startswith("gateway: NAME a\\udc80: ")
