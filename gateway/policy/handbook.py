"""The tables of docs/policies.md, made from the models: every key with its type, default and an example.

`python -m gateway.policy.handbook` writes them between their marks, `<!-- keys: PATH -->` and `<!-- end -->`;
what stands outside is written by hand. A test says when they are stale.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from gateway.policy.later import LATER
from gateway.policy.models import units
from gateway.policy.models.block import DURATION_PATTERN
from gateway.policy.schema import policy_schema

_MARKED: Final = re.compile(r"(<!-- (keys: [^ ]+|not yet) -->\n).*?(<!-- end -->)", re.DOTALL)
_OTHERWISE: Final = re.compile(
    r"\s*(?:Default (?P<default>.+?)|Absent(?P<where>[^:.]*): (?P<absent>.+?))\.?$"
)
MOST_WORDS: Final = 16
"""More than these are listed where they are explained."""

_SHARED: Final = {"MatchEntry": "match", "HoursEntry": "hours"}
"""Blocks that stand in many places and are explained once."""

_KINDS: Final = {
    DURATION_PATTERN: "duration",
    units.SPAN_PATTERN: "time",
    units.AMOUNT_PATTERN: "amount",
    units.SPENDING_PATTERN: "amount per period",
    units.RATE_PATTERN: "rate",
    units.PERCENT_PATTERN: "share",
    units.MARGIN_PATTERN: "points or share",
    units.COMPARISON_PATTERN: "comparison",
}


@dataclass(frozen=True, slots=True)
class Key:
    """`path` is below the policy: * for any name, [] for an item of a list. `example` is a value, None where the
    key is a block whose own keys have examples. `otherwise` is what holds where it is absent."""

    path: tuple[str, ...]
    kind: str
    otherwise: str
    description: str
    example: Any = None


def keys(schema: dict[str, Any] | None = None) -> Iterator[Key]:
    """Every key of the language, blocks before what is in them."""
    whole = policy_schema() if schema is None else schema
    yield from _keys_of(whole, whole, ())


def keys_below(path: str, schema: dict[str, Any] | None = None) -> list[Key]:
    """The keys of one block and of the blocks in it; `path` as in roles.*"""
    whole = policy_schema() if schema is None else schema
    above = tuple(path.split("."))
    for entry, shared in _SHARED.items():
        if above == (shared,):
            block = whole["$defs"][entry]
            return [_key(whole, block, name, above) for name in block["properties"]]
    return [key for key in keys(whole) if key.path[: len(above)] == above and len(key.path) > len(above)]


def render(text: str) -> str:
    """The page with its tables anew."""
    whole = policy_schema()
    return _MARKED.sub(lambda found: found[1] + "\n".join(_lines(found[2], whole)) + "\n" + found[3], text)


def _lines(mark: str, whole: dict[str, Any]) -> Iterator[str]:
    if mark == "not yet":
        yield "| part | what that means |"
        yield "|---|---|"
        for later in LATER:
            words = ", ".join(f"`{word}`" for word in sorted(later.words or ()))
            yield f"| `{'.'.join(later.path)}`{f': {words}' if words else ''} | {later.note} |"
        return
    above = mark.removeprefix("keys: ")
    yield "| key | type | default | | example |"
    yield "|---|---|---|---|---|"
    for key in keys_below(above, whole):
        name = _dotted(key.path[len(above.split(".")) :])
        cells = (f"`{name}`", key.kind, key.otherwise, key.description, _shown(key))
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _keys_of(whole: dict[str, Any], block: dict[str, Any], path: tuple[str, ...]) -> Iterator[Key]:
    for name in block["properties"]:
        key = _key(whole, block, name, path)
        yield key
        node, below = _block_in(whole, block["properties"][name])
        if node is not None:
            yield from _keys_of(whole, node, (*key.path, *below))


def _key(whole: dict[str, Any], block: dict[str, Any], name: str, path: tuple[str, ...]) -> Key:
    node = block["properties"][name]
    description, found = node["description"], _OTHERWISE.search(node["description"])
    otherwise = "none"
    if name in block.get("required", ()):
        otherwise = "required"
    elif found is not None:
        otherwise = f"`{found['default']}`" if found["default"] else f"{found['absent']}{found['where']}"
        description = description[: found.start()]
    inner, _ = _block_in(whole, node)
    example = None if inner is not None and not node.get("examples") else _example(whole, node)
    return Key((*path, name), _kind(whole, node), otherwise, description, example)


def _block_in(whole: dict[str, Any], node: dict[str, Any]) -> tuple[dict[str, Any] | None, tuple[str, ...]]:
    """The block that a key holds, with the steps to it; None: it holds none, or one that is explained apart."""
    for choice in _choices(node) or [node]:
        if "$ref" in choice:
            name = choice["$ref"].rpartition("/")[2]
            inner = whole["$defs"][name]
            if name not in _SHARED and name != "NotEntry" and "properties" in inner:
                return inner, ()
        elif choice.get("type") == "array" and "$ref" in choice.get("items", {}):
            found, _ = _block_in(whole, choice["items"])
            return found, ("[]",)
        elif isinstance(choice.get("additionalProperties"), dict):
            found, below = _block_in(whole, choice["additionalProperties"])
            return found, ("*", *below)
    return None, ()


def _choices(node: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = node.get("anyOf", node.get("oneOf", []))
    return found


def _kind(whole: dict[str, Any], node: dict[str, Any]) -> str:
    """In words: one of …, a list of …, a map of …"""
    if _choices(node):
        return " or ".join(dict.fromkeys(_kind(whole, choice) for choice in _choices(node)))
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        if name in _SHARED:
            return f"[{_SHARED[name]}](#{_SHARED[name]})"
        return "as `match`" if name == "NotEntry" else "map"
    words = [node["const"]] if "const" in node else node.get("enum", [])
    if len(words) > MOST_WORDS:
        return f"one of {len(words)} words"
    return " ".join(f"`{word}`" for word in words) or _kind_of_type(whole, node)


def _kind_of_type(whole: dict[str, Any], node: dict[str, Any]) -> str:
    match node.get("type"):
        case "array":
            return f"list of {_several(_kind(whole, node['items']))}"
        case "object":
            inner = node.get("additionalProperties")
            return f"map of {_several(_kind(whole, inner))}" if isinstance(inner, dict) else "map"
        case "string":
            return _KINDS.get(node.get("pattern", ""), "text")
        case "integer":
            return "whole number"
        case "boolean":
            return "`true` `false`"
    return "number" if node.get("type") == "number" else "anything"


def _several(kind: str) -> str:
    return "maps" if kind == "map" else kind


def _example(whole: dict[str, Any], node: dict[str, Any]) -> Any:
    """The first that its model gives; else one that follows from its words."""
    if node.get("examples"):
        return node["examples"][0]
    for choice in _choices(node):
        return _example(whole, choice)
    if "const" in node:
        return node["const"]
    if "enum" in node:
        return node["enum"][0]
    if node.get("type") == "boolean":
        return True
    if node.get("type") == "array":
        inner = _example(whole, node["items"])
        return None if inner is None else [inner]
    return node.get("default")


def _shown(key: Key) -> str:
    if key.example is None:
        return ""
    flow = yaml.safe_dump(
        {key.path[-1]: key.example},
        default_flow_style=True,
        width=10_000,
        allow_unicode=True,
        sort_keys=False,
    )
    return f"`{flow.strip()[1:-1]}`"


def _dotted(path: tuple[str, ...]) -> str:
    return ".".join(path).replace(".[]", "[]")


def main(arguments: list[str]) -> int:
    """Writes the tables into the page given, else into docs/policies.md below where it is run."""
    path = Path(arguments[0]) if arguments else Path("docs") / "policies.md"
    path.write_text(render(path.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
