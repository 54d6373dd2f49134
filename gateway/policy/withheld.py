"""What is kept of a policy, and what never is: secrets that are written out in it.

A reference (`${NAME}`) is no secret. What stands in a credential, a header or a proxy's user without one
may be, so its place is kept and its value is not; nor is that value, or a key of a known form, wherever
else it stands in the files, comments included.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import yaml

from gateway.policy import nodes
from gateway.policy.sources import Source

WITHHELD: Final = "***"
_LEAST_CHARS: Final = 6
"""A shorter value is not looked for elsewhere: it would be found in every word."""

_KNOWN_KEY: Final = re.compile(
    r"\b(?:(?:sk|gw|pk|rk|glpat|xox[abp])[-_]|ghp_|gho_|github_pat_|AKIA|AIza|eyJ)[-_A-Za-z0-9.]{16,}"
)
_REFERENCE: Final = re.compile(r"\$\{[^{}]*\}")
_SCHEME: Final = re.compile(r"([A-Za-z]{1,12})?")
"""What stands before a reference in a header and is no secret: Bearer, Token."""
_FILE_REFERENCE: Final = re.compile(r"\$\{file:(/[^{}]*)\}")


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file's text. `withheld`: something of it was left out, so it can't be written back."""

    text: str
    withheld: bool = False


def is_written_secret(path: nodes.Path, node: nodes.Node) -> bool:
    """Whether a value may be a secret, or hold one, that stands in the policy itself."""
    if not isinstance(node, nodes.Scalar):
        return False
    if path[:1] == ("providers",) and path[2:] == ("proxy",):
        return _proves_its_user(node.text)
    written, top, last = _REFERENCE.sub("", node.text), path[:1], path[-1:]
    if "credentials" in path or (top == ("alerts",) and last == ("secret",)):
        return bool(written.strip())
    if "headers" in path:
        return written == node.text or _SCHEME.fullmatch(written.strip()) is None
    # Of an address with a reference, that is the secret.
    return last == ("url",) and top in (("alerts",), ("guardrails",)) and written == node.text


def _proves_its_user(proxy: str) -> bool:
    """Whether a proxy's address holds, besides references, a password, or a user without one."""
    who = _REFERENCE.sub("\0", proxy).rpartition("@")[0].partition("://")[2]
    user, _, password = who.partition(":")
    return bool((password or user).strip("\0"))


def document_of(root: nodes.Mapping) -> str:
    """What was declared, as JSON with sorted keys: the same whatever the files and the order of keys."""
    return json.dumps(_plain(root, ()), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain(node: nodes.Node, path: nodes.Path) -> object:
    match node:
        case nodes.Mapping(entries):
            return {name: _plain(entry.value, (*path, name)) for name, entry in entries.items()}
        case nodes.Sequence(items):
            return [_plain(item, (*path, index)) for index, item in enumerate(items)]
        case nodes.Scalar() if is_written_secret(path, node):
            return WITHHELD
        case nodes.Scalar(value=Decimal() as number):
            return int(number) if number == number.to_integral_value() else float(number)
        case nodes.Scalar(value=value):
            return value
    return None


def kept_file(source: Source, tree: nodes.Node) -> KeptFile:
    """`tree` is what was read from it."""
    secret = {
        (node.mark.line - 1, node.mark.column - 1): node.text
        for path, node in nodes.walk(tree)
        if isinstance(node, nodes.Scalar) and is_written_secret(path, node)
    }
    text = source.text
    for start, end in sorted(_spans(source.text, secret.keys()), reverse=True):
        tail = "\n" if text[start:end].endswith("\n") else ""
        text = text[:start] + WITHHELD + tail + text[end:]
    for value in secret.values():
        if len(value) >= _LEAST_CHARS:
            text = text.replace(value, WITHHELD)
    text = _KNOWN_KEY.sub(WITHHELD, text)
    return KeptFile(text, withheld=text != source.text)


def named_files(root: nodes.Node) -> Iterator[str]:
    """Paths of `${file:…}` references and of `ca_file`."""
    for path, node in nodes.walk(root):
        if isinstance(node, nodes.Scalar):
            yield from _FILE_REFERENCE.findall(node.text)
            if path[-1:] == ("ca_file",):
                yield node.text


def _spans(text: str, places: Collection[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Where the scalars at these places (line, column, from 0) begin and end, as indexes."""
    if not places:
        return
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        start, end = event.start_mark, event.end_mark
        assert isinstance(start, yaml.Mark)  # PyYAML's own parser always gives marks
        assert isinstance(end, yaml.Mark)
        if isinstance(event, yaml.ScalarEvent) and (start.line, start.column) in places:
            yield start.index, end.index
