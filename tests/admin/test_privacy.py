"""The rights of people: found, told all of it, and erased, for good."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.admin.actor import Actor
from gateway.admin.acts import Act
from gateway.admin.administration import Administration
from gateway.admin.privacy_bodies import ErasureAsked, HoldAsked, PersonErased
from gateway.audit.entry import time_text
from gateway.audit.erasure import read_certificate, require_signed
from gateway.audit.verify import Verifier
from gateway.custody import known_publics
from gateway.errors import Kind
from gateway.installation import Installation, new_key, open_installation
from gateway.policy.roles import Role
from gateway.policy.snapshot import Policy
from gateway.settings import Settings
from gateway.signing import Trust
from gateway.stores.acts import SqlActs
from gateway.stores.calls import SqlCalls
from gateway.stores.contents import SqlContents
from gateway.stores.keyrings import SqlKeyring
from gateway.stores.subject_keys import SqlSubjectKeys
from tests.admin.test_acts import Listed
from tests.admin.test_keys import refusal as assert_refused
from tests.audit.parts import START_MS
from tests.parts.kept_calls import HOUR_MS, KeptCall, keep

POLICY = Policy(
    "rev-1",
    roles={
        "officer": Role("officer", permissions=frozenset({"privacy:requests"})),
        "lead": Role("lead", permissions=frozenset({"privacy:requests"}), within_own_team=True),
    },
)
OFFICER = Actor("key", roles=("officer",))
CALLS = (
    KeptCall("c1", user="anna", sent="my number is 4711"),
    KeptCall("c2", user="bert", end_user="maria", at_ms=START_MS + HOUR_MS),
    KeptCall("c3", user="bert", at_ms=START_MS + 2 * HOUR_MS, sent="about something else"),
    KeptCall("c4", user="anna", end_user="maria", sent=None, at_ms=START_MS + 3 * HOUR_MS),
)


class Begun(Listed):
    """Acts, as they began."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: list[Act] = []

    def record(self, act: Act) -> None:
        super().record(act)
        self.begun.append(act)


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Administration, Installation, Begun]]:
    acts = Begun()
    with open_installation(Settings(data=folder)) as installation:
        yield Administration(installation, lambda: POLICY, acts), installation, acts


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with open_installation(Settings(data=tmp_path / "data")) as installation:
        keep(installation, *CALLS)
    return tmp_path / "data"


def erased(to: Administration, subject: str) -> PersonErased:
    return to.privacy.erase(OFFICER, ErasureAsked(subject=subject))


def content_of(to: Administration, call_id: str) -> dict[str, object]:
    page, _ = to.privacy.export(OFFICER, "user:bert", 10, None)
    [found] = [one for one in page.calls if one["id"] == call_id]
    kept: dict[str, object] = found["kept"]
    return kept


def test_a_person_is_found_in_every_store_that_holds_them(data: Path):
    with opened(data) as (to, installation, _):
        new_key(
            installation,
            name="hers",
            roles=(),
            team=None,
            user="anna",
            use_case=None,
            lifetime_ms=None,
            entropy=b"e" * 32,
        )
        installation.users.disable("anna", 1)
        found = to.privacy.find(OFFICER, "user:anna")
        assert {one.store: one.count for one in found.found} == {
            "calls": 2,
            "contents": 1,
            "names": 1,
            "keys": 1,
            "sign-in": 1,
        }
        assert (found.first_at, found.last_at) == ("2027-01-15T08:00:00.000Z", "2027-01-15T11:00:00.000Z")


def test_a_person_is_found_by_pseudonym_too(data: Path):
    with opened(data) as (to, installation, _):
        maria = installation.subjects.find("end_user", "maria")
        by_name, by_pseudonym = (to.privacy.find(OFFICER, f"end_user:{one}") for one in ("maria", maria))
        assert by_name.pseudonym == by_pseudonym.pseudonym == maria
        assert by_name.found == by_pseudonym.found


def test_who_is_not_there_is_not_there(data: Path):
    with opened(data) as (to, _, _acts):
        assert to.privacy.find(OFFICER, "end_user:anna").pseudonym is None
        assert_refused(Kind.NOT_FOUND, to.privacy.export, OFFICER, "user:nobody", 1, None)
        assert_refused(Kind.NOT_FOUND, to.privacy.erase, OFFICER, ErasureAsked(subject="user:nobody"))


def test_every_look_and_deed_is_an_act_that_names_nobody(data: Path):
    with opened(data) as (to, installation, acts):
        anna = installation.subjects.find("user", "anna")
        to.privacy.find(OFFICER, "user:anna")
        to.privacy.export(OFFICER, "user:anna", 1, None)
        erased(to, "user:anna")
        assert [act.name for act in acts.begun] == ["privacy.find", "privacy.export", "privacy.erase"]
        assert {act.about["subject"] for act in acts.begun} == {anna}


@pytest.mark.parametrize("actor", [Actor("key"), Actor("key", roles=("lead",), team="support")])
def test_who_has_no_such_permission_for_everybody_learns_nothing(data: Path, actor: Actor):
    with opened(data) as (to, _, acts):
        assert_refused(Kind.FORBIDDEN, to.privacy.find, actor, "user:anna")
        assert_refused(Kind.FORBIDDEN, to.privacy.find, actor, "user:nobody")
        assert_refused(Kind.FORBIDDEN, to.privacy.export, actor, "user:anna", 1, None)
        assert_refused(Kind.FORBIDDEN, to.privacy.erase, actor, ErasureAsked(subject="user:anna"))
        assert len(acts.begun) == 4


def test_an_export_has_the_records_the_contents_and_what_the_law_asks_for(data: Path):
    with opened(data) as (to, _, _acts):
        page, _ = to.privacy.export(OFFICER, "user:anna", 10, None)
        assert [one["id"] for one in page.calls] == ["c1", "c4"]
        assert page.calls[0]["kept"]["sent"] == "my number is 4711"
        assert "kept" not in page.calls[1]
        about = page.about
        assert about is not None
        assert (about["name"], [one["use_case"] for one in about["purposes"]]) == ("anna", ["faq"])
        assert [(one["provider"], one["calls"]) for one in about["recipients"]] == [("openai", 2)]
        assert about["retention"]["content"] == "for ever"


def test_erasing_takes_name_key_and_contents_and_leaves_others_alone(data: Path):
    with opened(data) as (to, installation, _):
        assert erased(to, "end_user:maria").state == "done"
        assert installation.subjects.find("end_user", "maria") is None
        contents = SqlContents(installation.database.engine)
        assert set(contents.named(["c1", "c2", "c3"])) == {"c1", "c3"}
        assert content_of(to, "c3")["sent"] == "about something else"
        assert len(SqlCalls(installation.database.engine).named(["c2", "c4"])) == 2


def test_the_certificate_says_what_was_erased_and_what_stays(data: Path):
    with opened(data) as (to, installation, acts):
        done = erased(to, "user:anna")
        assert done.certificate is not None
        found = read_certificate(done.certificate)
        settings = installation.settings
        store = SqlKeyring(installation.database.engine)
        require_signed(found, Trust(known_publics(settings, store)))
        told = found.statement
        assert (told.request, told.act) == (done.request, acts.begun[-1].id)
        assert told.erased == {"contents": 1, "names": 1}
        assert [one.partition(" ")[0] for one in told.kept] == ["calls"]


def test_a_legal_hold_defers_an_erasure_and_says_so(data: Path):
    with opened(data) as (to, _, _acts):
        hold = to.holds.add(OFFICER, HoldAsked(reason="a dispute", team="support"))
        asked = erased(to, "user:anna")
        assert (asked.state, asked.holds, asked.certificate) == ("deferred", [hold.id], None)
        [request] = to.privacy.requests(OFFICER, done=False).requests
        assert (request.state, request.note) == ("deferred", f"legal hold: {hold.id}")
        assert to.privacy.find(OFFICER, "user:anna").holds == [hold.id]
        assert to.holds.release(OFFICER, hold.id).deferred == [request.id]
        assert (erased(to, "user:anna").request, to.privacy.requests(OFFICER, done=False).requests) == (
            request.id,
            [],
        )


def test_requests_have_a_month_from_when_they_were_received(data: Path):
    with opened(data) as (to, installation, _):
        to.holds.add(OFFICER, HoldAsked(reason="a dispute", subject="user:anna"))
        ten_days_ago = installation.now_ms() - 10 * 24 * HOUR_MS
        to.privacy.erase(OFFICER, ErasureAsked(subject="user:anna", received=time_text(ten_days_ago)))
        [request] = to.privacy.requests(OFFICER, done=False).requests
        assert request.days_left in (19, 20)


def test_what_is_not_received_yet_can_not_be_asked_for(data: Path):
    with opened(data) as (to, _, _acts):
        later = ErasureAsked(subject="user:anna", received="2099-01-01T00:00:00Z")
        assert_refused(Kind.INVALID_REQUEST, to.privacy.erase, OFFICER, later)


def test_after_a_restore_of_an_older_database_and_its_keys_nothing_can_be_read_again(
    data: Path, tmp_path: Path
):
    """Must hold whatever a backup brings back: the name, the wrapped key, the keyring and the ciphertext."""
    backup = tmp_path / "backup"
    shutil.copytree(data, backup)
    with opened(data) as (to, installation, _):
        anna = installation.subjects.find("user", "anna")
        document = erased(to, "user:anna").certificate
        public = known_publics(installation.settings, SqlKeyring(installation.database.engine))
    assert anna is not None and document is not None
    for file in backup.iterdir():  # all but what was never in a backup of before: the list of erasures
        shutil.copy(file, data / file.name)
    with opened(data) as (to, installation, _):
        engine = installation.database.engine
        assert installation.replayed == [anna]
        assert SqlSubjectKeys(engine, installation.keyring, bytes).find(anna) is None
        assert (installation.subjects.find("user", "anna"), SqlContents(engine).count(anna)) == (None, 0)
        assert content_of(to, "c3")["sent"] == "about something else"
        report = Verifier(
            SqlCalls(engine), SqlActs(engine), installation.database.installation, data, lambda _: None
        ).run()
        assert report.fault is None
    require_signed(read_certificate(document), Trust(public))
    with opened(data) as (_, installation, _acts):
        assert installation.replayed == []
