"""The description: whole, true to the operations, and without a word that no operation answers."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from gateway.admin.openapi import description
from gateway.admin.operations import ROOT, Operation
from gateway.admin.site import OPERATIONS

DESCRIBED = description(OPERATIONS, "1.2.3")


def described(operation: Operation) -> dict[str, Any]:
    found = DESCRIBED["paths"][ROOT + operation.path][operation.method.lower()]
    assert isinstance(found, dict)
    return found


def references(value: object) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(references(one) for one in value.values()))
    return set().union(*(references(one) for one in value)) if isinstance(value, list) else set()


def test_every_reference_leads_somewhere():
    for reference in references(DESCRIBED):
        found: Any = DESCRIBED
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        assert found, reference


def test_it_is_json():
    assert json.loads(json.dumps(DESCRIBED)) == DESCRIBED


def test_names_of_operations_are_their_own():
    names = [operation.name for operation in OPERATIONS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_an_operation_says_what_it_needs_and_what_it_answers(operation: Operation):
    found = described(operation)
    assert found["x-permission"] == operation.permission
    assert operation.permission in found["description"]
    assert {str(operation.status), "401", "403", "429", "503"} <= found["responses"].keys()
    assert ("requestBody" in found) == (operation.body is not None)
    assert "security" not in found, "that of all"


def test_only_the_description_itself_needs_no_credential():
    open_to_all = [
        path
        for path, methods in DESCRIBED["paths"].items()
        for found in methods.values()
        if found.get("security") == []
    ]
    assert open_to_all == [f"{ROOT}/openapi.json"]
    assert DESCRIBED["security"] == [{"bearer": []}, {"key": []}]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_every_part_of_a_path_is_described(operation: Operation):
    named = [one["name"] for one in described(operation)["parameters"] if one["in"] == "path"]
    assert [f"{{{name}}}" in operation.path for name in named] == [True] * operation.path.count("{")


def test_every_schema_is_one():
    for schema in DESCRIBED["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_example_is_as_described():
    for name, schema in DESCRIBED["components"]["schemas"].items():
        for field, described_field in schema.get("properties", {}).items():
            for example in described_field.get("examples", ()):
                whole = described_field | {"$defs": DESCRIBED["components"]["schemas"]}
                assert jsonschema.Draft202012Validator(whole).is_valid(example), f"{name}.{field}"


def test_links_lead_to_operations_with_that_parameter():
    by_name = {operation.name: operation for operation in OPERATIONS}
    for operation in OPERATIONS:
        for link in operation.links:
            assert link.parameter in by_name[link.to].parameters, (operation.name, link)


def test_parameters_are_never_null_and_keep_their_bounds():
    [limit, cursor] = DESCRIBED["paths"][f"{ROOT}/keys"]["get"]["parameters"]
    assert (limit["schema"]["minimum"], limit["schema"]["maximum"], limit["schema"]["default"]) == (
        1,
        500,
        100,
    )
    assert "anyOf" not in cursor["schema"] and cursor["schema"]["type"] == "string"
