"""What is declared, with faults of its own or without: read from the tree, so that one mistake is not told twice."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.policy.nodes import Mapping, Node, Scalar, Sequence


def texts_at(root: Node, *path: str) -> frozenset[str]:
    """The texts at a path such as monitors, *, name, where * is any name or item."""
    return frozenset(_texts(root, path))


def _texts(node: Node, path: tuple[str, ...]) -> Iterator[str]:
    if not path:
        if isinstance(node, Scalar) and isinstance(node.value, str):
            yield node.value
    elif isinstance(node, Mapping):
        for name, entry in node.entries.items():
            if path[0] in ("*", name):
                yield from _texts(entry.value, path[1:])
    elif isinstance(node, Sequence) and path[0] == "*":
        for item in node.items:
            yield from _texts(item, path[1:])
