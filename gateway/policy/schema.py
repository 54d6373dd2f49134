"""The JSON Schema of a policy file, made from the models, for editors.

`python -m gateway.policy.schema` writes docs/policy.schema.json; a test says when it is stale.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from gateway.policy.models.document import PolicyDocument

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def policy_schema() -> dict[str, Any]:
    """One file of a policy: every key of the language, described; none is required, since a policy
    may be many files."""
    schema: dict[str, Any] = _tidy(PolicyDocument.model_json_schema())
    return {"$schema": DIALECT, **schema}


def render() -> str:
    return json.dumps(policy_schema(), indent=2, ensure_ascii=False) + "\n"


def _tidy(node: Any) -> Any:
    """Without what pydantic says and a YAML file can't: null for an absent key, a title for each
    field, an empty list as the default of an absent one."""
    if isinstance(node, list):
        return [_tidy(each) for each in node]
    if not isinstance(node, dict):
        return node
    tidy = {key: _tidy_member(key, value) for key, value in node.items() if not _is_noise(key, value, node)}
    _close_names(tidy)
    choices = [each for each in tidy.pop("anyOf", []) if each != {"type": "null"}]
    if len(choices) == 1:
        return {**choices[0], **tidy}
    if choices:
        tidy["anyOf"] = choices
    return tidy


def _close_names(node: dict[str, Any]) -> None:
    """A map of names: any name of the right form, and no other."""
    patterns = node.pop("patternProperties", None)
    if patterns:
        ((pattern, entry),) = patterns.items()
        node["propertyNames"] = {"pattern": pattern, **node.get("propertyNames", {})}
        node["additionalProperties"] = entry


def _tidy_member(key: str, value: Any) -> Any:
    if key in ("properties", "$defs"):
        return {name: _tidy(member) for name, member in value.items()}
    return value if key in ("default", "examples", "enum", "const") else _tidy(value)


def _is_noise(key: str, value: Any, node: dict[str, Any]) -> bool:
    if key == "title":
        return node.get("type") != "object" or "properties" not in node
    return key == "default" and (value is None or value == [] or isinstance(value, float))


def main(arguments: list[str]) -> int:
    """Writes the schema to the path given, else to docs/policy.schema.json below where it is run."""
    path = Path(arguments[0]) if arguments else Path("docs") / "policy.schema.json"
    path.write_text(render(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
