"""Every command says the same, and ends the same, for the gateway here and for one over its admin API."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from gateway.admin.key_bodies import NewKey
from gateway.cli.target import body_of, shown
from gateway.cli.wrong_use import WrongUse
from tests.cli.conftest import POLICY, Run
from tests.parts.gateway_process import GatewayProcess
from tests.parts.processes import eventually

ADMIN_KEY: Final = "an-admin-key-that-nobody-guesses-of-the-tests"
TRANSCRIPT: Final = Path(__file__).parents[1] / "golden/cli/administration.txt"
KEPT: Final = "keys: {ci: {hash: 'sha256:" + 64 * "0" + "', roles: [caller], expires: never}}\n"
MADE_UP: Final = (
    (re.compile(r"gw-\w{49}"), "secret"),
    (re.compile(r"\bkey_[0-9a-f]{12}\b"), "key"),
    (re.compile(r"\bact_[0-9a-f]{24}\b"), "act"),
    (re.compile(r"\b[uo]-[0-9a-f]{24}\b"), "person"),
    (re.compile(r"\b(?=[a-z]*\d)[0-9a-f]{12}\b"), "revision"),
    (re.compile(r'(?<="hint": ")\w{4}(?=")'), "hint"),
    (re.compile(r'(?<="folder":")/[^"]+'), "folder"),
    (re.compile(r'(?<="host": ")[^"]+(?=", "pid")'), "host"),
    (re.compile(r'(?<="pid": )\d+'), "pid"),
    (re.compile(r'(?<="writer": ")[0-9a-f]{16}'), "writer"),
    (re.compile(r"\b20\d\d-\d\d-\d\d(T\d\d:\d\d:\d\d(\+00:00|\.\d{3}Z)?|( \d\d:\d\d))?\b"), "time"),
)


@pytest.fixture(params=["here", "remote"])
def administered(
    request: pytest.FixtureRequest, gateway: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """`gateway`, for a gateway that runs: on its database, or by its admin API and nothing else of it."""
    running = GatewayProcess(tmp_path / "running", POLICY + KEPT, settings={"GATEWAY_ADMIN_KEY": ADMIN_KEY})
    running.make_key("first", role="auditor")
    with running.running():
        if request.param == "here":
            monkeypatch.setenv("GATEWAY_DATA", str(running.data))
            monkeypatch.setenv("GATEWAY_POLICIES", str(running.policies))
        else:
            monkeypatch.setenv("GATEWAY_DATA", str(tmp_path / "nothing"))
            monkeypatch.setenv("GATEWAY_POLICIES", str(tmp_path / "nothing"))
            monkeypatch.setenv("GATEWAY_URL", running.url)
            monkeypatch.setenv("GATEWAY_TOKEN", ADMIN_KEY)
        yield gateway
        assert not (tmp_path / "nothing").exists()


class Names:
    """What differs from run to run, by names that don't: `<key-2>` is the second key that was seen."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def spoken(self, words: str) -> list[str]:
        return [self._given(word) for word in words.split()]

    def heard(self, text: str) -> str:
        for pattern, kind in MADE_UP:
            text = pattern.sub(partial(self._named, kind), text)
        for value, name in self._names.items():
            if name.startswith("<hint-"):
                text = re.sub(rf"(?<= ){value}(?= )", name, text)
        return re.sub(r" +(?=\n)", "", re.sub(r"(?<=\S)  +", "  ", text))

    def _named(self, kind: str, found: re.Match[str]) -> str:
        return self._name(kind, found[0])

    def _name(self, kind: str, value: str) -> str:
        if kind == "time":
            return "<time>"
        if kind == "secret":
            self._name("hint", value[-4:])
        known = sum(name.startswith(f"<{kind}-") for name in self._names.values())
        return self._names.setdefault(value, f"<{kind}-{known + 1}>")

    def _given(self, word: str) -> str:
        known = {name: value for value, name in self._names.items()}
        return known.get(word, word).encode().decode("unicode_escape")


def test_a_session_goes_the_same_here_and_remote(administered: Run):
    names, told = Names(), ""
    for line in TRANSCRIPT.read_text().splitlines():
        if line.startswith("$ gateway "):
            done = administered(*names.spoken(line.removeprefix("$ gateway ")))
            said = f"{names.heard(done.out)}{names.heard(done.err)}"
            told += f"{line}\n{said}exit {done.status}\n\n"
    assert told == TRANSCRIPT.read_text()


def test_all_that_was_done_is_in_the_log_and_nothing_that_was_only_read(administered: Run):
    made = json.loads(administered("keys", "create", "app", "--role", "caller", "--json").out)["id"]
    administered("keys", "create", "app", "--role", "callr")
    administered("keys", "list")
    administered("keys", "rotate", made, "--overlap", "0h")
    administered("keys", "revoke", "key_nothing")
    administered("users", "disable", "anna")
    administered("audit", "query")
    # What a gateway records is in the database a moment later.
    found = eventually(lambda: whole(acts(administered), 6), "the acts are in the database")
    assert [(one["act"], one["ending"], one["reason"]) for one in found] == [
        ("users.disable", "done", None),
        ("keys.revoke", "refused", "not_found"),
        ("keys.rotate", "done", None),
        ("keys.create", "refused", "invalid_request"),
        ("keys.create", "done", None),
        ("keys.create", "done", None),
    ]
    shown = json.loads(administered("audit", "show", found[0]["id"]).out)
    assert shown["about"] == {"keys": 0, "user": found[0]["about"]["user"], "user_name": "anna"}
    assert [one["id"] for one in acts(administered, "--about", "anna")] == [found[0]["id"]]
    assert [one["about"]["key"] for one in acts(administered, "--about", made)] == [made, made]


def whole(found: list[dict[str, Any]], count: int) -> list[dict[str, Any]] | None:
    return found if len(found) == count and all(one["ending"] for one in found) else None


def acts(gateway: Run, *words: str) -> list[dict[str, Any]]:
    done = gateway("audit", "query", "--acts", *words, "--json")
    assert (done.status, done.err) == (0, "")
    return [json.loads(line) for line in done.out.splitlines()]


def test_what_works_on_this_machines_files_is_not_done_for_a_remote_gateway(gateway: Run):
    done = gateway("audit", "verify", "--url", "https://gateway.test")
    assert (done.status, done.out) == (2, "")
    assert "run it where the gateway's data is" in done.err


def test_what_is_wrong_in_a_body_is_told_by_its_option_and_value():
    options = {"roles": "--role", "networks": "--network"}
    with pytest.raises(WrongUse, match=r"--network 10\.1\.0\.0/8: expected a network without host bits"):
        body_of(NewKey, options, name="a", roles=("r",), networks=("10.0.0.0/8", "10.1.0.0/8"))


def test_an_option_that_was_not_given_is_not_sent():
    assert body_of(NewKey, {}, name="a", roles=("r",), team=None) == NewKey(name="a", roles=("r",))


def test_text_of_others_steers_no_terminal_and_fills_none():
    assert shown("a\x1b[2J" + "b" * 1_000) == "a\\x1b[2J" + "b" * 95 + "…"
