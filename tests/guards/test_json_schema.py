from __future__ import annotations

import pytest

from gateway.guards.json_schema import JsonSchema

SCHEMA = JsonSchema(
    {"type": "object", "required": ["answer"], "properties": {"answer": {"pattern": "^(a+)+$"}}}
)


@pytest.mark.parametrize("text", ['{"answer": "aa"}', ' {"answer": "a"}\n', '```json\n{"answer": "a"}\n```'])
def test_what_fits_is_fine(text: str):
    assert SCHEMA.judge(text, whole=True) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no",
        "{}",
        '{"answer": "b"}',
        '{"answer": "aa"',
        '{"a":' * 5000,
        "[" * 200_000,
        '{"answer": "%s!"}' % ("a" * 50_000),
    ],
    ids=["nothing", "prose", "empty", "other", "cut", "deep", "deeper", "hostile to patterns"],
)
def test_what_is_no_json_or_does_not_fit_is_found(text: str):
    found = SCHEMA.judge(text, whole=True)
    assert found is not None
    assert (found.end, found.type) == (len(text), "JSON_SCHEMA")
