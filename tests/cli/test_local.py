"""What is changed by a command on this machine is recorded with who typed it, before it is done."""

from __future__ import annotations

import json
import os
import pwd
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.direct import DirectLog
from gateway.credentials import mint
from gateway.installation import open_installation
from gateway.settings import load_settings
from gateway.stores.archive import SqlArchive
from gateway.stores.interfaces import StoreUnavailable
from tests.audit.parts import Place, act
from tests.cli.conftest import Run


def acts(gateway: Run, *words: str) -> list[dict[str, Any]]:
    done = gateway("audit", "query", "--acts", *words, "--json")
    return [json.loads(line) for line in done.out.splitlines()]


def make(gateway: Run, *words: str) -> dict[str, str]:
    done = gateway("keys", "create", "app", "--role", "caller", *words, "--json")
    assert done.status == 0, done.err
    made: dict[str, str] = json.loads(done.out)
    return made


def test_who_typed_it_is_in_the_log(gateway: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("USER", "somebody-else")
    monkeypatch.setenv("SUDO_USER", "anna")
    made = make(gateway, "--team", "home", "--user", "ben")
    [listed] = acts(gateway)
    shown = json.loads(gateway("audit", "show", listed["id"]).out)
    who, about = shown["who"], shown["about"]
    assert (who["auth"], who["user_name"]) == ("os", pwd.getpwuid(os.getuid()).pw_name)
    assert who["sudo_user_name"] == "anna"
    assert (shown["act"], shown["team"], shown["ending"]) == ("keys.create", "home", "done")
    assert (about["key"], about["roles"], about["user_name"]) == (made["id"], ["caller"], "ben")


def test_every_command_goes_on_with_the_same_chain_and_it_verifies(gateway: Run):
    for _ in range(3):
        made = make(gateway)
        gateway("keys", "revoke", made["id"])
    done = gateway("audit", "verify", "--json")
    report = json.loads(done.out)
    assert (done.status, report["entries"], len(report["writers"])) == (0, 1 + 2 * 6, 1)


def test_who_only_reads_writes_nothing(gateway: Run, folder: Path):
    for words in (["keys", "list"], ["users", "list"], ["audit", "query"], ["audit", "query", "--acts"]):
        assert gateway(*words).status == 0
    assert not (folder / "data" / "commands").exists()
    assert json.loads(gateway("audit", "verify", "--json").out)["writers"] == []


def test_a_key_is_revoked_where_the_policy_is_not_valid(gateway: Run, folder: Path):
    made = make(gateway)
    (folder / "policies" / "gateway.yaml").write_text("gateway: 2\n")
    assert gateway("keys", "revoke", made["id"]).status == 0
    assert gateway("users", "disable", "anna").status == 0
    assert [one["act"] for one in acts(gateway)] == ["users.disable", "keys.revoke", "keys.create"]


def test_what_fails_is_recorded_as_such(gateway: Run, folder: Path):
    (folder / "policies" / "gateway.yaml").write_text("gateway: 2\n")
    assert gateway("keys", "create", "app", "--role", "caller").status == 2
    assert [(one["act"], one["ending"]) for one in acts(gateway)] == [("keys.create", "failed")]


def test_a_key_that_was_given_for_an_id_is_in_no_entry(gateway: Run, folder: Path):
    key = mint(bytes(range(32)))
    assert gateway("keys", "revoke", key).status == 1
    [refused] = acts(gateway)
    assert (refused["ending"], refused["about"]) == ("refused", {"key": "no id"})
    with open_installation(load_settings()):
        kept = b"".join(path.read_bytes() for path in (folder / "data").glob("gateway.db*"))
    assert key.encode() not in kept


def test_what_can_not_be_recorded_is_not_done(gateway: Run, monkeypatch: pytest.MonkeyPatch):
    make(gateway)

    def away(*_: object) -> bool:
        raise StoreUnavailable("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(SqlArchive, "ship", away)
        done = gateway("keys", "create", "more", "--role", "caller")
    assert (done.status, done.out) == (2, "")
    assert "the audit log could not be written: the disk is full" in done.err
    assert len(gateway("keys", "list", "--json").out.splitlines()) == 1


@pytest.fixture
def killed(gateway: Run, folder: Path) -> Iterator[None]:
    """A command died between its two entries."""
    make(gateway)
    place = Place(folder / "data")
    log = DirectLog.open(place.booting())
    log.append(act("act_dead"))
    log.close()
    place.close()
    yield


@pytest.mark.usefixtures("killed")
def test_what_a_killed_command_left_open_is_closed_by_the_next(gateway: Run):
    assert acts(gateway)[0]["ending"] is None or acts(gateway)[1]["ending"] is None
    make(gateway)
    assert {one["id"]: one["ending"] for one in acts(gateway)}["act_dead"] == "interrupted"
    assert gateway("audit", "verify").status == 0
