"""`gateway privacy find|export|erase|requests|certificate`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.custody import known_publics
from gateway.installation import open_installation
from gateway.settings import load_settings
from gateway.signing import public_text
from gateway.stores.keyrings import SqlKeyring
from tests.cli.conftest import Run
from tests.parts.kept_calls import KeptCall, keep


@pytest.fixture(autouse=True)
def anna(folder: Path) -> str:
    """Her pseudonym; she made two calls, of which one is kept."""
    with open_installation(load_settings()) as installation:
        keep(
            installation,
            KeptCall("c1", user="anna", sent="my number is 4711"),
            KeptCall("c2", user="anna", sent=None),
        )
        return installation.subjects.pseudonym("user", "anna")


def test_a_person_is_found(gateway: Run, anna: str):
    done = gateway("privacy", "find", "--subject", "user:anna")
    assert (done.status, done.out.splitlines()[0][: len(anna)]) == (0, anna)
    assert "calls: 2 (records of calls)" in done.out
    told = json.loads(gateway("privacy", "find", "--subject", f"user:{anna}", "--json").out)
    assert told["pseudonym"] == anna
    assert {one["store"] for one in told["found"]} == {"calls", "contents", "names", "acts"}, (
        "both looks are acts"
    )


def test_nobody_of_that_name_is_a_no(gateway: Run):
    assert gateway("privacy", "find", "--subject", "user:nobody").status == 1
    assert gateway("privacy", "erase", "--subject", "user:nobody").status == 1


@pytest.mark.parametrize("subject", ["anna", "team:anna", "user:"])
def test_what_names_nobody_is_wrong_use(gateway: Run, subject: str):
    assert gateway("privacy", "find", "--subject", subject).status == 2


def test_all_that_is_kept_goes_into_a_file_of_its_owners(gateway: Run, folder: Path):
    out = folder / "anna.jsonl"
    assert gateway("privacy", "export", "--subject", "user:anna", "--out", str(out)).status == 0
    about, first, second = map(json.loads, out.read_text().splitlines())
    assert (about["subject"], first["id"], second["id"]) == ("user:anna", "c1", "c2")
    assert (first["kept"]["sent"], "kept" in second) == ("my number is 4711", False)
    assert out.stat().st_mode & 0o777 == 0o600


def test_who_is_erased_is_gone_and_the_certificate_holds(gateway: Run, folder: Path):
    paper, public = folder / "paper.json", folder / "public.pem"
    done = gateway("privacy", "erase", "--subject", "user:anna", "--out", str(paper))
    assert (done.status, done.out.startswith("erased: req_")) == (0, True)
    settings = load_settings()
    with open_installation(settings) as installation:
        [key] = known_publics(settings, SqlKeyring(installation.database.engine))
    public.write_text(public_text(key))
    for words in ((), ("--key", str(public))):
        checked = gateway("privacy", "certificate", str(paper), *words)
        assert (checked.status, "erased: contents (1)" in checked.out) == (0, True)
    assert gateway("privacy", "find", "--subject", "user:anna").status == 1
    assert gateway("audit", "verify").status == 0


def test_a_changed_certificate_proves_nothing(gateway: Run, folder: Path):
    paper = folder / "paper.json"
    gateway("privacy", "erase", "--subject", "user:anna", "--out", str(paper))
    paper.write_text(paper.read_text().replace('"contents":1', '"contents":9'))
    done = gateway("privacy", "certificate", str(paper))
    assert (done.status, done.out) == (1, "this certificate proves nothing: its signature is wrong\n")


def test_a_hold_defers_and_is_told(gateway: Run):
    hold = gateway("audit", "hold", "add", "--reason", "a dispute", "--subject", "user:anna").out.split()[0]
    done = gateway("privacy", "erase", "--subject", "user:anna", "--received", "10d")
    assert (done.status, f"deferred by a legal hold: {hold}" in done.out) == (1, True)
    listed = gateway("privacy", "requests").out
    assert all(word in listed for word in ("erase", "deferred", "19", hold))
    assert "ask for that erasure again" in gateway("audit", "hold", "release", hold).out
    assert gateway("privacy", "erase", "--subject", "user:anna", "--json").status == 0
    assert gateway("privacy", "requests").out.count("\n") == 1
    assert json.loads(gateway("privacy", "requests", "--all", "--json").out)["state"] == "done"
