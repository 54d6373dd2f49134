"""A validator's complaint as a sentence for people: what was expected, what was found, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from gateway.policy.models.document import PolicyDocument
from gateway.policy.name_rules import name_rule
from gateway.policy.nodes import Node, Path, Scalar
from gateway.policy.shape import keys_at, needed_at, title_at, words_at
from gateway.policy.suggest import as_list, did_you_mean, one_of, quoted, shown
from gateway.policy.yaml_hints import SECRET_KEYS

_AT_KEY = frozenset({"extra_forbidden", "missing"})
_EXPECTED: Final[Mapping[str, str]] = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a map of names",
    "model_type": "a map",
    "is_instance_of": "a number",
    "decimal_type": "a number",
    "decimal_parsing": "a number",
    "finite_number": "a finite number",
    "float_type": "a number",
}


def stands_at_key(detail: ErrorDetails) -> bool:
    """Whether a complaint is about a name (or what is absent under it) rather than about a value."""
    return detail["type"] in _AT_KEY or detail["loc"][-1:] == ("[key]",)


def sentence(
    detail: ErrorDetails, node: Node, path: Path, kind: str, document: type[BaseModel] = PolicyDocument
) -> str:
    """`path` is where `node` stands in a `document`, `kind` what it is (a map, text …)."""
    error, context = detail["type"], detail.get("ctx", {})
    where = _dotted(path)
    if detail["loc"][-1:] == ("[key]",):
        said = str(context.get("error", "")) or name_rule(path)
        return f"`{shown(str(path[-1]))}` can't be a name here: {said}"
    if error == "extra_forbidden":
        return _unknown_key(path, document)
    if error == "missing":
        missing = str(detail["loc"][-1])
        return f"`{missing}` is missing in {where}: a {title_at(path, document)} needs it"
    if error == "literal_error":
        return f"{where}: {_wrong_word(node, path, kind, document)}"
    if error == "value_error":
        said = str(context.get("error", "")) or "this can't be read"
        return f"{where}: {said}{_found(node, path, kind) if said.startswith('expected') else ''}"
    if error in _EXPECTED:
        return f"{where}: {_wrong_type(_EXPECTED[error], node, path, kind, document)}"
    return f"{where}: {_wrong_size(error, context, path)}{_found(node, path, kind)}"


def _unknown_key(path: Path, document: type[BaseModel]) -> str:
    *parent, key = path
    known = keys_at(tuple(parent), document)
    where = f"of {_dotted(tuple(parent))}" if parent else f"of a {title_at((), document)}"
    return f"`{shown(str(key))}` is no key {where}: expected {one_of(known)}{did_you_mean(str(key), known)}"


def _wrong_word(node: Node, path: Path, kind: str, document: type[BaseModel]) -> str:
    value = node.value if isinstance(node, Scalar) else None
    words = words_at(path, document)
    hint = did_you_mean(value, words) if isinstance(value, str) else ""
    keys = needed_at(path, document)
    block = [f"{{{', '.join(f'{key}: …' for key in keys)}}}"] if keys else []
    return f"expected {one_of([*words, *block])}{_found(node, path, kind)}{hint}"


def _wrong_type(expected: str, node: Node, path: Path, kind: str, document: type[BaseModel]) -> str:
    found = f"expected {expected}{_found(node, path, kind)}"
    if expected in ("a map", "a map of names"):
        keys = keys_at(path, document)
        return f"expected {expected}, found {kind}" + (f"; its keys are {one_of(keys)}" if keys else "")
    if not isinstance(node, Scalar) or _is_secret(path):
        return found
    if expected == "text":
        return f"{found}; {quoted(node.text)}"
    if expected == "a list":
        return f"{found}; {as_list([node.text])}"
    if expected == "true or false" and node.text.lower() in ("yes", "on", "no", "off"):
        return f"{found}; did you mean `{'true' if node.text.lower() in ('yes', 'on') else 'false'}`?"
    if isinstance(node.value, str) and _is_number(node.text):
        return f"{found}; write {node.text} without quotes"
    return found


def _wrong_size(error: str, context: dict[str, object], path: Path) -> str:
    match error:
        case "greater_than_equal":
            return f"expected {context['ge']} or more"
        case "less_than_equal":
            return f"expected {context['le']} or less"
        case "too_short":
            return "expected at least one item"
        case "too_long":
            return f"expected at most {context['max_length']} items"
        case "string_too_short":
            return "expected some text" if context["min_length"] == 1 else f"expected {name_rule(path)}"
        case "string_too_long":
            return f"expected at most {context['max_length']} characters"
        case "decimal_max_places":
            return "expected at most 9 decimal places"
        case "string_pattern_mismatch":
            return f"expected {name_rule(path)}"
    return "this can't be read here"


def _found(node: Node, path: Path, kind: str) -> str:
    """What stands there; never what might be a secret."""
    if not isinstance(node, Scalar) or _is_secret(path) or "${" in node.text:
        return f", found {kind}"
    if isinstance(node.value, str):
        return f', found "{shown(node.text)}"'
    return f", found {shown(node.text)}"


def _is_secret(path: Path) -> bool:
    return any(step in SECRET_KEYS for step in path)


def _is_number(text: str) -> bool:
    return text.isascii() and text.replace(".", "", 1).isdigit() and Decimal(text).is_finite()


def _dotted(path: Path) -> str:
    """providers.openai.base_url, models.fast.targets[0].to"""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{shown(step)}"
    return text.removeprefix(".") or "the policy"
