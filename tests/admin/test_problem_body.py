"""Every no has one shape."""

from __future__ import annotations

import json

import pytest

from gateway.admin.desk import conflict, invalid
from gateway.admin.problem_body import FieldError, Misread, problem_body
from gateway.errors import Kind, Problem, Refused


def test_it_says_what_for_programs_and_for_people():
    told = json.loads(problem_body(conflict("it was revoked", "key_revoked"), "r1"))
    assert told == {
        "title": "Conflict",
        "status": 409,
        "code": "key_revoked",
        "detail": "it was revoked",
        "request_id": "r1",
    }


def test_a_field_at_fault_is_named():
    told = json.loads(problem_body(invalid("there is no such role", "roles"), "r1"))
    assert told["errors"] == [{"field": "roles", "message": "there is no such role"}]


def test_several_fields_at_fault_are_named_each():
    told = json.loads(
        problem_body(Misread([FieldError(field="a", message="x"), FieldError(field="", message="y")]), "r")
    )
    assert (told["status"], told["detail"], len(told["errors"])) == (400, "a: x; y", 2)


@pytest.mark.parametrize(
    "kind",
    [
        kind
        for kind in Kind
        if kind not in (Kind.UPSTREAM, Kind.UPSTREAM_TIMEOUT, Kind.OVERLOADED, Kind.UNPROCESSABLE)
    ],
)
def test_every_kind_of_no_can_be_told(kind: Kind):
    refused = Refused(Problem(kind, "no"), stage="administer", rule="r")
    told = json.loads(problem_body(refused, "r1"))
    assert told["status"] == kind.status
    assert told["code"]
