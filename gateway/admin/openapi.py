"""The description of the admin API (OpenAPI 3.1), made from the same operations and models that serve it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from gateway.admin.operations import ROOT, Operation
from gateway.admin.problem_body import ProblemBody

_TEMPLATE: Final = "#/components/schemas/{model}"
_OF_EVERY: Final = (401, 403, 429, 503)
_WITH_BODY: Final = (400, 408, 413, 415)
_SAYS: Final = {
    400: "What was sent is not what it should be; `errors` names each field.",
    401: "No credential, or one that is not good.",
    403: "No permission for this, or it goes beyond what whoever asks may hand on.",
    404: "It is not there, or not for whoever asks: the same answer.",
    408: "The body came too slowly.",
    409: "It can't be done with what is there now.",
    413: "The body is too large.",
    415: "The body is no JSON, or it is encoded.",
    429: "Too many failed sign-ins from this address.",
    503: "The database or the audit log can't be used, or too much is asked at once: try again.",
}
_DESCRIBED: Final = """Administration of the gateway. Each operation needs a permission of a role (`x-permission`);
what it changes is recorded in the audit log before it is done. Credentials are those of calls (a gateway key or a token
of an identity provider), or GATEWAY_ADMIN_KEY."""


def description(operations: Sequence[Operation], version: str) -> dict[str, Any]:
    """As JSON types."""
    refs, schemas = _schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        here = paths.setdefault(ROOT + operation.path, {})
        here[operation.method.lower()] = _operation(operation, refs)
    paths[f"{ROOT}/openapi.json"] = {"get": _OWN}
    statuses = sorted({status for operation in operations for status in _refusals(operation)})
    return {
        "openapi": "3.1.0",
        "info": {"title": "Portcullis admin API", "version": version, "description": _DESCRIBED},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {str(status): _refusal(status) for status in statuses},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "A gateway key or a token."},
                "key": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "x-api-key",
                    "description": "A gateway key.",
                },
            },
        },
        "security": [{"bearer": []}, {"key": []}],
    }


_OWN: Final[dict[str, Any]] = {
    "operationId": "openapi",
    "summary": "This description. It needs no credential: it is the same everywhere.",
    "tags": ["openapi"],
    "security": [],
    "responses": {
        "200": {"description": "OK", "content": {"application/json": {"schema": {"type": "object"}}}}
    },
}


def _schemas(
    operations: Iterable[Operation],
) -> tuple[dict[tuple[type[BaseModel], str], Any], dict[str, Any]]:
    """By model and mode a reference to its schema, and the schemas by name."""
    sent = {model for operation in operations for model in (operation.body, operation.query) if model}
    told = {operation.told for operation in operations} | {ProblemBody}
    wanted: list[tuple[type[BaseModel], Any]] = [(model, "validation") for model in _sorted(sent)]
    wanted += [(model, "serialization") for model in _sorted(told)]
    refs, definitions = models_json_schema(wanted, ref_template=_TEMPLATE)
    return dict(refs), definitions["$defs"]  # type: ignore[arg-type]  # modes are text


def _sorted(models: Iterable[type[BaseModel]]) -> list[type[BaseModel]]:
    return sorted(models, key=lambda model: model.__name__)


def _operation(operation: Operation, refs: dict[tuple[type[BaseModel], str], Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "description": "Done." if operation.act else "OK",
        "content": {"application/json": {"schema": refs[operation.told, "serialization"]}},
    }
    if operation.links:
        told["links"] = {
            link.to: {
                "operationId": link.to,
                "parameters": {link.parameter: f"$response.body#/{link.field}"},
            }
            for link in operation.links
        }
    made: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": f"Needs the permission `{operation.permission}`.",
        "tags": [operation.path.split("/")[1]],
        "x-permission": operation.permission,
        "parameters": [*_in_path(operation), *_in_query(operation)],
        "responses": {
            str(operation.status): told,
            **{str(status): {"$ref": f"#/components/responses/{status}"} for status in _refusals(operation)},
        },
    }
    if operation.body is not None:
        required = any(field.is_required() for field in operation.body.model_fields.values())
        schema = refs[operation.body, "validation"]
        made["requestBody"] = {"required": required, "content": {"application/json": {"schema": schema}}}
    return made


def _in_path(operation: Operation) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": parameter.description,
            "schema": {"type": "string", "pattern": parameter.pattern},
            "example": parameter.example,
        }
        for name, parameter in operation.parameters.items()
    ]


def _in_query(operation: Operation) -> list[dict[str, Any]]:
    if operation.query is None:
        return []
    described = operation.query.model_json_schema(mode="validation")
    return [
        {
            "name": name,
            "in": "query",
            "required": name in described.get("required", ()),
            "description": schema.pop("description", ""),
            "schema": schema,
        }
        for name, schema in ((name, _given(schema)) for name, schema in described["properties"].items())
    ]


def _given(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter is given or left out: never null."""
    some = [each for each in schema.pop("anyOf", []) if each != {"type": "null"}]
    if schema.get("default") is None:
        schema.pop("default", None)
    return {**schema, **(some[0] if some else {})}


def _refusals(operation: Operation) -> tuple[int, ...]:
    body = _WITH_BODY if operation.body is not None else ()
    return tuple(sorted({400, *_OF_EVERY, *body, *operation.refusals}))


def _refusal(status: int) -> dict[str, Any]:
    reference = {"$ref": _TEMPLATE.format(model=ProblemBody.__name__)}
    return {"description": _SAYS[status], "content": {"application/problem+json": {"schema": reference}}}
