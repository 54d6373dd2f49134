"""The history of a policy: what came into force, what it changed, and what the folder holds beyond it."""

from __future__ import annotations

import pytest

from gateway.policy.faults import PolicyInvalid
from gateway.reload.history import FOLDER, UnknownRevision, difference
from tests.reload.past import Past


def test_each_event_says_what_it_changed(past: Past):
    past.enforce("teams: {a: {}}\n")
    past.enforce("teams: {a: {}, b: {}}\n")
    newest, first = past.history.events()
    assert first.changes is None, "nothing is known of what was before"
    assert newest.changes is not None
    assert [str(change) for change in newest.changes] == ["+ teams.b: {}"]


def test_a_page_of_events_knows_what_was_before_it(past: Past):
    for name in "abc":
        past.enforce(f"teams: {{{name}: {{}}}}\n")
    [event] = past.history.events(1, before=3)
    assert event.changes is not None
    assert [str(change) for change in event.changes] == ["- teams.a: {}", "+ teams.b: {}"]


def test_a_revision_is_found_by_its_beginning_and_the_folder_by_its_word(past: Past):
    name = past.enforce("teams: {a: {}}\n")
    past.write("teams: {b: {}}\n")
    assert past.history.revision(name[:5]).name == name
    assert past.history.revision(FOLDER).name != name


def test_what_names_no_revision_is_said(past: Past):
    with pytest.raises(UnknownRevision, match="begins with 'zz'"):
        past.history.revision("zz")


def test_a_folder_that_is_no_policy_has_its_faults(past: Past):
    past.write("gateway: 2\n")
    with pytest.raises(PolicyInvalid):
        past.history.revision(FOLDER)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("teams: {a: {}}\n", None),
        ("teams: {b: {}}\n", "holds changes that were never in force"),
        ("teams: {a: {}} # why\n", "other comments"),
        ("teams: [\n", "is not a valid policy"),
    ],
)
def test_what_no_revision_holds_is_known(past: Past, text: str, why: str | None):
    past.enforce("teams: {a: {}}\n")
    past.write(text)
    found = past.history.unheld()
    assert found == why or (found is not None and why is not None and why in found)


def test_two_revisions_differ_by_meaning_and_as_text(past: Past):
    old = past.history.revision(past.enforce("teams: {a: {}}\n"))
    new = past.history.revision(past.enforce("teams: {b: {}}\n"))
    changes, patch = difference(old, new)
    assert len(changes) == 2
    assert "-teams: {a: {}}\n+teams: {b: {}}\n" in patch
