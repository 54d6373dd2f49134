"""Which texts of a JSON body are not read, or not rewritten: one tree of rules for each API.

A rule stands at a path of member names; lists are passed through. What no rule names is read, and
rewritten: a field that nobody knows is a text like any other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import Final

from msgspec import Struct


class Rule(Enum):
    """Of all that stands at a path and below it."""

    STRUCTURAL = "an id, an enum, a name that servers compare: not read where it has the shape of one"
    SETTING = "what stands in an object at a structural path: a text, but short numbers"
    ELSEWHERE = "told by who answers, or read with its stream: not read here"
    KEPT = "signed, encrypted or a credential: read, never rewritten"
    SIGNED = "the same where a signature stands beside it, else a text"
    MEDIA = "base64: recorded as unread; a text where the type beside it says so"
    DATA_URL = "unread where it begins with `data:`, else a text"
    JSON = "the text of a JSON document: its texts are read; where it is none, a text"
    WORD = "a text that may hold no brackets: its placeholders are written without them"
    SCHEMA = "a JSON schema: what is told in words is read"
    SCHEMAS = "JSON schemas by name"


class Tree(Struct, frozen=True):
    """The rules of an object's members. `judged`: some depend on what stands beside them."""

    members: Mapping[str, Tree | Rule]
    judged: bool = False


Node = Tree | Rule | None
"""None: nobody knows it, all is read."""

_JUDGED: Final = frozenset({Rule.SIGNED, Rule.MEDIA})

_KEYWORDS: Final = frozenset(
    "type format required nullable $schema $ref ref $id $anchor propertyOrdering property_ordering".split()
)
_NAMES: Final = frozenset(
    "type name id mode category threshold fileUri file_uri mimeType mime_type allowedFunctionNames allowed_function_names".split()
)
"""What servers compare in objects at structural paths."""
_VALUES: Final = frozenset("enum const pattern".split())
"""What servers compare answers with."""
_SUBSCHEMAS: Final = frozenset(
    "items prefixItems additionalProperties unevaluatedProperties unevaluatedItems contains propertyNames not if then "
    "else anyOf any_of allOf oneOf".split()
)
_BY_NAME: Final = frozenset("properties patternProperties $defs definitions defs dependentSchemas".split())


_SHAPE: Final = re.compile(
    r"(?![0-9.:/\-]{7,}\Z)(?!.*[0-9]{13})"
    r"(?!.*(?:sk[-_]|AKIA|gh[a-z]_|_pat_|xox|AIza|eyJ))[A-Za-z0-9_.:/#$+\-]{0,128}(?:@[0-9]{8})?\Z",
    re.DOTALL,
)


def names_something(text: str) -> bool:
    """Whether this has the shape of an id or an enum: no spaces, no address, no long number,
    nothing that keys begin with (what has it is read, as it may be one)."""
    return _SHAPE.match(text) is not None


def tree(**paths: str) -> Tree:
    """`tree(structural="a.b c", json="d.e")`: by the name of a rule, its paths. A path may be followed by
    a group: `messages.{role name}`."""
    members: dict[str, object] = {}
    for rule, listed in paths.items():
        for path in _spread(listed):
            _put(members, path.split("."), Rule[rule.upper()])
    return _frozen(members)


def joined(base: Tree, **grafts: Node) -> Tree:
    """`base` with other trees at names of its own level. None: nothing is known below that name."""
    members = {name: node for name, node in {**base.members, **grafts}.items() if node is not None}
    return Tree(members, any(node in _JUDGED for node in members.values() if isinstance(node, Rule)))


def below(node: Node, name: str) -> Node:
    """The rule of the member `name` of an object under `node`."""
    if node.__class__ is Tree:
        return node.members.get(name)
    if node is None or node is Rule.JSON or node is Rule.WORD or node is Rule.DATA_URL:
        return None
    if node is Rule.STRUCTURAL or node is Rule.SETTING:
        return Rule.STRUCTURAL if name in _NAMES else Rule.SETTING
    if node is Rule.SCHEMAS:
        return Rule.SCHEMA
    if node is Rule.SCHEMA:
        if name in _SUBSCHEMAS:
            return Rule.SCHEMA
        if name in _BY_NAME:
            return Rule.SCHEMAS
        return Rule.KEPT if name in _VALUES else Rule.STRUCTURAL if name in _KEYWORDS else None
    return node


def _spread(listed: str) -> list[str]:
    """`a.{b c} d` → `a.b`, `a.c`, `d`."""
    paths: list[str] = []
    prefix = ""
    for word in listed.split():
        if "{" in word:
            prefix, _, word = word.partition("{")
        ends = word.endswith("}")
        paths.append(prefix + word.rstrip("}"))
        if ends:
            prefix = ""
    return paths


def _put(members: dict[str, object], path: list[str], rule: Rule) -> None:
    for name in path[:-1]:
        inner = members.setdefault(name, {})
        assert isinstance(inner, dict), path
        members = inner
    assert path[-1] not in members, path
    members[path[-1]] = rule


def _frozen(members: dict[str, object]) -> Tree:
    nodes: dict[str, Tree | Rule] = {}
    for name, inner in members.items():
        if isinstance(inner, dict):
            nodes[name] = _frozen(inner)
        else:
            assert isinstance(inner, Rule)
            nodes[name] = inner
    return Tree(nodes, any(node in _JUDGED for node in nodes.values() if isinstance(node, Rule)))
