"""People under pseudonyms: a known one costs nothing, a new one needs the database."""

from __future__ import annotations

import pytest

from gateway.errors import Kind, Refused
from gateway.people import pseudonym
from tests.parts.runtime import FakeSubjects


async def test_a_known_person_needs_no_database():
    subjects = FakeSubjects(remembered=("anna",), down=True)
    assert await pseudonym(subjects, "user", "anna", "authenticate") == "user-of-4"


async def test_a_new_person_is_resolved():
    assert await pseudonym(FakeSubjects(), "end_user", "anna", "prompt") == "end_user-of-4"


async def test_a_person_who_cannot_be_given_a_pseudonym_is_a_503_of_that_stage():
    with pytest.raises(Refused) as caught:
        await pseudonym(FakeSubjects(down=True), "user", "anna", "prompt")
    refused = caught.value
    assert (refused.problem.kind, refused.stage, refused.rule) == (Kind.UNAVAILABLE, "prompt", "store")
    assert "anna" not in refused.problem.message
