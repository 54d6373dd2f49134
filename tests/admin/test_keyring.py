"""The keyring: new keys take over, what is under the old ones stays readable, and each change is an act."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from gateway.admin.actor import Actor
from gateway.admin.keyring_bodies import NewRingKey
from gateway.custody import open_signer
from gateway.errors import Kind
from gateway.keyring import key_of
from gateway.signing import public_of
from gateway.stores.keyrings import SqlKeyring
from gateway.stores.subject_keys import SqlSubjectKeys
from tests.admin.test_keys import BOSS, LEAD, OS, Office, opened, refusal


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with opened(tmp_path) as made:
        yield made


def keys(office: Office) -> list[tuple[str, bool]]:
    """Purpose, and whether it is in use."""
    return [(key.purpose, key.retired_at is None) for key in office.to.keyring.list(OS).keys]


def test_a_new_key_wraps_and_what_the_old_one_wrapped_is_still_read(office: Office):
    keyring = office.installation.keyring
    old = keyring.wrap("content", b"text")
    told = office.to.keyring.rotate(OS, NewRingKey(purpose="content"))
    assert key_of(keyring.wrap("content", b"text")) == told.id != key_of(old)
    assert keyring.unwrap(old) == b"text"
    assert keys(office) == [("content", False), ("cookie", True), ("content", True)]


def test_the_keys_of_people_are_brought_under_the_new_key(office: Office):
    here = office.installation
    pseudonym = here.subjects.pseudonym("user", "anna")
    held = SqlSubjectKeys(here.database.engine, here.keyring, lambda n: b"k" * n)
    before = held.of(pseudonym)
    assert office.to.keyring.rotate(OS, NewRingKey(purpose="content")).rewrapped == 1
    assert held.find(pseudonym) == before


def test_a_key_that_signs_is_vouched_for_and_its_public_half_is_shown(office: Office):
    first = open_signer(office.installation.settings, SqlKeyring(office.installation.database.engine), 1)
    told = office.to.keyring.rotate(OS, NewRingKey(purpose="signing"))
    one, other = office.to.keyring.list(OS).keys[-2:]
    assert (one.id, other.id) == (first.id, told.id)
    assert one.public is not None and public_of(one.public) == first.public
    assert (one.vouched, other.vouched) == (True, True)


def test_a_key_that_nobody_vouches_for_is_told(office: Office):
    settings = office.installation.settings
    open_signer(settings, SqlKeyring(office.installation.database.engine), 1)
    settings.signing_file.unlink()
    office.to.keyring.rotate(OS, NewRingKey(purpose="signing"))
    assert [key.vouched for key in office.to.keyring.list(OS).keys[-2:]] == [True, False]


@pytest.mark.parametrize("purpose", ["content", "cookie", "signing"])
def test_each_rotation_is_an_act(office: Office, purpose: Literal["content", "cookie", "signing"]):
    told = office.to.keyring.rotate(OS, NewRingKey(purpose=purpose))
    assert [one[0] for one in office.acts.told] == ["begun", "done"]
    assert told.id in str(office.acts.told)


@pytest.mark.parametrize("actor", [BOSS, LEAD, Actor("key", roles=("analyst",))])
def test_who_may_not_neither_lists_nor_rotates(office: Office, actor: Actor):
    before = keys(office)
    assert refusal(Kind.FORBIDDEN, office.to.keyring.list, actor).rule == "system:keyring"
    refusal(Kind.FORBIDDEN, office.to.keyring.rotate, actor, NewRingKey(purpose="content"))
    assert keys(office) == before
