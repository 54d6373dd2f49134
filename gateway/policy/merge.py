"""Several files, one policy.

The maps under a top-level key unite; what is inside one entry is not mixed: the same name twice is
an error that names both places. Lists join, in the order of the files' names. A scalar twice is an
error.
"""

from __future__ import annotations

from collections.abc import Iterable

from gateway.policy.faults import Fault, Mark
from gateway.policy.nodes import Entry, Hole, Mapping, Node, Scalar, Sequence
from gateway.policy.suggest import shown

UNITING_LEVELS = 2  # the whole, and what stands under one top-level key
MAPS_BELOW = frozenset(
    {("privacy", "profiles"), ("privacy", "recognizers")}
)  # maps of names that stand one level lower


def merge(trees: Iterable[Node]) -> tuple[Mapping, list[Fault]]:
    """One tree. Every node keeps the mark of the file it came from."""
    faults = list[Fault]()
    entries = dict[str, Entry]()
    first: Mark | None = None
    for tree in trees:
        if isinstance(tree, Hole):
            continue
        if not isinstance(tree, Mapping):
            faults.append(Fault.at(tree.mark, f"expected a map such as `models: …`, found {kind(tree)}"))
            continue
        first = first or tree.mark
        _unite(entries, tree.entries, (), faults)
    return Mapping(entries, first or Mark("", 1, 1)), faults


def _unite(
    into: dict[str, Entry], more: dict[str, Entry], above: tuple[str, ...], faults: list[Fault]
) -> None:
    """`above` are the names that lead to these maps."""
    for name, entry in more.items():
        earlier = into.get(name)
        if earlier is None:
            into[name] = Entry(entry.key, _copy(entry.value, (*above, name)))
            continue
        one, other = earlier.value, entry.value
        if isinstance(one, Hole) or isinstance(other, Hole):
            continue
        if isinstance(one, Mapping) and isinstance(other, Mapping) and _unites((*above, name)):
            _unite(one.entries, other.entries, (*above, name), faults)
        elif isinstance(one, Sequence) and isinstance(other, Sequence):
            into[name] = Entry(earlier.key, Sequence(one.items + other.items, one.mark))
        elif type(one) is not type(other):
            message = f"`{shown(name)}` is {kind(other)} here and {kind(one)} at {earlier.key}"
            faults.append(Fault.at(entry.key, message))
        else:
            message = f"`{shown(name)}` is declared twice: first at {earlier.key}, keep one of them"
            faults.append(Fault.at(entry.key, message))


def _unites(path: tuple[str, ...]) -> bool:
    return len(path) < UNITING_LEVELS or path in MAPS_BELOW


def _copy(node: Node, path: tuple[str, ...]) -> Node:
    """A map that may be united is one of our own: the file's tree stays as it is."""
    if not isinstance(node, Mapping) or not _unites(path):
        return node
    entries = {
        name: Entry(entry.key, _copy(entry.value, (*path, name))) for name, entry in node.entries.items()
    }
    return Mapping(entries, node.mark)


def kind(node: Node) -> str:
    """What a node is, with its article."""
    match node:
        case Mapping():
            return "a map"
        case Sequence():
            return "a list"
        case Scalar(value=str()):
            return "text"
        case Scalar(value=bool()):
            return "true or false"
        case Scalar(value=None):
            return "nothing"
    return "a number" if isinstance(node, Scalar) else "something else"
