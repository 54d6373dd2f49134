from __future__ import annotations

import pytest
from pydantic import ValidationError

from gateway.policy.models.document import PolicyDocument


def test_an_empty_document_is_version_1_of_the_language():
    assert PolicyDocument().gateway == 1


@pytest.mark.parametrize("version", [0, 2, True, "1"])
def test_no_other_version_is_read(version: object):
    with pytest.raises(ValidationError):
        PolicyDocument.model_validate({"gateway": version})


@pytest.mark.parametrize("name", ["support", "R&D", "Customer Support", "équipe", "a.b-c_d", "x@y"])
def test_a_team_is_named_as_people_do(name: str):
    assert name in PolicyDocument.model_validate({"teams": {name: {}}}).teams


@pytest.mark.parametrize("name", ["", " a", "a ", "a  b", "a\n", "a,b", "a*", "a/b", "a:b", "x" * 101])
def test_a_name_that_could_be_mistaken_is_refused(name: str):
    with pytest.raises(ValidationError):
        PolicyDocument.model_validate({"teams": {name: {}}})


@pytest.mark.parametrize("name", ["", "a b", "a/b", "-a", "é", "a*", "x" * 65])
def test_a_provider_has_a_plain_name(name: str):
    with pytest.raises(ValidationError):
        PolicyDocument.model_validate({"providers": {name: {"dialect": "echo"}}})
