"""Names that lead nowhere, or round in a circle: how they are found, and what is said of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from collections.abc import Mapping as Lookup

from gateway.policy.faults import Fault
from gateway.policy.nodes import Entry, Mapping, Path, find
from gateway.policy.suggest import did_you_mean, one_of, shown


def names_under(root: Mapping, top: str) -> dict[str, Entry]:
    """What is declared under a top-level key, with faults of its own or without."""
    entry = root.entries.get(top)
    return entry.value.entries if entry is not None and isinstance(entry.value, Mapping) else {}


def fault_at(root: Mapping, path: Path, message: str) -> Fault:
    return Fault.at(find(root, path)[0].mark, message)


def unknown(word: str, what: str, known: Collection[str], rule: str = "") -> str:
    listed = f"expected {one_of(sorted(known))}" if known else f"no {what} is declared"
    return f"there is no {what} `{shown(word)}`: {listed}{rule}{did_you_mean(word, known)}"


def shown_way(circle: str) -> str:
    return circle if len(circle) <= 400 else f"{circle[:399]}…"


def way_along(start: str, goal: str, edges: Lookup[str, Sequence[tuple[int, str]]]) -> tuple[str, ...] | None:
    """The shortest way along edges, each a place in a list and where it leads; both ends included."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    for way in ways:
        if way[-1] == goal:
            return way
        for _, meant in edges.get(way[-1], ()):
            if meant not in seen:
                seen.add(meant)
                ways.append((*way, meant))
    return None
