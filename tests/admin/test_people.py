"""Whom an administrator means."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.admin.people import known_person, person_of
from gateway.errors import Kind
from gateway.installation import open_installation
from gateway.settings import Settings
from gateway.stores.people import Person
from tests.admin.test_keys import refusal as assert_refused


@pytest.mark.parametrize(
    ("kind", "kept", "name"),
    [("user", "anna", "anna"), ("end_user", "a:b", "a:b"), ("key", "key:key_1", "key_1")],
)
def test_a_person_is_meant_by_name_or_by_pseudonym(tmp_path: Path, kind: str, kept: str, name: str):
    with open_installation(Settings(data=tmp_path)) as installation:
        pseudonym = installation.subjects.pseudonym(kind, kept)
        expected = Person(kind, pseudonym, name)
        assert known_person(installation, f"{kind}:{name}") == expected
        assert known_person(installation, f"{kind}:{pseudonym}") == expected


def test_a_pseudonym_of_nobody_is_somebody_without_a_name(tmp_path: Path):
    with open_installation(Settings(data=tmp_path)) as installation:
        gone = f"u-{'0' * 24}"
        assert known_person(installation, f"user:{gone}") == Person("user", gone, None)


def test_a_name_of_nobody_is_not_there(tmp_path: Path):
    with open_installation(Settings(data=tmp_path)) as installation:
        assert known_person(installation, "user:nobody") is None
        assert_refused(Kind.NOT_FOUND, person_of, installation, "user:nobody")
