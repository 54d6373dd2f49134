"""The JSON Schema of what is chained, made from the entries' own types. Pure; `python -m gateway.audit.entry_schema` writes it."""

from __future__ import annotations

import json
import sys
from typing import Any, Final

import msgspec

from gateway.audit.entry import Entry

VERSION: Final = 1


def entry_schema() -> dict[str, Any]:
    """JSON Schema 2020-12. Nothing beyond it is in an entry of this version; a later one may add kinds and fields."""
    (made,), definitions = msgspec.json.schema_components([Entry], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Entries of the audit log, version {VERSION}",
        "description": "What stands at `entry` in the chained bytes. A field that holds its default is left out.",
        **made,
        "$defs": {name: _closed(one) for name, one in sorted(definitions.items())},
    }


def text() -> str:
    return json.dumps(entry_schema(), indent=1, ensure_ascii=False) + "\n"


def _closed(definition: dict[str, Any]) -> dict[str, Any]:
    """Without what docs/audit.md says better, and without room for what is not in it."""
    kept = {name: value for name, value in definition.items() if name != "description"}
    return {**kept, "additionalProperties": False} if "properties" in kept else kept


if __name__ == "__main__":
    sys.stdout.write(text())
