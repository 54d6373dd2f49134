"""A policy file as a tree in which every value and every name knows where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.policy.faults import Mark
from gateway.policy.scalars import Plain


@dataclass(frozen=True, slots=True)
class Scalar:
    """`text` is what was written, `value` what it means."""

    value: Plain
    text: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple[Node, ...]
    mark: Mark


@dataclass(frozen=True, slots=True)
class Entry:
    """A name and its value."""

    key: Mark
    value: Node


@dataclass(frozen=True, slots=True)
class Mapping:
    entries: dict[str, Entry]
    mark: Mark


@dataclass(frozen=True, slots=True)
class Hole:
    """Something stood here and was reported as a fault already: nothing more is said about it."""

    mark: Mark


Node = Scalar | Sequence | Mapping | Hole
Step = str | int
Path = tuple[Step, ...]


def data(node: Node) -> object:
    """Plain values: dicts, tuples, scalars; a Hole stays what it is."""
    match node:
        case Mapping(entries):
            return {name: data(entry.value) for name, entry in entries.items()}
        case Sequence(items):
            return tuple(data(item) for item in items)
        case Scalar(value):
            return value
    return node


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every node with its path, the root included."""
    yield path, node
    match node:
        case Mapping(entries):
            for name, entry in entries.items():
                yield from walk(entry.value, (*path, name))
        case Sequence(items):
            for index, item in enumerate(items):
                yield from walk(item, (*path, index))


def find(root: Node, path: Path) -> tuple[Node, Mark, Path]:
    """The node at a path: itself, the mark of its name (its own, where it has none) and the path
    that was found.

    Steps that lead nowhere are skipped: a validator puts words of its own into a path.
    """
    node, key, found = root, root.mark, list[Step]()
    for step in path:
        if isinstance(node, Mapping) and isinstance(step, str) and step in node.entries:
            entry = node.entries[step]
            node, key = entry.value, entry.key
        elif isinstance(node, Sequence) and isinstance(step, int) and 0 <= step < len(node.items):
            node = node.items[step]
            key = node.mark
        else:
            continue
        found.append(step)
    return node, key, tuple(found)
