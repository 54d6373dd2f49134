"""A rollback writes the folder, never the database, and loses nothing unasked."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.policy.faults import PolicyInvalid
from gateway.policy.restore import NotRestorable
from gateway.reload.rollback import ByHand, Rollback, RolledBack, roll_back
from gateway.stores.interfaces import StoreUnavailable
from gateway.stores.revisions import Revision, Why
from tests.policy.folder import written
from tests.reload.past import Past
from tests.stores.parts import NOW_MS

ONE = "teams: {one: {}}\n"
TWO = "teams: {two: {}}\n"
PROMPT = 'labels: {production: "1"}\nversions: {"1": {model: echo, template: "Hi {{ a }}"}}\n'
ECHO = ONE + "providers: {echo: {dialect: echo}}\nmodels: {echo: {targets: [{to: echo/echo}]}}\n"
WITH_KEY = "providers: {{p: {{dialect: openai, base_url: 'https://p.test', credentials: [{}]}}}}\n"


def back(past: Past, to: str, *, force: bool = False, dry_run: bool = False) -> RolledBack | ByHand:
    wanted = Rollback(past.history.revision(to), "anna", NOW_MS + 1, force, dry_run)
    return roll_back(wanted, past.folder, {}, past.revisions)


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.glob("*.yaml")}


def test_the_folder_holds_the_earlier_revision_and_it_is_known_who_did_it(past: Past):
    one, two = past.enforce(ONE), past.enforce(TWO)
    assert back(past, one) == RolledBack(one, ("a.yaml",), ())
    assert texts(past.folder) == {"a.yaml": ONE}
    newest = past.revisions.list(1)[0]
    assert (newest.revision, newest.previous, newest.why.cause, newest.why.author) == (
        one,
        two,
        "rollback",
        "anna",
    )


def test_files_that_came_since_are_taken_away(past: Past):
    one = past.enforce(ONE)
    written(past.folder, {"b.yaml": "roles: {r: {}}\n"})
    past.enforce(ONE)
    assert back(past, one) == RolledBack(one, (), ("b.yaml",))
    assert texts(past.folder) == {"a.yaml": ONE}


def test_prompts_go_back_with_it(past: Past):
    prompts = past.folder / "prompts"
    prompts.mkdir()
    (prompts / "greet.yaml").write_text(PROMPT)
    one = past.enforce(ECHO)
    (prompts / "greet.yaml").write_text(PROMPT.replace("Hi", "Hello"))
    (prompts / "more.yaml").write_text(PROMPT)
    past.enforce(ECHO)
    assert back(past, one) == RolledBack(one, ("prompts/greet.yaml",), ("prompts/more.yaml",))
    assert [path.name for path in prompts.iterdir()] == ["greet.yaml"]
    assert (prompts / "greet.yaml").read_text() == PROMPT


def test_what_is_there_already_is_left_as_it_is(past: Past):
    one = past.enforce(ONE)
    assert back(past, one) == RolledBack(one, (), ())
    assert len(past.revisions.list()) == 1


def test_changes_that_no_revision_holds_are_not_lost(past: Past):
    one = past.enforce(ONE)
    past.enforce(TWO)
    past.write("teams: {three: {}}\n")
    with pytest.raises(NotRestorable, match="changes that were never in force: let a gateway load it first"):
        back(past, one)
    assert texts(past.folder) == {"a.yaml": "teams: {three: {}}\n"}


@pytest.mark.parametrize("text", ["teams: {three: {}}\n", "teams: [\n"])
def test_by_force_they_are_lost_but_for_a_copy(past: Past, text: str):
    one = past.enforce(ONE)
    past.enforce(TWO)
    past.write(text)
    done = back(past, one, force=True)
    assert isinstance(done, RolledBack)
    assert [path.read_text() for path in done.aside] == [text]
    assert texts(past.folder) == {"a.yaml": ONE}


def test_a_folder_that_cannot_be_written_gets_a_patch(past: Past):
    one = past.enforce(ONE)
    past.enforce(TWO)
    (past.folder / "a.yaml").rename(past.folder.parent / "a.yaml")
    (past.folder / "a.yaml").symlink_to(past.folder.parent / "a.yaml")
    done = back(past, one)
    assert isinstance(done, ByHand)
    assert "is a link" in done.why
    assert "-teams: {two: {}}\n+teams: {one: {}}\n" in done.patch
    assert texts(past.folder) == {"a.yaml": TWO}


def test_a_dry_run_writes_nothing(past: Past):
    one = past.enforce(ONE)
    past.enforce(TWO)
    assert isinstance(back(past, one, dry_run=True), ByHand)
    assert texts(past.folder) == {"a.yaml": TWO}


def test_a_revision_that_is_no_valid_policy_now_is_refused(past: Past):
    """Its secret is gone from this machine: the gateways would not take it."""
    secret = past.folder.parent / "secret"
    secret.write_text("x")
    one = past.enforce(WITH_KEY.format("'${file:" + str(secret) + "}'"))
    past.enforce(TWO)
    secret.unlink()
    with pytest.raises(PolicyInvalid, match=r"^a\.yaml:1:.*is not there"):
        back(past, one)
    assert texts(past.folder) == {"a.yaml": TWO}


def test_a_file_with_a_secret_stays_where_it_is_the_same(past: Past):
    written(past.folder, {"p.yaml": WITH_KEY.format("written-out-key")})
    one = past.enforce(ONE)
    past.enforce(TWO)
    assert back(past, one) == RolledBack(one, ("a.yaml",), ())
    written(past.folder, {"p.yaml": WITH_KEY.format("written-out-key") + "# more\n"})
    past.enforce(TWO)
    with pytest.raises(NotRestorable, match="which is not kept"):
        back(past, one)


def test_a_database_that_is_down_by_then_stops_nothing(past: Past, monkeypatch: pytest.MonkeyPatch):
    one = past.enforce(ONE)
    past.enforce(TWO)

    def down(revision: Revision, why: Why) -> bool:
        raise StoreUnavailable("locked")

    monkeypatch.setattr(past.revisions, "record", down)
    assert back(past, one) == RolledBack(one, ("a.yaml",), ())
